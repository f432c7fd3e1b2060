"""What `watchfloor eval soak` does: schedules of faults in every mode, then steady traffic, judged and reported."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from domain.errors import WatchfloorError, WrongUseError
from evals.report import circumstances, write_report
from evals.soak.campaign import Product, Trial, campaign
from evals.soak.parts import redis_program
from evals.soak.report import COLUMNS, as_json, as_markdown
from evals.soak.schedule import MODES, Mode, schedule
from evals.soak.series import chart
from evals.soak.steady import Load, Soak, soak

AT_ONCE = 10  # schedules that share running parts and a store
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What to run: schedules of each mode from a seed on, then so many minutes of traffic (0: none) in the first of the modes.

    `traced`: Python's own memory is traced meanwhile.
    """

    modes: Sequence[Mode]
    seed: int = 1
    schedules: int = 10
    minutes: float = 0.0
    rate: float = 2_000.0
    traced: bool = False

    @property
    def command(self) -> str:
        """The command that asks for it."""
        mode = self.modes[0] if len(self.modes) == 1 else "all"
        given = f"--mode {mode} --seed {self.seed} --schedules {self.schedules} --minutes {self.minutes:g} --rate {self.rate:g}"
        return f"watchfloor eval soak {given}{' --traced' if self.traced else ''}"


def modes_of(name: str) -> Sequence[Mode]:
    """The modes of a name. Raises WrongUseError for none."""
    if name == "all":
        return tuple(mode for mode in MODES if mode != "redis" or redis_program())
    for mode in MODES:
        if mode == name:
            return (mode,)
    raise WrongUseError(f"There is no mode {name!r}; there are all, {', '.join(MODES)}.")


async def run(product: Product, asked: Asked, out: Path | None, *, now: datetime, say: Say) -> dict[str, Any]:
    """Runs it and gives the report; with `out`, written there as `soak.json`, `soak.md` and `soak.svg`."""
    broken, told = list[str](), circumstances(asked.command, now)
    trials = [trial async for trial in _tried(product, asked, broken, say)]
    steady = await _soaked(product, asked, say) if asked.minutes else None
    report = as_json(trials, broken, steady, told)
    if out is not None:
        for path in write_report(report, as_markdown(report), out, "soak"):
            say(f"wrote {path}")
        if steady is not None:
            (out / "soak.svg").write_text(chart(steady.samples, COLUMNS), encoding="utf-8")
    return report


async def _tried(product: Product, asked: Asked, broken: list[str], say: Say) -> AsyncIterator[Trial]:
    for mode in asked.modes:
        for first in range(asked.seed, asked.seed + asked.schedules, AT_ONCE):
            seeds = range(first, min(first + AT_ONCE, asked.seed + asked.schedules))
            schedules = [schedule(seed, mode) for seed in seeds]
            with TemporaryDirectory(prefix="wf-") as folder:
                try:
                    trials = await campaign(product, mode, schedules, Path(folder), say)
                except WatchfloorError as error:
                    broken.append(f"{mode}, seeds {seeds.start} to {seeds.stop - 1}: {error}")
                    say(broken[-1])
                    continue
            for trial in trials:
                if trial.faults:
                    say(str(trial))
                yield trial


async def _soaked(product: Product, asked: Asked, say: Say) -> Soak:
    load = Load(asked.minutes, asked.rate, asked.modes[0], is_traced=asked.traced)
    say(f"{load.minutes:g} minutes at {load.rate:g} events a second, {load.mode}")
    with TemporaryDirectory(prefix="wf-") as folder:
        return await soak(product, load, Path(folder), say)
