"""The sampling bench: a world is sampled, its figures compared with the truth, and the bars can fail."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from analytics.sampling.estimates import Estimate
from analytics.sampling.policy import Policy, Slow
from evals.report import circumstances
from evals.sampling.command import Bench, run
from evals.sampling.report import as_json, is_kept, scores
from evals.sampling.trial import Figure, Trial, pushed, tried
from simulator.world import World, generate

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def broken() -> World:
    return generate("bad_deploy", 3, 20, NOW)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    out = tmp_path_factory.mktemp("results")
    return run(Bench(4, 1, 20, ("quiet", "bad_deploy")), out, now=NOW, say=lambda _text: None), out


def test_a_policy_that_keeps_everything_saves_nothing_and_is_exact(broken: World) -> None:
    records = pushed(broken)
    trial = tried(broken, records, Policy(), "all")
    assert trial.kept_rows == trial.rows == trial.weight == len(broken.logs) + len(broken.spans)
    assert trial.kept_bytes == trial.bytes
    assert [(one.estimate.low, one.estimate.high) for one in trial.figures] == [(one.truth, one.truth) for one in trial.figures]


def test_errors_and_slow_requests_are_kept_and_the_rest_is_not(broken: World) -> None:
    trial = tried(broken, pushed(broken), Policy(default_rate_n=1_000, slow_ms=Slow(500)), "rare")
    kinds = {row.kind: row.share for row in trial.retained}
    assert kinds["error"] == kinds["slow"] == 1
    assert kinds["normal"] < 0.05
    failed = next(one for one in trial.figures if one.name == "error_rate")
    assert failed.truth > 0
    assert failed.unweighted > 5 * failed.truth


def test_the_report_is_written_for_both_policies(report: tuple[dict[str, Any], Path]) -> None:
    document, out = report
    assert (document["n"], document["policy"], list(document["other_policies"])) == (2, "prod", ["prod, payment kept whole"])
    assert [(case["scenario"], case["seed"]) for case in document["cases"][::2]] == [("quiet", 4), ("bad_deploy", 5)]
    assert "## By class" in (out / "eval-sampling.md").read_text("utf-8")
    assert document["scores"]["kept_classes_kept"]["value"] == 1
    assert document["scores"]["bytes_saved"]["value"] > document["other_policies"]["prod, payment kept whole"]["bytes_saved"]["value"]


def test_the_bars_fail_for_each_reason_alone(broken: World) -> None:
    good = replace(tried(broken, pushed(broken), Policy(default_rate_n=20), "p"), bytes=100, kept_bytes=10)
    lost = replace(good, retained=tuple(replace(row, kept=row.seen - 1) if row.kind == "error" else row for row in good.retained))
    off = replace(good, figures=tuple(Figure("x", 9.0, Estimate(0, 0, 1, 3), 0) for _ in range(9)))

    def kept(trial: Trial) -> bool:
        return is_kept(scores([trial], ("bad_deploy",)))

    assert kept(replace(good, figures=(Figure("x", 0.5, Estimate(0, 0, 1, 3), 0),)))
    assert not kept(replace(good, kept_bytes=40))
    assert not kept(replace(good, kept_bytes=1))
    assert not kept(lost)
    assert not kept(off)
    assert as_json([off], ("bad_deploy",), 1, circumstances("x", NOW))["kept"] is False
