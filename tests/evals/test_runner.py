"""A suite runs each world in a runtime of its own, grades what comes back and reports it with intervals and baselines."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from domain.errors import NothingFoundError
from evals.case import Case, RawFile, Suite, WorldSpec
from evals.report import as_json, as_markdown, circumstances, write_report
from evals.runner import SuiteRun, run_suite

ACCESS = '192.0.2.1 - - [02/Mar/2026:06:00:00 +0000] "GET /{page} HTTP/1.1" 404 10 "-" "x"\n'
TOLD = circumstances("watchfloor eval run", datetime(2026, 3, 2, tzinfo=UTC))


@dataclass
class FakeRuntime:
    """Answers with a total that it was told, or says that nothing is there."""

    folder: Path
    total: int
    loaded: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    asked: list[Mapping[str, Any]] = field(default_factory=list)

    async def load(self, path: Path, options: Mapping[str, Any]) -> Mapping[str, Any]:
        self.loaded.append((path.name, options))
        return {"accepted": 2, "rejected": []}

    async def ask(self, question: Mapping[str, Any]) -> Mapping[str, Any]:
        self.asked.append(question)
        if "from" in question:
            raise NothingFoundError("there is nothing in that window")
        claim = {"id": "C1", "kind": "quantity", "verdict": "supported", "bind": [], "slots": {"metric": "requests", "value": self.total}}
        return {"claims": [claim], "findings": [], "final_decision": "answered", "model": "house", "grounding": {"score": 100.0}}


@dataclass
class FakeProduct:
    """Opens a runtime a world and remembers them."""

    total: int
    opened: list[FakeRuntime] = field(default_factory=list)

    @asynccontextmanager
    async def open(self, folder: Path) -> AsyncIterator[FakeRuntime]:
        self.opened.append(FakeRuntime(folder, self.total))
        yield self.opened[-1]


def _suite() -> Suite:
    world = WorldSpec(folder="logs", files={"access": RawFile(name="access.log", options={"service": "web"})})
    missing = WorldSpec(folder="elsewhere", files={"auth": RawFile(name="auth.log")})
    cases = (
        Case(id="total", world="web", question="How many requests?", truth="access.total_requests", tags=("web",)),
        Case(id="window", world="web", question="How many?", abstain="required", tags=("none",), scope={"from": "2001-01-01T00:00:00Z"}),
        Case(id="other", world="lost", question="Who?", truth="sshd.break_ins", tags=("ssh",)),
    )
    return Suite(name="small", worlds={"web": world, "lost": missing}, cases=cases)


async def _run(tmp_path: Path, total: int) -> tuple[SuiteRun, FakeProduct]:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "access.log").write_text(ACCESS.format(page="a") + ACCESS.format(page="b"), encoding="utf-8")
    product = FakeProduct(total)
    return await run_suite(_suite(), product.open, 1, lambda _text: None, tmp_path), product


async def test_worlds_are_loaded_with_their_options_and_asked_with_their_scope(tmp_path: Path) -> None:
    _, product = await _run(tmp_path, 2)
    (runtime,) = product.opened
    assert runtime.loaded == [("access.log", {"service": "web"})]
    assert runtime.asked == [{"question": "How many requests?"}, {"question": "How many?", "from": "2001-01-01T00:00:00Z"}]


async def test_right_and_wrong_answers_are_told_apart(tmp_path: Path) -> None:
    right, _ = await _run(tmp_path, 2)
    assert [grade.is_right for grade in right.grades] == [True, True]
    (tmp_path / "second").mkdir()
    wrong, _ = await _run(tmp_path / "second", 3)
    assert [(grade.is_right, grade.contradicted) for grade in wrong.grades] == [(False, ("C1",)), (True, ())]


async def test_a_world_that_cannot_be_made_is_left_out_and_said(tmp_path: Path) -> None:
    run, _ = await _run(tmp_path, 2)
    assert run.skipped == {"lost": ("auth.log",)}
    assert "auth.log not found" in as_markdown(as_json(run, TOLD))


async def test_a_report_has_scores_with_intervals_and_baselines(tmp_path: Path) -> None:
    run, _ = await _run(tmp_path, 3)
    report = as_json(run, TOLD)
    assert (report["suite"], report["n"], report["scores"]["right"]["value"]) == ("small", 2, 0.5)
    assert 0 < report["scores"]["right"]["low"] < 0.5 < report["scores"]["right"]["high"] < 1
    assert report["scores"]["contradicted_answers"]["value"] == 0.5
    assert report["baselines"]["oracle"]["right"]["value"] == 1.0
    assert report["baselines"]["none"]["right"]["value"] == 0.5
    assert report["per_group"]["none"]["right"]["value"] == 1.0


async def test_reports_are_written_as_json_and_markdown(tmp_path: Path) -> None:
    run, _ = await _run(tmp_path, 3)
    report = as_json(run, TOLD)
    data, page = write_report(report, as_markdown(report), tmp_path / "results", "eval-small")
    assert json.loads(data.read_text(encoding="utf-8"))["n"] == 2
    text = page.read_text(encoding="utf-8")
    assert "contradicted C1" in text
    assert TOLD.machine in text
