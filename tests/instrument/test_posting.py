from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.client import HTTPException

import pytest

from instrument.posting import FIRST_PAUSE_S, LONGEST_PAUSE_S, LONGEST_RETRY_AFTER_S, Answer, Target, pause_s
from tests.instrument.receiver import running


def longest(low: float, high: float) -> float:
    return max(low, high)


def test_pauses_double_up_to_a_bound_and_may_be_anything_below() -> None:
    bounds = [pause_s(attempt, 0.0, longest) for attempt in range(12)]
    assert bounds[:3] == [FIRST_PAUSE_S, FIRST_PAUSE_S * 2, FIRST_PAUSE_S * 4]
    assert bounds[-1] == pause_s(10_000, 0.0, longest) == LONGEST_PAUSE_S
    assert pause_s(5, 0.0, min) == 0.0


def test_the_receiver_says_how_long_at_least() -> None:
    assert pause_s(0, 7.0, min) == 7.0
    assert pause_s(0, 1e9, min) == LONGEST_RETRY_AFTER_S


@pytest.mark.parametrize(("text", "seconds"), [("7", 7.0), ("-3", 0.0), ("soon", 0.0), ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0)])
def test_retry_after_in_seconds(text: str, seconds: float) -> None:
    with running() as receiver:
        receiver.answers.append((429, {"retry-after": text}, {}))
        assert Target(receiver.url).post(b"", "k", 5.0) == Answer(429, 0, seconds)


def test_retry_after_as_a_date() -> None:
    with running() as receiver:
        receiver.answers.append((503, {"retry-after": format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)}, []))
        assert 80 < Target(receiver.url).post(b"", "k", 5.0).retry_after_s <= 90


def test_a_receiver_that_does_not_answer_in_time_is_an_error() -> None:
    with running() as receiver:
        receiver.is_stalled.set()
        with pytest.raises((OSError, HTTPException)):
            Target(receiver.url).post(b"", "k", 0.1)


@pytest.mark.parametrize(
    ("status", "taken", "later"), [(200, True, False), (202, True, False), (307, False, False), (400, False, False), (503, False, True)]
)
def test_what_an_answer_means(status: int, taken: bool, later: bool) -> None:
    assert (Answer(status).is_taken, Answer(status).is_later) == (taken, later)
