"""What is looked at: series in equal time buckets, as plain typed rows."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class CallRow:
    """Calls of one operation by one caller's operation in one bucket; caller "" for calls from outside.

    `errors` failed, of which `own_errors` had no failed call below them. `ln_self` and `ln_self2` are sums of ln(1 + own ms) and its
    square, own time being the span less its children; `self_ms` and `total_ms` are plain sums.
    """

    bucket: int
    caller: str
    caller_operation: str
    service: str
    operation: str
    calls: int
    errors: int
    own_errors: int
    ln_self: float
    ln_self2: float
    self_ms: float
    total_ms: float


@dataclass(frozen=True, slots=True)
class MessageRow:
    """Log events of one message in one bucket."""

    bucket: int
    message: str
    events: int


@dataclass(frozen=True, slots=True)
class Message:
    """A kind of log message of one service: template, error code and whom it names; worst severity (OpenTelemetry number), one text."""

    id: str
    service: str
    error_code: str
    severity_number: int
    names: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class RequestRow:
    """Requests that a service's log tells with a status in one bucket.

    `refused` is 401, of `refused_users` accounts or addresses; `missing` is 404 for `missing_paths` that are never served.
    """

    bucket: int
    service: str
    requests: int
    failed: int
    refused: int
    refused_users: int
    missing: int
    missing_paths: int


@dataclass(frozen=True, slots=True)
class GaugeRow:
    """A gauge's mean in one bucket."""

    bucket: int
    service: str
    name: str
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Change:
    """A deploy, flag or configuration change."""

    at: datetime
    service: str
    kind: str
    what: str


@dataclass(frozen=True, slots=True)
class Observed:
    """Everything that was looked at, from `start` in `buckets` buckets of `step`; buckets before `first` are only for comparison."""

    start: datetime
    step: timedelta
    buckets: int
    first: int = 0
    calls: tuple[CallRow, ...] = ()
    messages: tuple[MessageRow, ...] = ()
    known: tuple[Message, ...] = ()
    requests: tuple[RequestRow, ...] = ()
    gauges: tuple[GaugeRow, ...] = ()
    changes: tuple[Change, ...] = ()

    def at(self, bucket: int) -> datetime:
        """When a bucket begins."""
        return self.start + self.step * bucket

    def services(self) -> tuple[str, ...]:
        """Every service that was seen, in alphabetical order."""
        called = {name for row in self.calls for name in (row.service, row.caller)}
        told = {row.service for row in self.known} | {row.service for row in self.requests} | {row.service for row in self.gauges}
        return tuple(sorted((called | told) - {""}))
