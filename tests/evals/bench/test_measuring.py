"""The bench measures what it says, on small sizes here."""

import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any

import pytest

from domain.telemetry import LogRecord, LogTemplate
from evals.bench.application import application_cost
from evals.bench.command import as_markdown
from evals.bench.figures import Figure, cpu_ms, p95, wall_ms
from evals.bench.ingestion import FORMATS, ingest_rates
from evals.bench.million import QUESTIONS, questions_on
from evals.bench.overhead import overhead
from evals.bench.rows import batches, templates
from evals.bench.startup import help_time
from evals.bench.verification import verification_time


@dataclass
class FakeRuntime:
    """Counts what it is given."""

    rows: int = 0
    asked: list[str] = field(default_factory=list)
    loaded: dict[str, str] = field(default_factory=dict)
    kept_templates: int = 0
    folders: list[Path] = field(default_factory=list)

    async def load(self, path: Path, options: Mapping[str, Any]) -> Mapping[str, Any]:
        del options
        self.loaded[path.name] = _first_line(path)
        return {"accepted": 10, "rows_per_s": 1_000.0}

    async def ask(self, question: Mapping[str, Any]) -> Mapping[str, Any]:
        self.asked.append(question["question"])
        return {}

    async def write_logs(self, records: Sequence[LogRecord]) -> int:
        self.rows += len(records)
        return len(records)

    async def write_templates(self, given: Sequence[LogTemplate]) -> int:
        self.kept_templates += len(given)
        return len(given)

    @asynccontextmanager
    async def open(self, folder: Path) -> AsyncIterator["FakeRuntime"]:
        self.folders.append(folder)
        yield self


def _first_line(path: Path) -> str:
    return path.read_text(encoding="utf-8").splitlines()[0]


def _silent(_text: str) -> None:
    """Says nothing."""


def test_a_bar_is_kept_on_its_own_side() -> None:
    fast = Figure("a", 10, "ms", 9, 11, 3, bar=15)
    assert fast.is_kept
    assert not Figure("a", 16, "ms", 9, 17, 3, bar=15).is_kept
    assert Figure("a", 16, "rows/s", 9, 17, 3, bar=15, better="higher").is_kept
    assert Figure("a", 16, "ms", 9, 17, 3).is_kept is None


def test_a_p95_keeps_its_median_and_its_worst() -> None:
    figure = p95("a", [float(number) for number in range(1, 101)], bar=95)
    assert (figure.value, figure.low, figure.high, figure.is_kept) == (95.0, 50.5, 100.0, True)


def test_cpu_is_not_wall_time() -> None:
    assert cpu_ms(lambda: sum(range(200_000))) > 0
    assert wall_ms(lambda: None) < 50


def test_help_is_timed_in_processes_of_their_own() -> None:
    figure = help_time([sys.executable, "-c", "pass"], runs=2)
    assert 1 < figure.value < 5_000
    with pytest.raises(CalledProcessError):
        help_time([sys.executable, "-c", "raise SystemExit(2)"], runs=1)


def test_rows_are_the_same_for_the_same_seed_and_in_order_of_time() -> None:
    first = [row for batch in batches(2_000, size=300) for row in batch]
    assert first == [row for batch in batches(2_000, size=300) for row in batch]
    assert [row.timestamp_ns for row in first] == sorted(row.timestamp_ns for row in first)
    kinds = Counter(row.event.partition(".")[0] for row in first)
    assert kinds["http"] == pytest.approx(560, abs=80)
    assert kinds["ssh"] == pytest.approx(40, abs=25)


def test_every_template_of_a_row_is_known() -> None:
    known = {template.template_id for template in templates()}
    used = {row.template_id for batch in batches(3_000) for row in batch} - {""}
    assert used
    assert used <= known


async def test_every_question_is_asked_as_often_as_said() -> None:
    runtime = FakeRuntime()
    figures = await questions_on(1_000, runtime.open, _silent, repeats=2)
    assert runtime.rows == 1_000
    assert runtime.kept_templates == len(templates())
    assert Counter(runtime.asked) == Counter(dict.fromkeys(QUESTIONS, 2))
    assert [figure.name for figure in figures] == ["ask_on_rows", "ask_on_rows_median", "ask_on_rows_first_round", "store_rows_per_s"]
    assert len(QUESTIONS) >= 20


async def test_each_format_is_loaded_from_a_file_of_that_format() -> None:
    runtime = FakeRuntime()
    figures = await ingest_rates(runtime.open, _silent)
    assert set(runtime.loaded) == {file for file, _ in FORMATS.values()}
    assert runtime.loaded["otlp.json"].startswith('{"resourceLogs"')
    assert [figure.value for figure in figures] == [1_000.0] * len(FORMATS)


async def test_the_orchestrator_answers_with_instant_ports() -> None:
    overhead_cpu, whole_cpu, told = await overhead(rounds=2, analyses=2)
    assert 0 < overhead_cpu.value < whole_cpu.value < 1_000
    assert told.n == 4


def test_an_application_is_asked_with_our_middleware_and_without_in_each_state_of_its_receiver() -> None:
    figures = application_cost(0.3, _silent)
    assert [figure.name for figure in figures] == ["application_up", "application_stalled", "application_gone", "application_control"]
    assert all(figure.n > 2 and figure.low <= figure.high for figure in figures)


def test_the_verifier_holds_true_what_is_true() -> None:
    assert verification_time(rounds=2).value > 0


def test_a_report_says_which_bar_is_not_kept() -> None:
    slow = Figure("slow", 200, "ms", 190, 210, 3, bar=150, how="for a test")
    told = {"at": "now", "commit": "c", "machine": "m", "command": "x", "yardstick_ms": 1.0}
    assert "| slow | 200 ms | 190 … 210 | 150 ms | **no** | for a test |" in as_markdown({**told, "scores": {"slow": slow.as_json()}})
