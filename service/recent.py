"""The last events that were pushed, as stored: for the live view, and for whoever follows them as they come."""

import asyncio
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from domain.telemetry import LogRecord, severity_text
from domain.window import from_nanos, rfc3339
from pipeline.flagging import CRITICAL, FLAGGED, REASON, RULE

KEPT = 2_000
WAITING = 500  # events a follower may be behind before it loses the oldest
METRIC = "metrics."
Queue = asyncio.Queue[LogRecord | None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events somebody wants to see; what is unset does not matter."""

    flagged: bool | None = None
    service: str = ""
    event_type: str = ""

    def has(self, record: LogRecord) -> bool:
        """Whether this event is one of them."""
        return (
            self.flagged in {None, FLAGGED in record.attributes}
            and self.service in {"", record.service}
            and self.event_type in {"", record.attributes.get("event_type", "")}
        )


class RecentEvents:
    """At most the last 2,000 pushed log events, with counts since the last `clear`."""

    def __init__(self) -> None:
        self._events: deque[LogRecord] = deque(maxlen=KEPT)
        self._followers: list[Queue] = []
        self.seen = self.flagged = self.critical = 0

    async def take(self, records: Sequence[LogRecord]) -> None:
        """Remember these events; an observer of the receiver."""
        self._events.extend(records)
        self.seen += len(records)
        self.flagged += sum(FLAGGED in record.attributes for record in records)
        self.critical += sum(CRITICAL in record.attributes for record in records)
        for queue in self._followers:
            for record in records:
                _put(queue, record)

    def newest(self, limit: int, wanted: Wanted) -> list[LogRecord]:
        """The newest of the wanted events, newest first."""
        return list(islice(filter(wanted.has, reversed(self._events)), limit))

    def clear(self) -> None:
        """Forget the events and their counts; what is stored stays."""
        self._events.clear()
        self.seen = self.flagged = self.critical = 0

    def close(self) -> None:
        """Tell every follower that nothing comes any more."""
        for queue in self._followers:
            _put(queue, None)

    @contextmanager
    def followed(self) -> Iterator[Queue]:
        """A queue of the events that come from now on; None is the end."""
        queue: Queue = asyncio.Queue(WAITING)
        self._followers.append(queue)
        try:
            yield queue
        finally:
            self._followers.remove(queue)


def _put(queue: Queue, record: LogRecord | None) -> None:
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(record)


def event_document(record: LogRecord) -> Mapping[str, Any]:
    """A stored log event as the API shows it."""
    attributes = record.attributes
    return {
        "event_id": record.event_id,
        "timestamp": rfc3339(from_nanos(record.timestamp_ns)),
        "event_type": attributes.get("event_type", ""),
        "service": record.service,
        "severity": severity_text(record.severity_number),
        "body": record.body,
        "route": record.route,
        "http_method": record.method,
        "status_code": record.status or None,
        "error_code": record.error_code,
        "error_message": attributes.get("exception.message", ""),
        "duration_ms": record.duration_ms,
        "trace_id": record.trace_id,
        "request_id": attributes.get("request_id", ""),
        "customer_id": attributes.get("customer_id", ""),
        "user_id": record.user,
        "user_agent": attributes.get("user_agent.original", ""),
        "region": attributes.get("cloud.region", ""),
        "host": record.host,
        "metrics": {name.removeprefix(METRIC): _number(text) for name, text in attributes.items() if name.startswith(METRIC)},
        "flagged": FLAGGED in attributes,
        "critical": CRITICAL in attributes,
        "reason": attributes.get(REASON, ""),
        "rule": attributes.get(RULE, ""),
    }


def _number(text: str) -> float | str:
    try:
        value = float(text)
    except ValueError:
        return text
    return value if value - value == 0 else text
