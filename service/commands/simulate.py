"""`watchfloor simulate`: a seeded world as raw files."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from domain.errors import WrongUseError
from domain.window import parse_rfc3339
from service.invocation import Invocation
from simulator.scenarios import SCENARIOS
from simulator.world import demo_start, generate, write


async def main(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Write the world and say where; refuses a folder that is not empty."""
    if options["listed"]:
        return _list(invocation)
    out = options["out"]
    if out.exists() and any(out.iterdir()):
        raise WrongUseError(f"The folder {str(out)!r} is not empty; name a new one with --out.")
    start = _start(options["start"], options["minutes"])
    world = generate(options["scenario"], options["seed"], options["minutes"], start)
    files = write(world, out)
    document = {"scenario": options["scenario"], "seed": options["seed"], "files": [str(path) for path in files]}
    invocation.show(document, "\n".join(str(path) for path in files))
    return 0


def _list(invocation: Invocation) -> int:
    rows = [{"scenario": name, "benign": scenario.benign, "says": scenario.says} for name, scenario in SCENARIOS.items()]
    lines = (f"{row['scenario']:20} {'harmless' if row['benign'] else '':9} {row['says']}" for row in rows)
    invocation.show({"scenarios": rows}, "\n".join(lines))
    return 0


def _start(given: str, minutes: int) -> datetime:
    if not given:
        return demo_start(datetime.now(UTC), minutes)
    try:
        return parse_rfc3339(given)
    except ValueError as error:
        raise WrongUseError(f"--start {given!r} is not an RFC 3339 time such as 2026-03-01T00:00:00Z.") from error
