"""Hands events to the receiver from a thread of its own: a bounded queue in front, and nobody ever waits for it."""

import atexit
import os
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPException
from itertools import count
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from instrument.encoding import encoded, packed
from instrument.posting import Answer, Target, pause_s
from instrument.waiting import Waiting

MOST_WAITING_BYTES = 16 << 20
MOST_BATCH_BYTES = 4 << 20
LOOKS = 10  # at the queue's length in one period
DROPPED = "instrument.dropped"


@dataclass(frozen=True, slots=True)
class Stats:
    """What became of the events put. `queued` wait or are under way; `refused` are wrong to the receiver; `dropped` never left."""

    sent: int
    dropped: int
    refused: int
    queued: int
    failures: int
    last_error: str


class Sender:
    """Posts events as NDJSON to a receiver's `/api/ingest`, each batch under a key of its own so that a retry is not stored twice.

    `url` is the receiver's (http://127.0.0.1:8080), `fields` stand in every event (region, host, version), `headers` in every
    request. A full queue drops what comes: that is counted, and told as an event once the receiver takes events again.
    Raises ValueError for a url or a header that is none. A forked child has a queue and a thread of its own; what waited is its parent's.
    """

    def __init__(
        self,
        url: str,
        service: str,
        *,
        capacity: int = 10_000,
        batch: int = 500,
        every_s: float = 1.0,
        timeout_s: float = 10.0,
        headers: Mapping[str, str] | None = None,
        fields: Mapping[str, Any] | None = None,
    ) -> None:
        self.service = service
        self._target = Target(url, {"x-watchfloor-source": quote(service), **(headers or {})})
        self._fields = {**(fields or {}), "service": service}
        self._capacity, self._batch, self._every_s, self._timeout_s = capacity, batch, every_s, timeout_s
        self._begin()
        atexit.register(self.close)
        os.register_at_fork(after_in_child=_begun_again(weakref.WeakMethod(self._begin)))

    def put(self, event: Mapping[str, Any]) -> bool:
        """Whether the event waits to be sent. Never waits and never raises; what is not taken is counted as dropped."""
        if self._is_closed.is_set() or self._waiting.is_full:
            self._waiting.drop_new()
            return False
        return self._put(event)

    def stats(self) -> Stats:
        """What became of the events so far."""
        tally = self._waiting.tally
        return Stats(tally.sent, tally.dropped, tally.refused, len(self._waiting), self._failures, self._last_error)

    def close(self, timeout_s: float = 5.0) -> Stats:
        """Send what waits, for at most this long, and stop; what is left then is dropped. Runs by itself at the end of the process."""
        atexit.unregister(self.close)
        self._deadline = time.monotonic() + timeout_s
        self._is_closed.set()
        self._thread.join(timeout_s + LOOKS / 100)
        return self.stats()

    def _put(self, event: Mapping[str, Any]) -> bool:
        try:
            line = encoded({**self._fields, **event})
        except (TypeError, ValueError, RecursionError, RuntimeError) as error:
            self._last_error = f"an event is no JSON: {error!r}"
            self._waiting.drop_new()
            return False
        return self._waiting.put(line)

    def _begin(self) -> None:
        self._waiting = Waiting(self._capacity, MOST_WAITING_BYTES)
        self._failures, self._last_error, self._deadline = 0, "", float("inf")
        self._is_closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watchfloor-sender", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._is_closed.is_set():
            self._look()
            self._send()
        self._send()

    def _look(self) -> None:
        """Until a period is over, or a batch waits already, or there is no more to come."""
        for _ in range(LOOKS):
            if self._is_closed.wait(self._every_s / LOOKS) or len(self._waiting) >= min(self._batch, self._capacity):
                return

    def _send(self) -> None:
        while lines := self._waiting.take(self._batch, MOST_BATCH_BYTES):
            answer = self._delivered(packed(lines), uuid4().hex)
            if answer is None:
                self._waiting.drop()
            elif answer.is_taken:
                self._waiting.settle(min(answer.refused, len(lines)))
                self._tell_dropped()
            else:
                self._waiting.settle(len(lines))

    def _delivered(self, body: bytes, key: str) -> Answer | None:
        """The answer that settles a batch; None when the time to close is up before there is one."""
        for attempt in count():
            left_s = self._deadline - time.monotonic()
            if left_s <= 0:
                return None
            answer = self._posted(body, key, min(self._timeout_s, left_s))
            if answer and not answer.is_later:
                return answer
            self._rest(pause_s(attempt, answer.retry_after_s if answer else 0.0))
        return None

    def _posted(self, body: bytes, key: str, timeout_s: float) -> Answer | None:
        try:
            answer = self._target.post(body, key, timeout_s)
        except (OSError, HTTPException, ValueError) as error:  # ValueError: a host that no name service could know
            self._fail(f"{self._target.url}: {error!r}")
            return None
        if not answer.is_taken:
            self._fail(f"{self._target.url} answers {answer.status}")
        return answer

    def _rest(self, for_s: float) -> None:
        """Wait; when it is closed meanwhile, no longer than that allows."""
        if self._is_closed.wait(for_s):
            time.sleep(max(0.0, min(for_s, 0.1, self._deadline - time.monotonic())))

    def _fail(self, error: str) -> None:
        self._failures += 1
        self._last_error = error

    def _tell_dropped(self) -> None:
        if dropped := self._waiting.untold():
            body = f"{dropped} events were dropped before they could be sent"
            at = datetime.now(UTC).isoformat()
            said = {"timestamp": at, "severity": "WARN", "event": DROPPED, "body": body, "dropped": dropped, "last_error": self._last_error}
            self._put(said)


def _begun_again(begin: weakref.WeakMethod[Callable[[], None]]) -> Callable[[], None]:
    def again() -> None:
        if here := begin():
            here()

    return again
