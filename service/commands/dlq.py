"""`watchfloor dlq list` and `watchfloor replay dlq`."""

from collections.abc import Mapping
from typing import Any

from service.invocation import Invocation
from service.sessions import open_session

CUT = 100
TOLD = {
    "replayed": "stored now",
    "already_stored": "stored already",
    "still_refused": "refused again",
    "later": "to be tried again later",
    "under_way": "held by another replay",
    "not_replayable": "with nothing that could be replayed",
}


async def show_list(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Dead letters, newest first; exit 3 when there are none."""
    async with open_session(invocation, "dlq list") as session:
        letters = await session.read("dlq", options)
        totals = await session.read("dlq/totals")
    lines = [_line(item) for item in letters]
    lines += [f"{one['letters']:,} {one['kind']}/{one['cause']}, {one['waiting']:,} of them not replayed" for one in totals if lines]
    invocation.show(letters, "\n".join(lines) or "No dead letters.")
    return 0 if letters else 3


def _line(item: Mapping[str, Any]) -> str:
    state = f"replayed {item['replayed_at']}" if item["replayed_at"] else f"tried {item['attempts']}×" if item["attempts"] else "waits"
    where = f"{item['source']}:{item['line']}" if item["line"] else item["source"]
    kind = f"{item['kind']}/{item['cause']}"
    return f"{item['letter_id']}  {item['received_at']}  {kind}  {where}  {state}  {item['reason']}  {item['text'][:CUT]!r}"


async def replay(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Counts of what became of letters; exit 3 when none matched."""
    async with open_session(invocation, "replay dlq") as session:
        came = await session.send("dlq/replay", options)
    told = {**TOLD, "replayed": "would be tried"} if came["dry_run"] else TOLD
    parts = [f"{came[name]:,} {words}" for name, words in told.items() if came[name]]
    invocation.show(came, f"Dead letters: {', '.join(parts)}." if parts else "No dead letter waits.")
    return 0 if parts else 3
