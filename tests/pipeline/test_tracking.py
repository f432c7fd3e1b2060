"""What is remembered of finished entries."""

from domain.queue import EntryKey
from pipeline.tracking import REMEMBERED, TOGETHER, Finished


def keys(first: int, last: int) -> list[EntryKey]:
    return [EntryKey(f"k{number}.0") for number in range(first, last)]


def test_the_last_are_known_and_the_oldest_forgotten() -> None:
    known, most = Finished(), 2 * REMEMBERED
    for first in range(0, most, 100):
        known.add(keys(first, first + 100))
    assert all(key in known for key in keys(most - REMEMBERED + 2 * TOGETHER, most))
    assert not any(key in known for key in keys(0, most - REMEMBERED - 2 * TOGETHER))


def test_what_was_never_finished_is_not_known() -> None:
    known = Finished()
    assert EntryKey("k1.0") not in known
    known.add(keys(0, 5_000))
    assert not any(key in known for key in keys(5_000, 10_000))
