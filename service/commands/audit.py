"""`watchfloor audit list|verify`."""

import json
from collections.abc import Mapping
from typing import Any

from service.invocation import Invocation
from service.sessions import open_session

LONGEST = 160


async def show_list(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Entries, newest first; exit 3 when there are none."""
    async with open_session(invocation, "audit list") as session:
        entries = await session.read("audit", options)
    invocation.show(entries, "\n".join(map(_line, entries)) or "No entries.")
    return 0 if entries else 3


async def verify(invocation: Invocation, _options: Mapping[str, Any]) -> int:
    """Walk the chain; exit 1 when it breaks anywhere."""
    async with open_session(invocation, "audit verify") as session:
        walk = await session.read("audit/verify")
    whole = f"{walk['entries']:,} entries, one chain; the last hash is {walk['sha256'] or 'none yet'}"
    broken = [f"entry {fault['sequence']}: {fault['reason']}" for fault in walk["faults"]]
    invocation.show(walk, whole if walk["whole"] else "\n".join(["the chain is broken:", *broken]))
    return 0 if walk["whole"] else 1


def _line(entry: Mapping[str, Any]) -> str:
    details = json.dumps(entry["details"], ensure_ascii=False)
    cut = details if len(details) <= LONGEST else f"{details[:LONGEST]} …"
    return f"{entry['sequence']:>6}  {entry['at']}  {entry['kind']:<18}  {entry['run_id']}  {cut}"
