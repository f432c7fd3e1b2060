"""Steps down are told once with their cause, and undone."""

import logging
from datetime import timedelta

import pytest

from pipeline.steps import HOLD, Cause, Step, Steps
from tests.fakes import FakeClock, FakeMeter

DOWN = Cause("error", "connection refused")
FULL = Cause("no_debug", "the room is used up")


def events(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(record.getMessage(), vars(record)["step"]) for record in caplog.records]


def test_a_step_is_told_once_however_long_it_is_needed(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    clock, meter = FakeClock(), FakeMeter()
    steps = Steps(meter, clock)
    for _ in range(5):
        clock.at += timedelta(seconds=1)
        steps.need({Step.SPOOL: DOWN})
    assert steps.shown() == {"spool": "since 2026-03-01T12:00:01Z: connection refused"}
    steps.need({})
    assert events(caplog) == [("pipeline.step_down", "spool"), ("pipeline.step_undone", "spool")]
    assert meter.total("pipeline_fallback_steps_total", step="spool", cause="error") == 1


def test_the_deepest_step_is_shown_and_each_is_undone_for_itself(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    clock, meter = FakeClock(), FakeMeter()
    steps = Steps(meter, clock)
    steps.need({Step.SPOOL: DOWN, Step.SHEDDING: FULL})
    assert meter.total("pipeline_fallback_step") == steps.now == Step.SHEDDING
    steps.need({Step.SHEDDING: FULL})
    assert list(steps.shown()) == ["shedding"]
    clock.at += HOLD
    steps.need({})
    assert (meter.total("pipeline_fallback_step"), steps.shown()) == (0, {})
    assert [step for event, step in events(caplog) if event == "pipeline.step_undone"] == ["spool", "shedding"]


def test_shedding_that_comes_and_goes_is_one_step(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    clock = FakeClock()
    steps = Steps(FakeMeter(), clock)
    for number in range(20):
        clock.at += timedelta(seconds=4)
        steps.need({Step.SHEDDING: FULL} if number % 2 else {})
    assert events(caplog) == [("pipeline.step_down", "shedding")]
