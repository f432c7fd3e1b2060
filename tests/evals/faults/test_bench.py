"""The fault bench: worlds are made, loaded and investigated; what is named is graded against the labels, beside rules of thumb."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.window import Window
from evals.faults.command import Bench, run
from evals.faults.report import as_json, as_markdown
from evals.faults.rivals import largest_z, latest_deploy, most_errors
from evals.faults.trial import BENIGN, FAULTS, Trial
from evals.report import circumstances
from simulator.scenarios import SCENARIOS
from simulator.world import World, generate

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@dataclass
class FakeRuntime:
    """Blames one service whatever it was given."""

    blames: str
    loaded: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    async def load(self, path: Path, options: Mapping[str, Any]) -> Mapping[str, Any]:
        self.loaded.append((path.name, options))
        return {"accepted": 1}

    async def ask(self, question: Mapping[str, Any]) -> Mapping[str, Any]:
        raise AssertionError(question)

    async def investigate(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        assert request == {}
        causes = [{"service": self.blames, "reason": "slow", "path_verified": True}] if self.blames else []
        return {"root_causes": causes, "severity": "high"}


@dataclass
class FakeProduct:
    """Opens such a runtime for each world."""

    blames: str
    opened: list[FakeRuntime] = field(default_factory=list)

    @asynccontextmanager
    async def open(self, folder: Path) -> AsyncIterator[FakeRuntime]:
        self.opened.append(FakeRuntime(self.blames))
        yield self.opened[-1]


async def ran(blames: str, out: Path | None = None, *kinds: str) -> tuple[dict[str, Any], FakeProduct]:
    product = FakeProduct(blames)
    return await run(product.open, Bench(2, 2, 30, kinds or ("bad_deploy", "quiet")), out, now=NOW, say=lambda _text: None), product


def test_every_kind_is_a_scenario_of_the_simulator() -> None:
    assert len(FAULTS) == 12
    assert set(FAULTS) | set(BENIGN) <= set(SCENARIOS)
    assert len(list(Bench().worlds())) == 80


async def test_each_world_is_opened_fresh_and_loaded_whole() -> None:
    _, product = await ran("")
    assert len(product.opened) == 4
    files = [name for name, _ in product.opened[0].loaded]
    assert files == ["app.ndjson", "traces.ndjson", "metrics.ndjson", "access.log"]
    assert "truth.json" not in files


async def test_silence_is_right_where_nothing_is_wrong_and_only_there() -> None:
    report, _ = await ran("")
    assert report["scores"]["right_first"]["value"] == 0
    assert report["scores"]["benign_blamed"]["value"] == 0
    assert report["per_group"]["quiet"]["right"]["value"] == 1


async def test_blaming_always_the_same_is_right_by_chance_and_wrong_in_quiet_worlds() -> None:
    truths = {seed: _truth("bad_deploy", seed) for seed in (2, 3)}
    report, _ = await ran(truths[2])
    assert report["scores"]["right_first"]["value"] == sum(truth == truths[2] for truth in truths.values()) / 2
    assert report["scores"]["benign_blamed"]["value"] == 1
    assert [case["is_right"] for case in report["cases"] if case["kind"] == "quiet"] == [False, False]


async def test_a_harmless_rise_of_load_is_nobodys_fault() -> None:
    report, _ = await ran("catalog", None, "marketing_burst")
    assert report["scores"]["benign_blamed"] == {"value": 1.0, "low": 0.1581, "high": 1.0, "n": 2}
    assert report["scores"]["right_first"]["value"] is None


async def test_the_report_is_written_with_intervals_and_what_was_wrong(tmp_path: Path) -> None:
    report, _ = await ran("nobody-knows", tmp_path)
    text = (tmp_path / "eval-faults.md").read_text(encoding="utf-8")
    assert (tmp_path / "eval-faults.json").exists()
    assert "- **bad_deploy**, seed 2: it is" in text
    assert "named: nobody-knows" in text
    assert {"suite", "n", "scores", "baselines", "per_group", "commit"} <= set(report)
    assert set(report["baselines"]) == {"latest_deploy", "most_errors", "largest_z"}


def test_the_first_three_count_apart_from_the_first() -> None:
    trial = Trial("cpu", 1, ("cart",), ("front", "cart"), "slow", "high", verified=True, rivals={}, seconds=1.0)
    scores = as_json([trial], 1, circumstances("x", NOW))["scores"]
    assert scores["right_first"]["value"] == 0
    assert scores["among_three"]["value"] == 1
    assert scores["path_verified"]["value"] is None
    assert "right_first | 0 [" in as_markdown(as_json([trial], 1, circumstances("x", NOW)))


def _truth(kind: str, seed: int) -> str:
    return str(generate(kind, seed, 30, NOW).truth()["faults"][0]["service"])


def small(**records: tuple[Mapping[str, Any], ...]) -> World:
    """A world of these records."""
    empty: dict[str, Any] = {"logs": (), "spans": (), "metrics": (), "access": (), "auth": (), "faults": ()}
    return World("small", 1, Window(NOW, NOW + timedelta(minutes=9)), **{**empty, **records})


def log(minute: int, service: str, severity: str = "INFO", **fields: str) -> Mapping[str, Any]:
    return {"timestamp": f"2026-03-02T00:{minute:02}:00.000Z", "service": service, "severity": severity, "body": "", **fields}


def test_rules_of_thumb_name_what_they_say() -> None:
    deploys = (log(1, "a", event="deploy"), log(2, "b", event="deploy"), log(3, "c", event="flag"))
    assert latest_deploy(small(logs=deploys)) == "b"
    errors = (log(1, "a", "ERROR"), log(1, "b", "ERROR"), log(2, "b", "FATAL"), log(2, "a", "WARN"), log(3, "a", "WARN"))
    assert most_errors(small(logs=errors)) == "b"
    assert latest_deploy(small()) == most_errors(small()) == largest_z(small()) == ""


@pytest.mark.parametrize("calm", ["a", "b"])
def test_the_largest_z_is_of_the_gauge_that_jumps(calm: str) -> None:
    other = {"a": "b", "b": "a"}[calm]
    points = [
        {"timestamp": f"2026-03-02T00:{minute:02}:00.000Z", "service": service, "name": "cpu", "value": value, "unit": "%"}
        for minute in range(8)
        for service, value in ((calm, 10 + minute % 4), (other, 90 if minute == 5 else 10 + minute % 4))
    ]
    assert largest_z(small(metrics=tuple(points))) == other
