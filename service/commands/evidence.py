"""`watchfloor evidence show|replay`."""

from collections.abc import Mapping
from typing import Any

from service.commands.metrics import table
from service.invocation import Invocation
from service.sessions import open_session

Document = Mapping[str, Any]
SHOWN = 20


async def show(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """A snapshot whole; exit 1 when it is not the one that was saved."""
    async with open_session(invocation, "evidence show") as session:
        kept = await session.read(f"evidence/{options['uid']}")
    invocation.show(kept, "\n".join([*_head(kept), table(kept), *kept["damage"]]))
    return 0 if kept["intact"] else 1


async def replay(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """What differs now; exit 1 when anything does."""
    async with open_session(invocation, "evidence replay") as session:
        found = await session.send(f"evidence/{options['uid']}/replay", {})
    invocation.show(found, "\n".join([_verdict(found), *found["notes"], *_differences(found["changes"])]))
    return 0 if found["same"] else 1


def _head(kept: Document) -> list[str]:
    window, given = kept["window"], ", ".join(f"{name}={value}" for name, value in kept["params"].items() if value)
    return [
        f"{kept['uid']}  {kept['title'] or kept['template']}  {kept['status']}",
        f"template {kept['template']} ({given or 'no parameters'}), {window['start']} to {window['end']}, lag {kept['lag_s']:g} s",
        f"sha256 {kept['sha256']}, {'intact' if kept['intact'] else 'CHANGED since it was saved'}",
        *([kept["sql"], "(the query as the template has it now)" if not kept["sql_current"] else ""] if kept["sql"] else []),
    ]


def _verdict(found: Document) -> str:
    if found["same"]:
        return f"same: {found['sha256']}"
    return f"not the same: {found['was_sha256']} ({found['was_status']}) was kept, {found['sha256']} ({found['status']}) is now"


def _differences(changes: Document) -> list[str]:
    came = [f"+ {_told(row)}" for row in changes["rows_added"][:SHOWN]]
    went = [f"- {_told(row)}" for row in changes["rows_removed"][:SHOWN]]
    cells = [f"~ {_told(cell['row'])}: {cell['column']} {cell['was']!r} -> {cell['now']!r}" for cell in changes["cells_changed"][:SHOWN]]
    totals = [f"~ total {total['name']} {total['was']!r} -> {total['now']!r}" for total in changes["aggregates_changed"]]
    counts = f"{changes['rows_added_total']} rows came, {changes['rows_removed_total']} went, {changes['cells_changed_total']} cells differ"
    return [*came, *went, *cells, *totals, counts] if came or went or cells or totals else []


def _told(row: Document) -> str:
    return " ".join(f"{name}={value}" for name, value in row.items())
