"""Several faults at once combine on calls and gauges."""

from datetime import UTC, datetime, timedelta

from domain.window import Window
from simulator.dice import Dice
from simulator.effects import Conditions
from simulator.fault import Effect, Failure, Label, Strain, Unfolding, placed

WINDOW = Window(datetime(2026, 3, 4, tzinfo=UTC), datetime(2026, 3, 4, 10, tzinfo=UTC))
DOWN, FULL = Failure(500, "DOWN", "down"), Failure(507, "FULL", "full")


def _fault(slow: float, failure: Failure | None, cpu: float) -> Unfolding:
    label = Label("f", "f", "payment", "charge", WINDOW)
    return Unfolding(label, lambda *_: Effect(slow, failure), lambda *_: Strain(cpu=cpu))


def test_slowness_multiplies_and_the_first_failure_decides() -> None:
    conditions = Conditions((_fault(2.0, None, 5), _fault(1.5, DOWN, 7), _fault(1.0, FULL, 0)))
    assert conditions.effect("payment /charge", WINDOW.start, Dice(1, "x")) == Effect(3.0, DOWN)
    assert conditions.strain("payment", WINDOW.start) == Strain(cpu=12)


def test_without_faults_nothing_is_touched() -> None:
    assert Conditions(()).effect("payment /charge", WINDOW.start, Dice(1, "x")) == Effect()


def test_a_placed_window_is_never_longer_than_its_share_of_the_world() -> None:
    assert placed(WINDOW, timedelta(hours=1), 1.0) == Window(WINDOW.end - timedelta(hours=1), WINDOW.end)
    assert placed(WINDOW, timedelta(hours=9), 0.0).length == timedelta(hours=4)
