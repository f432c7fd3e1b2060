"""`watchfloor metrics list|show|run`."""

from collections.abc import Mapping
from typing import Any

from domain.errors import WrongUseError
from service.invocation import Invocation
from service.sessions import open_session
from tools.registry import Registry

SHOWN_ROWS = 20


async def show_list(invocation: Invocation, _options: Mapping[str, Any]) -> int:
    """List the tools over the store that is there."""
    async with open_session(invocation, "metrics list") as session:
        tools = await session.read("metrics")
    lines = [
        f"{tool['name']:<28} {tool['question']}" + ("" if tool["available"] else f"  (unavailable: {tool['unavailable_because']})")
        for tool in tools
    ]
    invocation.show(tools, "\n".join(lines))
    return 0


async def show_one(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """One template as its file says it."""
    text = Registry.load().source(options["name"])
    invocation.show({"name": options["name"], "yaml": text}, text)
    return 0


async def run_one(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Run a template; prints one evidence."""
    request = {"parameters": _parameters(options["parameters"]), "from": options["start"], "to": options["end"]}
    async with open_session(invocation, "metrics run") as session:
        evidence = await session.run_metric(options["name"], request)
    invocation.show(evidence, table(evidence))
    return 0 if evidence["scope_rows"] else 3


def _parameters(given: list[str]) -> dict[str, str]:
    pairs = [item.partition("=") for item in given]
    bad = [key for key, equals, _ in pairs if not equals]
    if bad:
        raise WrongUseError(f"-p {bad[0]!r} is not key=value.")
    return {key: value for key, _, value in pairs}


def table(evidence: Mapping[str, Any]) -> str:
    """The first rows of an evidence in columns."""
    names = [column["name"] for column in evidence["columns"]]
    rows = [[str(row.get(name, "")) for name in names] for row in evidence["rows"][:SHOWN_ROWS]]
    widths = [max(len(cell) for cell in column) for column in zip(names, *rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in [names, *rows]]
    return "\n".join([*lines, f"{len(rows)} of {evidence['rows_total']} rows; {evidence['scope_rows']:,} rows in scope"])
