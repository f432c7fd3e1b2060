"""What a request is called."""

from datetime import timedelta

from domain.queue import Pressure
from pipeline.admission import REPEAT_MS, request_key
from tests.fakes import FakeClock


def test_two_receivers_that_cannot_ask_each_other_give_one_request_one_key() -> None:
    clock = FakeClock()
    first = request_key("default:abc", Pressure.NONE, clock)
    later = FakeClock(clock.at + timedelta(minutes=14))
    assert request_key("default:abc", Pressure.NONE, later) == first
    assert request_key("other:abc", Pressure.NONE, clock) != first


def test_what_is_sent_again_after_a_quarter_of_an_hour_is_another_request() -> None:
    clock = FakeClock()
    later = FakeClock(clock.at + timedelta(milliseconds=REPEAT_MS))
    assert request_key("default:abc", Pressure.NONE, later) > request_key("default:abc", Pressure.NONE, clock)


def test_a_request_of_which_other_records_are_shed_is_another() -> None:
    clock = FakeClock()
    assert len({request_key("default:abc", pressure, clock) for pressure in Pressure}) == len(Pressure)
