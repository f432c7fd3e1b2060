"""What `watchfloor eval run --suite briefings` does: a daily briefing of each simulated day, recounted and reported."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from evals.briefings.numbers import numbers
from evals.briefings.trial import BENIGN, Trial, worst_fault
from evals.case import RawFile, Role
from evals.intervals import Score, middle, rare
from evals.report import Circumstances, circumstances, write_report
from evals.runtime import BriefingRuntime, BriefingRuntimeFactory
from evals.truth.raw import read
from evals.truth.source import Source
from simulator.world import DAY_MINUTES, generate, write

SUITE = "briefings"
SEEDS = 3
START = datetime(2026, 3, 2, tzinfo=UTC)
DAYS: tuple[tuple[str, int], ...] = (
    ("sample", 1), ("day", 1), ("quiet", 1), ("daily_peak", 1), ("marketing_burst", 1), ("batch_job", 1), ("sample", 2), ("quiet", 2),
)  # fmt: skip
FILES: Mapping[Role, RawFile] = {
    "app": RawFile(name="app.ndjson"),
    "traces": RawFile(name="traces.ndjson", options={"signal": "traces"}),
    "metrics": RawFile(name="metrics.ndjson", options={"signal": "metrics"}),
    "access": RawFile(name="access.log", options={"service": "gateway"}),
    "auth": RawFile(name="auth.log", options={"year": START.year}),
}
MEANINGS = {
    "numbers_equal": "numbers that equal what other code counts in the raw files, of those it counts",
    "numbers_recounted": "numbers that were counted again, of all; scores of suspects and probes by known patterns are not",
    "briefings_without_a_wrong_number": "briefings all of whose recounted numbers are equal",
    "worst_fault_named": "briefings with the fault of most failed requests among the top issues, by its service",
    "worst_fault_first": "briefings with it as the first",
    "quiet_called_quiet": "days without a fault (benign peaks and jobs too) called quiet",
    "faults_not_quiet": "days with a fault not called quiet",
    "seconds": "wall time of a briefing (median)",
}


@dataclass(frozen=True, slots=True)
class Bench:
    """Which days (scenario and number of days, the last of which is briefed on), from which seed on, with how many seeds each."""

    seed: int = 1
    seeds: int = SEEDS
    days: tuple[tuple[str, int], ...] = DAYS

    def worlds(self) -> Iterator[tuple[str, int, int]]:
        """Every day with every seed."""
        return ((name, length, seed) for name, length in self.days for seed in range(self.seed, self.seed + self.seeds))


async def run(
    open_runtime: BriefingRuntimeFactory, bench: Bench, out: Path | None, *, now: datetime, say: Callable[[str], None]
) -> dict[str, Any]:
    """Briefs on every day and gives the report; with `out`, writes it there as `eval-briefings.json` and `.md`."""
    trials = [await brief_on(open_runtime, name, length, seed, say) for name, length, seed in bench.worlds()]
    report = as_json(trials, bench.seed, circumstances(f"watchfloor eval run --suite {SUITE} --seed {bench.seed}", now))
    if out is not None:
        for path in write_report(report, as_markdown(report), out, f"eval-{SUITE}"):
            say(f"wrote {path}")
    return report


async def brief_on(open_runtime: BriefingRuntimeFactory, name: str, length: int, seed: int, say: Callable[[str], None]) -> Trial:
    """The daily briefing of the last day of a world of some days."""
    with TemporaryDirectory(prefix="watchfloor-briefings-") as folder:
        raw, data = Path(folder) / "raw", Path(folder) / "data"
        data.mkdir()
        write(generate(name, seed, length * DAY_MINUTES, START), raw)
        async with open_runtime(data) as runtime:
            trial = await _trial(runtime, raw, name, seed)
    say(f"  {'right' if not trial.wrong and trial.quiet_is_right else 'WRONG'}  {name} {seed}: {len(trial.recounted)} numbers")
    return trial


async def _trial(runtime: BriefingRuntime, raw: Path, name: str, seed: int) -> Trial:
    for file in FILES.values():
        await runtime.load(raw / file.name, file.options)
    started = time.perf_counter()
    briefing = await runtime.brief({"period": "daily"})
    seconds = time.perf_counter() - started
    source = Source({role: raw / file.name for role, file in FILES.items()}, START.year)
    found = numbers(briefing, (await runtime.analysis(str(briefing["run_id"])))["evidence"], read(source))
    faults = json.loads((raw / "truth.json").read_text("utf-8"))["faults"]
    return Trial(
        name, seed, tuple(found), worst_fault([one for one in faults if one["end"] > briefing["period"]["start"]]), briefing, seconds
    )


def scores(trials: Sequence[Trial]) -> dict[str, Score]:
    """Every metric of MEANINGS over some trials."""
    recounted = [one for trial in trials for one in trial.recounted]
    hurt = [trial for trial in trials if trial.worst]
    calm = [trial for trial in trials if trial.scenario in BENIGN]
    upset = [trial for trial in trials if trial.scenario not in BENIGN]
    return {
        "numbers_equal": rare(sum(one.is_equal for one in recounted), len(recounted)),
        "numbers_recounted": rare(len(recounted), sum(len(trial.numbers) for trial in trials)),
        "briefings_without_a_wrong_number": rare(sum(not trial.wrong for trial in trials), len(trials)),
        "worst_fault_named": rare(sum(trial.names_worst for trial in hurt), len(hurt)),
        "worst_fault_first": rare(sum(trial.lists_worst_first for trial in hurt), len(hurt)),
        "quiet_called_quiet": rare(sum(trial.quiet_is_right for trial in calm), len(calm)),
        "faults_not_quiet": rare(sum(trial.quiet_is_right for trial in upset), len(upset)),
        "seconds": middle([trial.seconds for trial in trials]),
    }


def as_json(trials: Sequence[Trial], seed: int, told: Circumstances) -> dict[str, Any]:
    """The report."""
    by_scenario = {
        name: [trial for trial in trials if trial.scenario == name] for name in dict.fromkeys(trial.scenario for trial in trials)
    }
    return {
        "suite": SUITE,
        "n": len(trials),
        "seed": seed,
        **told.as_json(),
        "scores": _plain(trials),
        "baselines": {},
        "per_group": {name: _plain(group) for name, group in by_scenario.items()},
        "cases": [trial.as_json() for trial in trials],
    }


def as_markdown(report: Mapping[str, Any]) -> str:
    """The report for people."""
    head = f"# Suite `{SUITE}`: {report['n']} daily briefings of simulated days"
    when = f"{report['at']} · commit {report['commit']} · {report['machine']} · `{report['command']}` · seed {report['seed']}"
    table = ["| score | value | means |", "|---|---:|---|"]
    table += [f"| {name} | {_shown(report['scores'][name])} | {means} |" for name, means in MEANINGS.items()]
    wrong = [f"- **{case['scenario']} {case['seed']}**: {text}" for case in report["cases"] for text in _faults(case)]
    return "\n".join([head, "", when, "", *table, "", "## What was not right", "", *(wrong or ["Nothing."]), ""])


def _faults(case: Mapping[str, Any]) -> list[str]:
    named = [] if case["names_worst"] in (None, True) else [f"{case['worst']} is not among {case['issues']}"]
    quiet = [] if case["quiet_is_right"] else [f"is_quiet is {case['is_quiet']}; issues {case['issues']}"]
    return [*case["wrong"][:5], *named, *quiet]


def _plain(trials: Sequence[Trial]) -> dict[str, Any]:
    return {name: score.as_json() for name, score in scores(trials).items()}


def _shown(score: Mapping[str, Any]) -> str:
    return "n/a" if score["value"] is None else f"{score['value']:.4g} [{score['low']:.4g}, {score['high']:.4g}]"
