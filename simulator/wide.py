"""Wide events on an ordinary day: one NDJSON log record each, of four types, inside given ranges."""

import json
import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from simulator.dice import Dice
from simulator.records import Record, stamp
from simulator.shop import DATABASES, ENDPOINTS, PAGES, SERVICES, Endpoint
from simulator.visitors import BROWSERS, POPULATION, REGIONS

EventType = Literal["api", "database", "frontend", "infrastructure"]
Bounds = tuple[float, float]

EVENT_TYPES: tuple[EventType, ...] = ("api", "database", "frontend", "infrastructure")
STOREFRONT = "storefront"
POOL, POOL_LIMIT, SLOW_QUERIES, JS_ERRORS = "db.pool.used", "db.pool.size", "db.slow_queries", "js.errors"
CPU, MEMORY, DISK = "cpu.utilization", "memory.utilization", "disk.io"
SERVERS = frozenset(service.name for service in SERVICES if service.kind == "Server")
_STATUSES = ((200, 0.8), (201, 0.13), (400, 0.07))
_PER_CUSTOMER = 6


@dataclass(frozen=True, slots=True)
class Ranges:
    """What is ordinary: the lowest and highest value of each measure, in the unit its name ends in."""

    api_ms: Bounds = (50, 800)
    pool_connections: Bounds = (5, 50)
    query_ms: Bounds = (10, 500)
    page_load_ms: Bounds = (500, 8_000)
    cpu_pct: Bounds = (20, 95)
    memory_pct: Bounds = (40, 98)
    disk_mb_s: Bounds = (10, 500)


@dataclass(frozen=True, slots=True)
class Pool:
    """A database's connections: in use, and how many there are (a fifth more than are ordinarily in use at most)."""

    used: int
    size: int

    @classmethod
    def within(cls, ranges: Ranges, dice: Dice) -> "Pool":
        """A pool on an ordinary day."""
        return cls(round(within(ranges.pool_connections, dice)), round(ranges.pool_connections[1] * 1.2))

    @classmethod
    def full(cls, ranges: Ranges, dice: Dice) -> "Pool":
        """A pool with one connection left, or none."""
        size = round(ranges.pool_connections[1] * 1.2)
        return cls(size - dice.whole(0, 1), size)


@dataclass(frozen=True, slots=True)
class Scene:
    """Who an event happens to, and where: the events of one cascade share theirs."""

    region: str
    user: str
    customer: str
    browser: str
    trace_id: str
    request_id: str


@dataclass(frozen=True, slots=True)
class Event:
    """A wide event: when it happens, the object that is sent, and the spans and metric points that go with it.

    None of them says whether it was broken on purpose.
    """

    at: datetime
    record: Record
    spans: tuple[Record, ...] = ()
    points: tuple[Record, ...] = ()

    @property
    def event_id(self) -> str:
        """The id `EVT-…` it is sent with."""
        return str(self.record["event_id"])

    @property
    def service(self) -> str:
        """The service that sends it."""
        return str(self.record["service"])

    @property
    def event_type(self) -> str:
        """One of EVENT_TYPES."""
        return str(self.record["event_type"])

    def line(self) -> str:
        """The event as one line of NDJSON."""
        return compact(self.record)


@dataclass(frozen=True, slots=True)
class Draft:
    """What an event says of its own before it has a place, a time and an id."""

    body: str
    severity: str = "INFO"
    status: int = 0
    duration_ms: float | None = None
    error_code: str = ""
    error_message: str = ""
    metrics: tuple[tuple[str, float], ...] = ()


def compact(record: Record) -> str:
    """A record as one line of NDJSON."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def scene(dice: Dice) -> Scene:
    """Somebody asking for something somewhere."""
    number = dice.whole(0, POPULATION - 1)
    return Scene(
        region=dice.pick(REGIONS, [region.share for region in REGIONS]).name,
        user=f"u-{1000 + number}",
        customer=f"cust-{100 + number // _PER_CUSTOMER}",
        browser=dice.pick(BROWSERS),
        trace_id=dice.hexadecimal(32),
        request_id=f"req-{dice.hexadecimal(12)}",
    )


def places(event_type: EventType) -> tuple[Endpoint, ...]:
    """Where events of a type happen: endpoints of services, queries of databases, pages of the storefront, hosts of any service."""
    if event_type == "frontend":
        return tuple(page_place(page.endpoint) for page in PAGES)
    if event_type == "infrastructure":
        return tuple(Endpoint(service.name, "", "", 0.0) for service in SERVICES if service.is_ours)
    wanted = DATABASES if event_type == "database" else SERVERS
    return tuple(endpoint for endpoint in ENDPOINTS.values() if endpoint.service in wanted)


def page_place(gateway_endpoint: str) -> Endpoint:
    """The storefront's page behind an endpoint of the gateway."""
    return Endpoint(STOREFRONT, ENDPOINTS[gateway_endpoint].route, "GET", 0.0)


