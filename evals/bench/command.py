"""What `watchfloor eval bench` does: measures, and says which bars are kept."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from evals.bench.application import application_cost
from evals.bench.figures import Figure, yardstick_ms
from evals.bench.ingestion import ingest_rates
from evals.bench.million import questions_on
from evals.bench.overhead import overhead
from evals.bench.startup import help_time
from evals.bench.verification import verification_time
from evals.report import Circumstances, circumstances, write_report
from evals.runtime import BulkRuntimeFactory


async def run(
    open_runtime: BulkRuntimeFactory,
    rows: int,
    out: Path | None,
    *,
    stall_s: float,
    now: datetime,
    say: Callable[[str], None],
    help_command: Sequence[str],
) -> dict[str, Any]:
    """All measurements, one after the other, as a report; with `out`, written there as `bench.json` and `bench.md`."""
    told = circumstances(f"watchfloor eval bench --rows {rows} --stall {stall_s:g}", now)
    figures = [figure async for figure in _measured(open_runtime, rows, stall_s, say, help_command)]
    report = report_of("bench", figures, told)
    if out is not None:
        for path in write_report(report, as_markdown(report), out, "bench"):
            say(f"wrote {path}")
    return report


def report_of(suite: str, figures: Sequence[Figure], told: Circumstances) -> dict[str, Any]:
    """Figures as the report of a suite."""
    return {
        "suite": suite,
        "n": len(figures),
        **told.as_json(),
        "yardstick_ms": round(yardstick_ms(), 2),
        "scores": {figure.name: figure.as_json() for figure in figures},
        "baselines": {},
        "per_group": {},
        "kept": all(figure.is_kept is not False for figure in figures),
    }


async def _measured(
    open_runtime: BulkRuntimeFactory, rows: int, stall_s: float, say: Callable[[str], None], help_command: Sequence[str]
) -> AsyncIterator[Figure]:
    say("start-up")
    yield help_time(help_command)
    say("orchestration")
    for figure in await overhead():
        yield figure
    say("verification")
    yield verification_time()
    say(f"an application with our middleware, {stall_s:g} s in each state of the receiver")
    for figure in application_cost(stall_s, say):
        yield figure
    say("ingest")
    for figure in await ingest_rates(open_runtime, say):
        yield figure
    say(f"questions on {rows:,} rows")
    for figure in await questions_on(rows, open_runtime, say):
        yield figure


def as_markdown(report: Mapping[str, Any]) -> str:
    """The report for people."""
    when = f"{report['at']} · commit {report['commit']} · {report['machine']} · `{report['command']}`"
    yardstick = f"Yardstick: SHA-256 of 40 MiB takes {report['yardstick_ms']} ms of CPU here; compare machines by it."
    rows = [_row(name, score) for name, score in report["scores"].items()]
    head = ["| what | value | low … high | bar | kept | how |", "|---|---:|---|---:|---|---|"]
    spread = "Low and high are the best and the worst round; beside a p95 they are the median and the worst."
    return "\n".join(["# Bench", "", when, "", yardstick, spread, "", *head, *rows, ""])


def _row(name: str, score: Mapping[str, Any]) -> str:
    bar = "" if score["bar"] is None else f"{score['bar']:,.0f} {score['unit']}"
    kept = {True: "yes", False: "**no**", None: ""}[score["kept"]]
    spread = f"{_number(score['low'])} … {_number(score['high'])}"
    return _cells([name, f"{_number(score['value'])} {score['unit']}", spread, bar, kept, score["how"]])


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"  # noqa: PLR2004 (two decimals below a hundred)


def _cells(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
