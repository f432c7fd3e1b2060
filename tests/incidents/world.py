"""A small shop by the minute: gateway calls checkout, checkout asks its database; what goes wrong is a function of the minute."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.ids import Tenant
from domain.incidents import Alarm, Incident
from domain.ports import TelemetryStore
from domain.telemetry import LogRecord, MetricPoint, SpanRecord
from domain.window import Window, to_nanos
from incidents.links import links_of
from incidents.room import IncidentRoom, Ports, open_room
from tests.fakes import FakeClock, FakeDocuments, FakeVectorIndex

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
BREAKS = 90  # the minute in which things go wrong
MINUTES = 120
PER_MINUTE = 8
LINKS = links_of([("gateway", "checkout"), ("checkout", "orders-db"), ("gateway", "search")])


@dataclass(frozen=True, slots=True)
class Minute:
    """How the shop does in one minute."""

    requests: int = PER_MINUTE
    failing: int = 0
    slow: float = 1.0
    queries: int = 1
    cpu: float = 30.0
    more: tuple[LogRecord, ...] = ()


Course = Callable[[int], Minute]


def steady(_minute: int) -> Minute:
    """Nothing happens."""
    return Minute()


def broken(**fault: Any) -> Course:
    """Steady until `BREAKS`, then like this."""
    return lambda minute: Minute(**fault) if minute >= BREAKS else Minute()


def at(minute: float) -> datetime:
    """An instant of the world."""
    return START + timedelta(minutes=minute)


def log(minute: float, service: str, body: str, **fields: Any) -> LogRecord:
    """A log record of the world."""
    return LogRecord(to_nanos(at(minute)), service, body, **fields)


async def fill(store: TelemetryStore, tenant: Tenant, course: Course, minutes: int = MINUTES) -> None:
    """Writes the world for one tenant."""
    logs: list[LogRecord] = []
    spans: list[SpanRecord] = []
    gauges: list[MetricPoint] = []
    for number in range(minutes):
        minute = course(number)
        logs += [*minute.more, *_logs(number, minute)]
        spans += _spans(number, minute)
        gauges.append(MetricPoint(to_nanos(at(number)), "checkout", "cpu.utilization", minute.cpu + number % 3, "%"))
    await store.write_logs(logs, tenant)
    await store.write_spans(spans, tenant)
    await store.write_metrics(gauges, tenant)


def _logs(number: int, minute: Minute) -> Iterator[LogRecord]:
    for request in range(minute.requests):
        when, fails = number + request / minute.requests, request < minute.failing
        name = f"{number}-{request}"
        facts = {"trace_id": f"t{name}", "event_id": f"EVT-{name}", "route": "/orders"}
        known = {"request_id": f"r{name}", "cloud.region": "eu"}
        lost = {"status": 500, "severity_number": 17, "error_code": "ORDER_LOST", "template_id": "lost"}
        yield log(
            when, "checkout", "order failed" if fails else "order placed", attributes=known, **facts, **(lost if fails else {"status": 201})
        )


def _spans(number: int, minute: Minute) -> Iterator[SpanRecord]:
    for request in range(minute.requests):
        when, trace = to_nanos(at(number + request / minute.requests)), f"t{number}-{request}"
        status = "Error" if request < minute.failing else "Ok"
        took = int((40 + request % 5) * minute.slow * 1e6)
        yield SpanRecord(trace, "a", "", "gateway", "POST /api/orders", when, took + 5_000_000, "Server", status)
        yield SpanRecord(trace, "b", "a", "checkout", "POST /orders", when, took, "Server", status)
        for query in range(minute.queries):
            yield SpanRecord(trace, f"c{query}", "b", "orders-db", "INSERT orders", when, 5_000_000, "Client", "Ok")


def alarm(minute: float, service: str = "checkout", rule: str = "error_share", **fields: Any) -> Alarm:
    """An alarm whose evidence is of one minute."""
    known = {"family": "errors", "value": 8.0, "threshold": 4.0, "baseline": 0.5, "unit": "events"}
    return Alarm(rule=rule, service=service, start_at=at(minute - 1), end_at=at(minute), **{**known, **fields})


def incident(name: str = "INC-1", **fields: Any) -> Incident:
    """A critical incident of checkout with one alarm."""
    known: dict[str, Any] = {
        "title": "errors of checkout",
        "status": "open",
        "severity": "critical",
        "start_at": at(BREAKS),
        "created_at": at(BREAKS + 2),
        "updated_at": at(BREAKS + 2),
        "fingerprint": "f1",
        "services": ("checkout",),
        "alarms": (alarm(BREAKS + 1, error_code="ORDER_LOST"),),
    }
    return Incident(incident_id=name, **{**known, **fields})


class WordEmbedder:
    """Texts as counts of their words, folded into 64 directions: equal words are near."""

    name, dimensions = "words", 64

    def embed(self, texts: Any) -> list[list[float]]:
        return [self._vector(text) for text in texts]

    def _vector(self, text: str) -> list[float]:
        vector = [0.01] * self.dimensions
        for word in text.lower().split():
            vector[sum(map(ord, word)) % self.dimensions] += 1.0
        return vector


@dataclass(slots=True)
class Investigator:
    """Looks into incidents as it is told, and remembers which; `failures` errors come first."""

    cause: str = "checkout"
    failures: list[Exception] = field(default_factory=list)
    seen: list[tuple[str, str]] = field(default_factory=list)

    async def __call__(self, incident: Incident) -> Mapping[str, Any]:
        self.seen.append((incident.incident_id, incident.severity))
        if self.failures:
            raise self.failures.pop(0)
        return self.document(len(self.seen))

    def document(self, number: int) -> Mapping[str, Any]:
        """An analysis document."""
        causes = [{"service": self.cause, "component": "/orders", "reason": "a new error after a deploy", "evidence": ["E1"]}]
        return {
            "run_id": f"run_{number}",
            "headline": "checkout loses orders " * 10,
            "root_causes": causes if self.cause else [],
            "claims": [{"verdict": "supported", "bind": [{"evidence": "E1", "path": "rows[0].service"}]}],
            "affected": {"services": ["gateway"], "regions": ["eu"], "segments": []},
            "recommendations": [{"text": "Roll checkout back.", "justified": True}],
        }


@dataclass(slots=True)
class Desk:
    """The room over fakes (and a store), with what a test may look at behind it."""

    room: IncidentRoom
    clock: FakeClock
    documents: FakeDocuments
    index: FakeVectorIndex
    investigator: Investigator


def desk(store: TelemetryStore, tenant: Tenant, investigator: Investigator | None = None) -> Desk:
    """A room that works for one tenant."""
    clock, documents, index, looks = FakeClock(at(MINUTES)), FakeDocuments(), FakeVectorIndex(), investigator or Investigator()
    return Desk(open_room(Ports(store, documents, index, WordEmbedder(), clock, tenant), looks), clock, documents, index, looks)


def window(first: float = 0, last: float = MINUTES) -> Window:
    """A window of the world."""
    return Window(at(first), at(last))
