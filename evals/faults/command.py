"""What `watchfloor eval run --suite faults` does: each fault and each look-alike in fresh worlds of five seeds, investigated and graded."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from evals.case import RawFile
from evals.faults.report import as_json, as_markdown
from evals.faults.trial import BENIGN, FAULTS, Trial, judged
from evals.report import circumstances, write_report
from evals.runtime import InquiringRuntimeFactory
from simulator.world import generate, write

SUITE = "faults"
SEEDS = 5
MINUTES = 60
START = datetime(2026, 3, 2, tzinfo=UTC)
HOURS_APART = 7  # worlds of different seeds begin at different hours of the day
FILES: tuple[RawFile, ...] = (
    RawFile(name="app.ndjson"),
    RawFile(name="traces.ndjson", options={"signal": "traces"}),
    RawFile(name="metrics.ndjson", options={"signal": "metrics"}),
    RawFile(name="access.log", options={"service": "gateway"}),
)


@dataclass(frozen=True, slots=True)
class Bench:
    """Which faults and look-alikes, from which seed on, with how many seeds each, in worlds how long."""

    seed: int = 1
    seeds: int = SEEDS
    minutes: int = MINUTES
    kinds: tuple[str, ...] = (*FAULTS, *BENIGN)

    def worlds(self) -> Iterator[tuple[str, int]]:
        """Every kind with every seed."""
        return ((kind, seed) for kind in self.kinds for seed in range(self.seed, self.seed + self.seeds))


async def run(
    open_runtime: InquiringRuntimeFactory, bench: Bench, out: Path | None, *, now: datetime, say: Callable[[str], None]
) -> dict[str, Any]:
    """Investigates every world and gives the report; with `out`, writes it there as `eval-faults.json` and `.md`."""
    trials = [await _trial(open_runtime, kind, seed, bench.minutes, say) for kind, seed in bench.worlds()]
    told = circumstances(f"watchfloor eval run --suite {SUITE} --seed {bench.seed}", now)
    report = as_json(trials, bench.seed, told)
    if out is not None:
        for path in write_report(report, as_markdown(report), out, f"eval-{SUITE}"):
            say(f"wrote {path}")
    return report


async def _trial(open_runtime: InquiringRuntimeFactory, kind: str, seed: int, minutes: int, say: Callable[[str], None]) -> Trial:
    world = generate(kind, seed, minutes, START + timedelta(hours=HOURS_APART * seed % 24))
    with TemporaryDirectory(prefix="watchfloor-faults-") as folder:
        raw, data = Path(folder) / "raw", Path(folder) / "data"
        data.mkdir()
        write(world, raw)
        async with open_runtime(data) as runtime:
            for file in FILES:
                await runtime.load(raw / file.name, file.options)
            started = time.perf_counter()
            document = await runtime.investigate({})
            trial = judged(world, document, time.perf_counter() - started)
    said, truth = (", ".join(names) or "nobody" for names in (trial.named, trial.truth))
    say(f"  {'right' if trial.is_right else 'WRONG'}  {kind} {seed}: named {said}; it is {truth}")
    return trial
