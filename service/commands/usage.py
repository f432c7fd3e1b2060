"""`watchfloor usage`."""

from collections.abc import Mapping
from typing import Any

from service.invocation import Invocation
from service.sessions import open_session

HEAD = f"{'day':<10}  {'trigger':<9}{'runs':>6}{'failed':>8}{'calls':>7}{'tokens':>10}{'usd':>9}{'model s':>9}{'total s':>9}"


async def main(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """A line a day and trigger, and the sum; exit 3 when nothing ran."""
    async with open_session(invocation, "usage") as session:
        document = await session.read("usage", options)
    lines = [HEAD, *map(_line, document["days"]), _line({"day": "total", "trigger": "", **document["total"]})]
    invocation.show(document, "\n".join(lines) if document["days"] else "No runs.")
    return 0 if document["days"] else 3


def _line(row: Mapping[str, Any]) -> str:
    tokens = row["input_tokens"] + row["output_tokens"]
    seconds = f"{row['model_ms'] / 1e3:>9,.1f}{row['total_ms'] / 1e3:>9,.1f}"
    counts = f"{row['runs']:>6,}{row['failed']:>8,}{row['tool_calls']:>7,}{tokens:>10,}{row['cost_usd']:>9,.2f}"
    return f"{row['day']:<10}  {row['trigger']:<9}{counts}{seconds}"
