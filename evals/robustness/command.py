"""What `watchfloor eval robustness` does: every kind of bad model gets every question, and what is published is verified again."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from evals.case import Case, load_suite
from evals.intervals import rare
from evals.report import circumstances, write_report
from evals.robustness.kinds import KINDS, Kind
from evals.robustness.report import as_markdown
from evals.robustness.server import BadServer, bad_server
from evals.robustness.trial import Outcome, tried
from evals.runner import in_worlds
from evals.runtime import Runtime
from evals.worlds import World

SUITE = "bad-models"
CASES = ("ssh-break-ins", "web-failing-routes", "app-errors")
SHOWN = 10
JudgedFactory = Callable[[str], Callable[[Path], AbstractAsyncContextManager[Runtime]]]
"""The product on an empty folder with the model behind an address as its judge."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which kinds of badness (none: all), in worlds of which seed."""

    seed: int = 1
    kinds: tuple[str, ...] = ()


async def run(open_judged: JudgedFactory, asked: Asked, out: Path | None, *, now: datetime, say: Callable[[str], None]) -> dict[str, Any]:
    """Asks and counts; with `out`, writes `bad-models.json` and `.md`. What the product raises is raised."""
    kinds = [kind for kind in KINDS if not asked.kinds or kind.name in asked.kinds]
    async with bad_server() as server:

        async def work(cases: Sequence[Case], _world: World, runtime: Runtime) -> list[Outcome]:
            return [await _one(server, runtime, kind, case, say) for kind in kinds for case in cases]

        outcomes, _ = await in_worlds(load_suite("sample").only(CASES), open_judged(server.base_url), work, seed=asked.seed, say=say)
    report = _report(asked, kinds, outcomes, now)
    if out is not None:
        for path in write_report(report, as_markdown(report), out, SUITE):
            say(f"wrote {path}")
    return report


async def _one(server: BadServer, runtime: Runtime, kind: Kind, case: Case, say: Callable[[str], None]) -> Outcome:
    server.kind = kind
    found = await tried(runtime.ask, kind, case.question)
    say(f"  {'sound' if found.is_sound else 'UNSOUND'}  {kind.name} / {case.id} ({found.published} claims, {found.removed} removed)")
    return found


def _report(asked: Asked, kinds: Sequence[Kind], outcomes: Sequence[Outcome], now: datetime) -> dict[str, Any]:
    unsound = [one for one in outcomes if not one.is_sound]
    command = f"watchfloor eval robustness --seed {asked.seed}" + "".join(f" --kind {name}" for name in asked.kinds)
    return {
        "suite": SUITE,
        "n": len(outcomes),
        "kinds": len(kinds),
        "seed": asked.seed,
        **circumstances(command, now).as_json(),
        "scores": {"sound": rare(len(outcomes) - len(unsound), len(outcomes)).as_json()},
        "bars": {"sound": 1.0},
        "kept": bool(outcomes) and not unsound,
        "questions": list(dict.fromkeys(one.question for one in outcomes)),
        "per_kind": [_counts(kind, [one for one in outcomes if one.kind == kind.name]) for kind in kinds],
        "failures": [one.as_json() for one in unsound[:SHOWN]],
        "outcomes": [one.as_json() for one in outcomes],
    }


def _counts(kind: Kind, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    return {
        "kind": kind.name,
        "told": kind.told,
        "answers": len(outcomes),
        "unsound": sum(one.unsound for one in outcomes),
        "headline": sum(one.headline for one in outcomes),
        "leaked": sum(one.leaked for one in outcomes),
        "untold": sum(one.untold for one in outcomes),
        "removed": sum(one.removed for one in outcomes),
        "fallback": sum(one.fallback for one in outcomes),
    }
