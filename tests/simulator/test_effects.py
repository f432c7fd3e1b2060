"""Several faults at once combine on calls and gauges."""

from datetime import UTC, datetime, timedelta

from domain.window import Window
from simulator.dice import Dice
from simulator.effects import Conditions
from simulator.fault import Call, Effect, Label, Strain, Unfolding
from simulator.shop import Failure
from simulator.slot import Slot, placed, progress
from simulator.visitors import Visitor

WINDOW = Window(datetime(2026, 3, 4, tzinfo=UTC), datetime(2026, 3, 4, 10, tzinfo=UTC))
DOWN, FULL = Failure(500, "DOWN", "down"), Failure(507, "FULL", "full")
CALL = Call("payment /charge", WINDOW.start, Visitor("u-1", "eu-west", "100.64.0.1", "browser"))


def _fault(slow: float, failure: Failure | None, cpu: float) -> Unfolding:
    label = Label("f", "f", "payment", "charge", WINDOW)
    return Unfolding(label, lambda *_: Effect(slow, failure=failure), lambda *_: Strain(cpu=cpu))


def test_slowness_multiplies_and_the_first_failure_decides() -> None:
    conditions = Conditions((_fault(2.0, None, 5), _fault(1.5, DOWN, 7), _fault(1.0, FULL, 0)))
    assert conditions.effect(CALL, Dice(1, "x")) == Effect(3.0, failure=DOWN)
    assert conditions.strain("payment", WINDOW.start) == Strain(cpu=12)


def test_a_fault_holds_nothing_outside_its_window() -> None:
    conditions = Conditions((_fault(2.0, DOWN, 5),))
    later = Call(CALL.endpoint, WINDOW.end, CALL.visitor)
    assert conditions.effect(later, Dice(1, "x")) == Effect()
    assert conditions.strain("payment", WINDOW.end) == Strain()


def test_without_faults_nothing_is_touched() -> None:
    assert Conditions(()).effect(CALL, Dice(1, "x")) == Effect()


def test_a_placed_window_is_never_longer_than_its_share_of_the_world() -> None:
    assert placed(WINDOW, timedelta(hours=1), 1.0) == Window(WINDOW.end - timedelta(hours=1), WINDOW.end)
    assert placed(WINDOW, timedelta(hours=9), 0.0).length == timedelta(hours=4)


def test_a_slot_keeps_its_bounds_for_every_seed() -> None:
    for seed in range(50):
        drawn = Slot(0.4, 0.9, 0.2, 0.3, timedelta(hours=2, minutes=30)).drawn(WINDOW, Dice(seed, "slot"))
        assert WINDOW.start + timedelta(hours=4) <= drawn.start + timedelta(seconds=1)
        assert drawn.end <= WINDOW.start + timedelta(hours=9)
        assert timedelta(hours=2) - timedelta(seconds=1) <= drawn.length <= timedelta(hours=2, minutes=30)


def test_progress_runs_from_start_to_end() -> None:
    assert [progress(WINDOW, WINDOW.start + timedelta(hours=hours)) for hours in (-1, 0, 5, 10, 12)] == [0, 0, 0.5, 1, 1]
