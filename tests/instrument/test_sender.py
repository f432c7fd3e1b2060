import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from instrument.sender import DROPPED, Sender
from tests.instrument.receiver import Receiver, running, within_patience

EVENTS = 10_000


@contextmanager
def sender_of(url: str, **options: Any) -> Iterator[Sender]:
    sender = Sender(url, "shop", **{"every_s": 0.05, "timeout_s": 1.0, **options})
    try:
        yield sender
    finally:
        sender.close(0.0)


@contextmanager
def deaf() -> Iterator[str]:
    """A receiver that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def numbers(receiver: Receiver) -> list[int]:
    return [event["n"] for event in receiver.events if "n" in event]


def test_every_event_comes_once_in_its_order_and_carries_the_fixed_fields() -> None:
    with running() as receiver, sender_of(receiver.url, batch=100, fields={"region": "eu"}) as sender:
        taken = [sender.put({"n": n}) for n in range(1_234)]
        stats = sender.close()
        assert all(taken)
        assert numbers(receiver) == list(range(1_234))
        assert {(event["service"], event["region"]) for event in receiver.events} == {("shop", "eu")}
        assert (stats.sent, stats.dropped, stats.queued, stats.failures) == (1_234, 0, 0, 0)
        assert max(len(request.events) for request in receiver.requests) <= 100


def test_a_request_is_ndjson_in_gzip_under_a_key_of_its_own() -> None:
    with running() as receiver, sender_of(f"{receiver.url}/base/", batch=1, headers={"x-api-key": "k"}) as sender:
        sender.put({"n": 1})
        sender.put({"n": 2})
        sender.close()
    first, second = receiver.requests
    assert first.path.startswith("/base/api/ingest?")
    assert first.headers["content-type"] == "application/x-ndjson"
    assert (first.headers["content-encoding"], first.headers["x-api-key"]) == ("gzip", "k")
    assert first.headers["idempotency-key"] != second.headers["idempotency-key"]


def test_a_stalled_receiver_makes_nobody_wait_and_every_drop_is_counted() -> None:
    with deaf() as url, sender_of(url, capacity=10, timeout_s=60.0) as sender:
        sender.put({"n": 0})
        assert within_patience(lambda: sender._waiting._out)  # a batch is under way, and its answer never comes
        taken = [sender.put({"n": n}) for n in range(EVENTS)]
        stats = sender.stats()
        assert (sum(taken), stats.queued, stats.dropped, stats.sent) == (9, 10, EVENTS - 9, 0)


def test_events_of_many_threads_are_all_sent_or_counted() -> None:
    with running() as receiver, sender_of(receiver.url, capacity=500, batch=50) as sender:
        threads = [threading.Thread(target=lambda: [sender.put({"n": n}) for n in range(2_000)]) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        stats = sender.close()
        assert stats.sent + stats.dropped == 8_000 + len([event for event in receiver.events if event.get("event") == DROPPED])
        assert len(receiver.events) == stats.sent


def test_drops_are_told_once_the_receiver_is_back() -> None:
    with running() as receiver:
        receiver.is_stalled.set()
        with sender_of(receiver.url, capacity=10, timeout_s=60.0) as sender:
            for n in range(35):
                sender.put({"n": n})
            receiver.is_stalled.clear()
            assert within_patience(lambda: any(event.get("event") == DROPPED for event in receiver.events))
            told = [event for event in receiver.events if event.get("event") == DROPPED]
            assert [(event["dropped"], event["severity"], event["service"]) for event in told] == [(25, "WARN", "shop")]
            assert numbers(receiver) == list(range(10))


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_batch_that_may_be_taken_later_comes_again_under_its_key(status: int) -> None:
    with running() as receiver, sender_of(receiver.url) as sender:
        receiver.answers += [(status, {}, {}), (status, {"retry-after": "0"}, {})]
        sender.put({"n": 1})
        assert within_patience(lambda: sender.stats().sent == 1)
        assert len(receiver.requests) == 3
        assert len({(request.headers["idempotency-key"], request.body) for request in receiver.requests}) == 1
        assert (sender.stats().failures, sender.stats().last_error) == (2, f"{receiver.url} answers {status}")


@pytest.mark.parametrize("status", [400, 401, 404, 413, 500])
def test_a_refused_batch_is_given_up_and_counted(status: int) -> None:
    with running() as receiver, sender_of(receiver.url, batch=1) as sender:
        receiver.answers += [(status, {}, {"detail": "no"})]
        sender.put({"n": 1})
        sender.put({"n": 2})
        stats = sender.close()
        assert (stats.sent, stats.refused, len(receiver.requests)) == (1, 1, 2)


def test_single_lines_that_the_receiver_rejects_are_counted() -> None:
    with running() as receiver, sender_of(receiver.url) as sender:
        receiver.answers += [(200, {}, {"accepted": 2, "rejected": [{"line": 2, "reason": "no body"}]})]
        for n in range(3):
            sender.put({"n": n})
        stats = sender.close()
        assert (stats.sent, stats.refused) == (2, 1)


def test_a_receiver_that_comes_late_gets_what_waited() -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        address = nobody.getsockname()
    with sender_of(f"http://127.0.0.1:{address[1]}") as sender:
        sender.put({"n": 1})
        assert within_patience(lambda: sender.stats().failures > 0)
        assert (sender.stats().queued, sender.stats().sent) == (1, 0)


def test_closing_a_sender_whose_receiver_is_gone_ends_and_counts_what_is_left() -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    with sender_of(f"http://127.0.0.1:{port}", batch=2) as sender:
        for n in range(5):
            sender.put({"n": n})
        stats = sender.close(0.2)
        assert (stats.dropped, stats.queued, stats.sent) == (5, 0, 0)
        assert not sender._thread.is_alive()
        assert not sender.put({"n": 6})
        assert sender.stats().dropped == 6


def test_what_is_no_json_is_dropped_and_said() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with running() as receiver, sender_of(receiver.url) as sender:
        assert not sender.put({"loop": loop})
        assert sender.put({"n": 1})
        assert (sender.close().sent, sender.stats().dropped) == (1 + 1, 1)
        assert "no JSON" in sender.stats().last_error


@pytest.mark.parametrize("headers", [{"x-key": "a\nb"}, {"x-key": "ключ"}, {"x key": "a"}, {"": "a"}])
def test_a_header_that_is_none_is_refused_at_once(headers: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="is no HTTP header"):
        Sender("http://127.0.0.1:8080", "shop", headers=headers)


def test_a_service_of_any_name_is_named_as_the_source() -> None:
    with running() as receiver:
        Sender(receiver.url, "кассы").close()
        sender = Sender(receiver.url, "кассы")
        sender.put({"n": 1})
        assert sender.close().sent == 1
    assert receiver.requests[0].headers["x-watchfloor-source"] == "%D0%BA%D0%B0%D1%81%D1%81%D1%8B"
    assert receiver.events[0]["service"] == "кассы"


@pytest.mark.parametrize("url", ["127.0.0.1:8080", "ftp://127.0.0.1", "http://", "http://127.0.0.1:99999", "http://127.0.0.1:x"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="is no address of a receiver"):
        Sender(url, "shop")


def test_a_host_that_cannot_be_is_a_failure_and_no_end() -> None:
    with sender_of(f"http://{'a' * 70}.example") as sender:
        sender.put({"n": 1})
        assert within_patience(lambda: sender.stats().failures > 1)
        assert sender.stats().queued == 1


def ended(script: str, *words: str) -> str:
    """What a process of its own prints."""
    command = [sys.executable, "-c", script, *words]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=30, check=True)
    return done.stdout


def test_what_waits_is_sent_at_the_end_of_the_process() -> None:
    script = "import sys; from instrument.sender import Sender; Sender(sys.argv[1], 'shop', every_s=60).put({'n': 1})"
    with running() as receiver:
        ended(script, receiver.url)
        assert numbers(receiver) == [1]


def test_a_forked_child_sends_its_own_events_and_none_of_its_parents() -> None:
    script = """
import os, sys
from instrument.sender import Sender
sender = Sender(sys.argv[1], "shop", every_s=60)
sender.put({"n": 1})
child = os.fork()
if not child:
    sender.put({"n": 2})
    print(sender.close().sent, flush=True)
    os._exit(0)
os.waitpid(child, 0)
sender.put({"n": 3})
print(sender.close().sent)
"""
    with running() as receiver:
        assert ended(script, receiver.url).split() == ["1", "2"]
        assert sorted(numbers(receiver)) == [1, 2, 3]
