from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.errors import WrongUseError
from evals.report import circumstances
from evals.soak.campaign import Trial
from evals.soak.command import modes_of
from evals.soak.records import Stream
from evals.soak.report import as_json, as_markdown
from evals.soak.schedule import schedule
from evals.soak.sender import Journal
from evals.soak.series import Sample, slope
from evals.soak.steady import Load, Soak
from evals.soak.verdict import Verdict

TOLD = circumstances("watchfloor eval soak", datetime(2026, 1, 1, tzinfo=UTC))


def trial(seed: int, missing: int = 0, counted: int = 0) -> Trial:
    return Trial(schedule(seed, "spool"), Stream(f"s{seed}", 1), Journal(), verdict=Verdict(missing=missing, counted=counted, stored=400))


def steady(mb_an_hour: float) -> Soak:
    series = [
        Sample(at_s, 400 + mb_an_hour * at_s / 3_600, 390.0, 10.0, 90, 200, 5, 100, 0.1, 5.0, 20.0, at_s / 2)
        for at_s in range(0, 2_700, 10)
    ]
    return Soak(Load(45, 2_000), tuple(series), Verdict(stored=10, acknowledged=10), slope(series, "rss_mb"), None, 10, 0, 0.5)


def test_a_schedule_that_fails_is_told_with_how_to_run_it_again() -> None:
    report = as_json([trial(1), trial(2, missing=3)], [], None, TOLD)
    assert not report["kept"]
    assert report["modes"]["spool"]["failing"] == 1
    assert "--mode spool --seed 2 --schedules 1" in as_markdown(report)


def test_schedules_without_a_fault_and_a_soak_without_growth_are_kept() -> None:
    report = as_json([trial(1)], [], steady(1.0), TOLD)
    assert report["kept"]
    assert "wrong: nothing" in as_markdown(report)


def test_parts_that_could_not_go_on_and_memory_that_grows_are_not_kept() -> None:
    assert not as_json([trial(1)], ["the plane does not run"], None, TOLD)["kept"]
    assert steady(31.0).wrong == ("RSS grew up to 31.0 MB/h",)


def test_python_s_own_memory_is_held_to_its_bar_and_resident_memory_is_not_while_it_is_traced() -> None:
    found = steady(31.0)
    for growth, wrong in ((0.1, ()), (0.6, ("Python's memory grew up to 0.6 MB/h",))):
        series = tuple(
            replace(one, traced_mb=50 + growth * one.at_s / 3_600 if number % 7 else None) for number, one in enumerate(found.samples)
        )
        traced = replace(found, load=replace(found.load, is_traced=True), samples=series)
        assert traced.wrong == wrong
        assert "traced_mb_an_hour" in as_markdown(as_json([], [], traced, TOLD))


def test_damage_outside_the_guarantee_must_be_reported_to_be_spared() -> None:
    lost = trial(3, missing=40, counted=40)
    assert replace(lost, rotten=1).faults == {"missing": 40, "counted": 40}
    assert replace(lost, rotten=1, reported=1).faults == {}
    assert replace(lost, rotten=1, reported=1, verdict=Verdict(missing=41)).faults == {"missing": 41}
    assert replace(trial(3), lost=5).faults == {"falsely_told_lost": 5}


def test_a_part_that_ends_by_itself_is_a_failure() -> None:
    assert replace(trial(3), notes=["ended: the plane, by itself, with exit status 1"]).faults == {"ended": 1}


def test_a_mode_is_named_or_refused() -> None:
    assert modes_of("spool") == ("spool",)
    assert {"embedded", "spool"} <= set(modes_of("all"))
    with pytest.raises(WrongUseError, match="no mode 'both'"):
        modes_of("both")