def ordinary(event_type: EventType, place: Endpoint, ranges: Ranges, dice: Dice) -> Draft:
    """An event on which nothing is wrong."""
    if event_type == "api":
        return _api(place, ranges, dice)
    if event_type == "database":
        return database(place, round(within(ranges.query_ms, dice), 1), Pool.within(ranges, dice), dice.count(0.4))
    if event_type == "frontend":
        return frontend(place, round(within(ranges.page_load_ms, dice)))
    return infrastructure(within(ranges.cpu_pct, dice), within(ranges.memory_pct, dice), within(ranges.disk_mb_s, dice))


def _api(place: Endpoint, ranges: Ranges, dice: Dice) -> Draft:
    status = dice.pick([status for status, _ in _STATUSES], [share for _, share in _STATUSES])
    took = round(within(ranges.api_ms, dice), 1)
    body = f"{place.method} {place.route} answered {status} in {took:.0f} ms"
    refused = status == 400  # noqa: PLR2004 (Bad Request: the caller's mistake, no failure of the service)
    return Draft(body, "WARN" if refused else "INFO", status, took, "BAD_REQUEST" if refused else "")


def database(place: Endpoint, took_ms: float, pool: Pool, slow_queries: int) -> Draft:
    """A query with the state of its connection pool and how many queries were slow of late."""
    body = f"query {place.route} took {took_ms:.0f} ms, {pool.used} of {pool.size} connections in use"
    return Draft(body, duration_ms=took_ms, metrics=((POOL, pool.used), (POOL_LIMIT, pool.size), (SLOW_QUERIES, slow_queries)))


def frontend(place: Endpoint, load_ms: float, errors: int = 0) -> Draft:
    """A page as a browser saw it."""
    return Draft(f"page {place.route} loaded in {load_ms:.0f} ms", duration_ms=load_ms, metrics=((JS_ERRORS, errors),))


def infrastructure(cpu: float, memory: float, disk: float) -> Draft:
    """A host's state: CPU and memory in percent, disk in MB/s."""
    body = f"host at {cpu:.0f} % CPU, {memory:.0f} % memory, {disk:.0f} MB/s disk"
    return Draft(body, metrics=((CPU, round(cpu, 2)), (MEMORY, round(memory, 2)), (DISK, round(disk, 1))))


def within(bounds: Bounds, dice: Dice) -> float:
    """A value inside bounds, log-normal: the bounds lie three deviations from the median."""
    low, high = bounds
    return min(high, max(low, dice.around(math.sqrt(low * high), math.log(high / low) / 6)))


def event(at: datetime, event_type: EventType, place: Endpoint, draft: Draft, *, who: Scene, dice: Dice) -> Event:
    """The event as it is sent."""
    hosts = {service.name: service.hosts for service in SERVICES}
    record: dict[str, Any] = {
        "timestamp": stamp(at),
        "event_id": f"EVT-{dice.hexadecimal(16)}",
        "event_type": event_type,
        "service": place.service,
        "severity": draft.severity,
        "body": draft.body,
        "region": who.region,
        "host": f"{place.service}-{dice.whole(1, hosts.get(place.service, 1))}",
        **({} if event_type == "infrastructure" else _of_request(place, who, draft)),
        **({"user_agent": who.browser} if event_type == "frontend" else {}),
        **({"error_code": draft.error_code} if draft.error_code else {}),
        **({"error_message": draft.error_message} if draft.error_message else {}),
        **({"metrics": dict(draft.metrics)} if draft.metrics else {}),
    }
    return Event(at, record)


def _of_request(place: Endpoint, who: Scene, draft: Draft) -> dict[str, Any]:
    http = {"http_method": place.method, "status_code": draft.status} if draft.status else {}
    return {
        "route": place.route,
        **http,
        "duration_ms": draft.duration_ms,
        "trace_id": who.trace_id,
        "request_id": who.request_id,
        "customer_id": who.customer,
        "user_id": who.user,
    }
