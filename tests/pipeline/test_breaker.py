"""The breaker opens, probes and closes; pauses grow and are spread."""

from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from pipeline.breaker import BASE_S, CAP_S, PROBE_S, Breaker, pause_s, retry_delays


class Hand:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.at_s = 100.0

    def now_s(self) -> float:
        return self.at_s


def breaker(hand: Hand) -> Breaker:
    return Breaker(hand.now_s, lambda: 1.0)


def test_three_failures_in_a_row_open_it_and_a_success_between_does_not_let_it() -> None:
    one = breaker(Hand())
    assert [one.fail(), one.fail(), one.succeed(), one.fail(), one.fail()] == [False] * 5
    assert one.allows()
    assert one.fail()
    assert not one.allows()


def test_one_probe_at_a_time_and_ever_more_rarely() -> None:
    hand = Hand()
    one = breaker(hand)
    waits = []
    for _ in range(3):
        one.fail()
    for _ in range(12):
        began = hand.at_s
        while not one.allows():
            hand.at_s += 0.05
        waits.append(round(hand.at_s - began, 1))
        assert not one.allows()
        assert not one.fail()
    assert waits == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30.0, 30.0, 30.0]


def test_a_probe_that_works_closes_it_and_the_next_outage_begins_with_short_pauses() -> None:
    hand = Hand()
    one = breaker(hand)
    for _ in range(2):
        for _ in range(3):
            one.fail()
        assert not one.succeed()
        hand.at_s += 0.11
        assert one.allows()
        assert one.succeed()
        assert one.state == "closed"


def test_a_probe_nobody_reports_on_does_not_shut_it_for_ever() -> None:
    hand = Hand()
    one = breaker(hand)
    for _ in range(3):
        one.fail()
    hand.at_s += 1
    assert one.allows()
    hand.at_s += PROBE_S
    assert one.allows()


@given(st.integers(0, 2_000), st.floats(0, 1))
def test_a_pause_is_never_over_its_cap(attempt: int, dice: float) -> None:
    assert 0 <= pause_s(attempt, lambda: dice) <= min(CAP_S, BASE_S * 2 ** min(attempt, 40))


def test_pauses_reach_from_nothing_to_their_cap() -> None:
    highest = list(islice(retry_delays(lambda: 1.0), 12))
    assert highest[0] == BASE_S
    assert highest == sorted(highest)
    assert highest[-1] == CAP_S
    assert set(islice(retry_delays(lambda: 0.0), 12)) == {0.0}
