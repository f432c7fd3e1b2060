"""The raw files of a world as events: log records, calls, gauges and what sshd said, each with its time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from evals.truth import access, sshd
from evals.truth.source import Source

SERVERS = frozenset({"Server", "SPAN_KIND_SERVER", "Unspecified", ""})
FIRST_SERVER_ERROR, FIRST_ERROR = 500, 400
GATEWAY = "gateway"


@dataclass(frozen=True, slots=True)
class Line:
    """One log record. Access lines are errors from status 500 on and warnings from 400; lines of syslog say their severity or are INFO."""

    at: datetime
    service: str
    severity: str
    body: str
    status: int = 0
    duration_ms: float | None = None
    event: str = ""
    client: str = ""
    path: str = ""

    @property
    def is_severe(self) -> bool:
        """Whether its severity is ERROR or FATAL."""
        return self.severity in {"ERROR", "FATAL"}

    @property
    def is_error(self) -> bool:
        """Whether it is severe or answered with a server error."""
        return self.is_severe or self.status >= FIRST_SERVER_ERROR


@dataclass(frozen=True, slots=True)
class Call:
    """One span; `is_server` when it is a service answering somebody, `is_root` when nobody of ours asked."""

    at: datetime
    service: str
    duration_ms: float
    failed: bool
    is_server: bool
    is_root: bool


@dataclass(frozen=True)
class Raw:
    """Everything of a world, or of a stretch of it."""

    lines: Sequence[Line]
    calls: Sequence[Call]
    gauges: Sequence[dict[str, Any]]
    logins: Sequence[sshd.Event]

    def between(self, start: datetime, end: datetime) -> "Raw":
        """What happened in [start, end)."""
        return Raw(
            [one for one in self.lines if start <= one.at < end],
            [one for one in self.calls if start <= one.at < end],
            [one for one in self.gauges if start <= moment(one["timestamp"]) < end],
            [one for one in self.logins if start <= one.at < end],
        )

    def of(self, service: str) -> "Raw":
        """What one service did; everything for an empty name."""
        if not service:
            return self
        return replace(
            self, lines=[one for one in self.lines if one.service == service], calls=[one for one in self.calls if one.service == service]
        )

    @cached_property
    def served(self) -> list[Call]:
        """Calls that a service answered."""
        return [call for call in self.calls if call.is_server]

    @cached_property
    def requested(self) -> list[Call]:
        """Requests that came from outside."""
        return [call for call in self.served if call.is_root]


def read(source: Source) -> Raw:
    """The files `app`, `traces`, `metrics`, `access` and `auth` of a world."""
    lines = [*_app(source), *_access(source), *_auth(source)]
    return Raw(lines, list(_calls(source)), source.records("metrics"), sshd.events(source))


def moment(text: str) -> datetime:
    """A time as the files write it."""
    return datetime.fromisoformat(text).astimezone(UTC)


def _app(source: Source) -> Iterator[Line]:
    for one in source.records("app"):
        yield Line(
            at=moment(one["timestamp"]),
            service=one["service"],
            severity=one["severity"],
            body=one["body"],
            status=int(one.get("status_code") or 0),
            duration_ms=one.get("duration_ms"),
            event=one.get("event", ""),
        )


def _access(source: Source) -> Iterator[Line]:
    for text in source.lines("access"):
        if found := access.LINE.match(text):
            status = int(found["status"])
            at = datetime.strptime(found["at"], "%d/%b/%Y:%H:%M:%S %z").astimezone(UTC)
            severity = "ERROR" if status >= FIRST_SERVER_ERROR else "WARN" if status >= FIRST_ERROR else "INFO"
            path = found["request"].split(" ")[1].partition("?")[0]
            yield Line(at, GATEWAY, severity, f'"{found["request"]}" {status}', status, client=found["ip"], path=path)


def _auth(source: Source) -> Iterator[Line]:
    for text in source.lines("auth"):
        stamp, _, rest = text[:15], text[15:16], text[16:].split(" ", 1)[1]
        program, _, said = rest.partition(": ")
        at = datetime.strptime(f"{source.year} {stamp}", "%Y %b %d %H:%M:%S").replace(tzinfo=UTC)
        word = said.partition(":")[0]
        severity = {"error": "ERROR", "fatal": "FATAL", "warning": "WARN"}.get(word, "INFO")
        yield Line(at, program.partition("[")[0], severity, said)


def _calls(source: Source) -> Iterator[Call]:
    for one in source.records("traces"):
        yield Call(
            at=moment(one["start_time"]),
            service=one["service"],
            duration_ms=one["duration_ms"],
            failed=one.get("status") == "Error",
            is_server=one.get("kind", "") in SERVERS,
            is_root=not one.get("parent_span_id"),
        )
