"""The oracle must find what is wrong, or its zeros say nothing."""

import pytest

from evals.soak.records import Stream
from evals.soak.sender import Journal
from evals.soak.verdict import Stored, Terms, Verdict, verdict

STREAM = Stream("s1", 1_790_000_000_000_000_000, size=10)
BATCHES = 16


def journal() -> Journal:
    made = Journal()
    for number in range(BATCHES):
        made.issue(number)
        made.acknowledge(number, STREAM.size, is_doubtful=False)
    return made


def stored(sent: Journal, numbers: range = range(BATCHES * 10)) -> Stored:
    made = Stored(STREAM, sent.issued)
    for number in numbers:
        made.put(STREAM.identity(number), STREAM.row(number))
    made.events = sum(STREAM.signal(number // 10) != "metrics" for number in numbers)
    return made


def test_all_that_was_sent_and_nothing_else_is_well() -> None:
    sent = journal()
    assert verdict(stored(sent), sent, Terms()) == Verdict(stored=160, acknowledged=160)


def test_a_record_that_is_gone_is_missing_and_its_count_is_off() -> None:
    sent = journal()
    assert verdict(stored(sent, range(159)), sent, Terms()).faults == {"missing": 1}
    assert verdict(stored(sent, range(1, 160)), sent, Terms()).faults == {"missing": 1, "counted": 1}


def test_a_record_that_was_never_acknowledged_may_be_gone_or_there() -> None:
    sent = journal()
    del sent.accepted[0]
    assert not verdict(stored(sent), sent, Terms()).faults
    assert not verdict(stored(sent, range(10, 160)), sent, Terms()).faults


def test_a_record_that_is_there_twice_is_a_duplicate() -> None:
    sent = journal()
    found = stored(sent)
    found.put(STREAM.identity(42), STREAM.row(42))
    assert verdict(found, sent, Terms()).faults == {"duplicates": 1}


def test_an_event_counted_twice_is_found_though_its_row_is_there_once() -> None:
    sent = journal()
    found = stored(sent)
    found.events += 1
    assert verdict(found, sent, Terms()).faults == {"counted": 1}


@pytest.mark.parametrize("place", range(9))
def test_any_changed_column_is_corruption(place: int) -> None:
    sent = journal()
    found = stored(sent, range(159))
    row = list(STREAM.row(3))
    row[place] = "other" if isinstance(row[place], str) else -1
    found.seen[3] = 0
    found.put(STREAM.identity(3), tuple(row))
    assert verdict(found, sent, Terms()).faults["corrupted"] == 1


def test_rows_nobody_sent_are_spurious() -> None:
    sent = journal()
    found = stored(sent)
    found.put(STREAM.identity(5_000), STREAM.row(5_000))
    found.put("what", ("is", "this"))
    assert verdict(found, sent, Terms()).faults == {"spurious": 2}


def test_sampling_may_leave_out_what_is_ordinary_and_nothing_else() -> None:
    sent = journal()
    kept = [number for number in range(160) if STREAM.must_be_kept(number)]
    found = Stored(STREAM, sent.issued, events=140)
    for number in kept:
        found.put(STREAM.identity(number), STREAM.row(number))
    assert not verdict(found, sent, Terms(is_sampled=True)).faults
    found.seen[kept[-1]] = 0
    assert verdict(found, sent, Terms(is_sampled=True)).faults == {"missing": 1}
    found.events = 139
    assert verdict(found, sent, Terms(is_sampled=True)).faults == {"missing": 1, "counted": 1}


def test_of_a_request_that_was_shed_in_part_there_are_as_many_as_it_said() -> None:
    sent = journal()
    ordinary = next(number for number in range(10) if not STREAM.must_be_kept(number, is_shed=True))
    sent.accepted[0] = 9
    found = stored(sent)
    found.seen[ordinary] = 0
    found.events -= 1
    assert not verdict(found, sent, Terms(is_tight=True)).faults
    others = [number for number in range(10) if number != ordinary and not STREAM.must_be_kept(number, is_shed=True)]
    found.seen[others[0]] = 0
    assert verdict(found, sent, Terms(is_tight=True)).faults == {"missing": 1}


def test_last_requests_that_are_not_stored_are_told() -> None:
    sent = journal()
    assert verdict(stored(sent, range(150)), sent, Terms(fresh=frozenset({15}))).faults["unfresh"] == 1
