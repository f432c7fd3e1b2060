"""What `watchfloor eval sampling` does: ordinary and broken hours sampled as in production, measured and reported."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from analytics.sampling.policy import Policy
from evals.report import circumstances, write_report
from evals.sampling.report import as_json, as_markdown
from evals.sampling.trial import Trial, pushed, tried
from pipeline.policies import shipped_policy
from simulator.world import generate

SUITE = "sampling"
SEEDS, MINUTES, HOURS_APART = 5, 60, 7
START = datetime(2026, 3, 2, tzinfo=UTC)
NORMAL = ("quiet", "daily_peak", "marketing_burst", "batch_job")
BROKEN = ("bad_deploy", "slow_dependency")
PROD, WITH_PAYMENT = "prod", "prod, payment kept whole"


@dataclass(frozen=True, slots=True)
class Bench:
    """Which hours, from which seed on, with how many seeds each."""

    seed: int = 1
    seeds: int = SEEDS
    minutes: int = MINUTES
    scenarios: tuple[str, ...] = (*NORMAL, *BROKEN)

    def worlds(self) -> Iterator[tuple[str, int]]:
        """Every scenario some times, each world with a seed of its own: equal seeds would have equal trace ids, and be drawn alike."""
        names = (name for name in self.scenarios for _ in range(self.seeds))
        return zip(names, count(self.seed), strict=False)


def run(bench: Bench, out: Path | None, *, now: datetime, say: Callable[[str], None]) -> dict[str, Any]:
    """Samples every world and gives the report; with `out`, writes it there as `eval-sampling.json` and `.md`."""
    trials = [trial for name, seed in bench.worlds() for trial in _trials(name, seed, bench.minutes, say)]
    report = as_json(trials, NORMAL, bench.seed, circumstances(f"watchfloor eval {SUITE} --seed {bench.seed}", now))
    if out is not None:
        for path in write_report(report, as_markdown(report), out, f"eval-{SUITE}"):
            say(f"wrote {path}")
    return report


def policies() -> dict[str, Policy]:
    """The shipped policy, and the same with one service kept whole, by name."""
    prod = shipped_policy("prod")
    return {PROD: prod, WITH_PAYMENT: replace(prod, services={"payment": 1})}


def _trials(name: str, seed: int, minutes: int, say: Callable[[str], None]) -> Iterator[Trial]:
    world = generate(name, seed, minutes, START + timedelta(hours=HOURS_APART * seed % 24))
    records = pushed(world)
    for policy_name, policy in policies().items():
        trial = tried(world, records, policy, policy_name)
        say(f"  {name} {seed}, {policy_name}: {trial.kept_rows:,} of {trial.rows:,} rows kept")
        yield trial
