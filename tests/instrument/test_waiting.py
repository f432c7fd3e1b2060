import gc
import threading

from instrument.waiting import Tally, Waiting

FEW = 1 << 20


def test_it_is_full_at_a_number_of_events_those_under_way_among_them() -> None:
    waiting = Waiting(3, FEW)
    assert [waiting.put(b"a"), waiting.put(b"b")] == [True, True]
    assert waiting.take(10, FEW) == [b"a", b"b"]
    assert [waiting.put(b"c"), waiting.put(b"d")] == [True, False]
    waiting.settle()
    assert (len(waiting), waiting.tally) == (1, Tally(sent=2, dropped=1))
    assert waiting.take(10, FEW) == [b"c"]


def test_it_is_full_at_a_number_of_bytes() -> None:
    waiting = Waiting(1_000, 10)
    assert [waiting.put(b"x" * 6), waiting.put(b"x" * 6), waiting.put(b"x" * 4)] == [True, False, True]
    waiting.take(1, FEW)
    waiting.settle()
    assert waiting.put(b"x" * 6)


def test_a_batch_has_so_many_lines_and_bytes_and_at_least_one_line() -> None:
    waiting = Waiting(10, FEW)
    for line in (b"x" * 50, b"y", b"z" * 9, b"w"):
        waiting.put(line)
    batches = []
    while batch := waiting.take(2, 10):
        batches.append(batch)
        waiting.settle()
    assert batches == [[b"x" * 50], [b"y", b"z" * 9], [b"w"]]


def test_lines_taken_and_not_settled_are_taken_again() -> None:
    waiting = Waiting(10, FEW)
    waiting.put(b"a")
    assert waiting.take(5, FEW) == waiting.take(5, FEW) == [b"a"]


def test_drops_are_asked_for_once() -> None:
    waiting = Waiting(1, FEW)
    waiting.put(b"a")
    waiting.put(b"b")
    waiting.drop_new()
    assert (waiting.untold(), waiting.untold()) == (2, 0)
    waiting.take(1, FEW)
    waiting.drop()
    assert (waiting.untold(), waiting.tally.dropped, len(waiting)) == (1, 3, 0)


class Echo:
    """Says something when it is collected, wherever the thread is then."""

    def __init__(self, waiting: Waiting) -> None:
        self.waiting, self.itself = waiting, self

    def __del__(self) -> None:
        self.waiting.put(b"collected")


def test_an_event_put_while_garbage_is_collected_does_not_lock_the_thread() -> None:
    waiting = Waiting(10, FEW)

    def collected_inside() -> None:
        Echo(waiting)
        with waiting._lock:
            gc.collect()

    thread = threading.Thread(target=collected_inside, daemon=True)
    thread.start()
    thread.join(10)
    assert not thread.is_alive()
    assert waiting.take(1, FEW) == [b"collected"]
