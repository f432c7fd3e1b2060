"""One request walking the call graph, leaving spans and logs behind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from simulator.dice import Dice
from simulator.fault import Effect, Failure
from simulator.records import Record, later, stamp
from simulator.shop import DATABASES, ENDPOINTS, SERVICES, Endpoint
from simulator.visitors import Arrival

WORDS: tuple[str, ...] = ("lamp", "desk", "oak+chair", "rug", "mug", "kettle", "shelf", "a", "linen", "mirror")
CURRENCIES: tuple[str, ...] = ("EUR", "USD", "JPY", "SEK", "GBP")
SLOW_QUERY_MS = 60.0
COLD_QUERIES = 0.008
HOSTS: Mapping[str, int] = {service.name: service.hosts for service in SERVICES}

Effects = Callable[[str, datetime, Dice], Effect]


@dataclass(slots=True)
class Trail:
    """What requests leave behind."""

    logs: list[Record] = field(default_factory=list)
    spans: list[Record] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one call ended, and after how many milliseconds."""

    status: int
    duration_ms: float


@dataclass(frozen=True, slots=True)
class _Hop:
    endpoint: Endpoint
    at: datetime
    span_id: str
    parent: str


@dataclass(frozen=True, slots=True)
class Journey:
    """A request under way; `facts` fill the blanks of log texts."""

    arrival: Arrival
    effects: Effects
    dice: Dice
    trail: Trail
    trace_id: str
    facts: Mapping[str, Any]

    def call(self, key: str, at: datetime, parent: str = "") -> Outcome:
        """Calls one endpoint (and what it calls) at an instant, and records it."""
        hop = _Hop(ENDPOINTS[key], at, self.dice.hexadecimal(16), parent)
        effect = self.effects(key, at, self.dice)
        own = self._own_ms(hop.endpoint) * effect.slow
        spent, below = self._call_below(hop, own * 0.7)
        failure, stall = self._failure(hop.endpoint, effect, below)
        outcome = Outcome(failure.status if failure else hop.endpoint.success, round(spent + own * 0.3 + stall, 3))
        self._leave_span(hop, outcome)
        self._leave_log(hop, outcome, failure)
        return outcome

    def _own_ms(self, endpoint: Endpoint) -> float:
        is_cold = bool(endpoint.statement) and self.dice.happens(COLD_QUERIES)
        return self.dice.around(endpoint.own_ms, 0.35) * (15 if is_cold else 1)

    def _call_below(self, hop: _Hop, spent: float) -> tuple[float, Failure | None]:
        for key in hop.endpoint.calls:
            outcome = self.call(key, later(hop.at, spent), hop.span_id)
            spent += outcome.duration_ms
            if outcome.status >= 400:  # noqa: PLR2004 (an HTTP error)
                return spent, _passed_up(ENDPOINTS[key], outcome)
        return spent, None

    def _failure(self, endpoint: Endpoint, effect: Effect, below: Failure | None) -> tuple[Failure | None, float]:
        if below or effect.failure:
            return below or effect.failure, 0.0
        for mishap in endpoint.mishaps:
            if self.dice.happens(mishap.probability):
                return mishap.failure, mishap.stall_ms
        return None, 0.0

    def _leave_span(self, hop: _Hop, outcome: Outcome) -> None:
        endpoint = hop.endpoint
        is_database = endpoint.service in DATABASES
        self.trail.spans.append(
            {
                "trace_id": self.trace_id,
                "span_id": hop.span_id,
                **({"parent_span_id": hop.parent} if hop.parent else {}),
                "service": endpoint.service,
                "name": f"{endpoint.method} {endpoint.route}",
                "kind": "Client" if is_database else "Server",
                "start_time": stamp(hop.at),
                "duration_ms": outcome.duration_ms,
                "status": "Error" if outcome.status >= 500 else "Ok",  # noqa: PLR2004 (an HTTP server error)
                "attributes": _database_facts(endpoint) if is_database else _http_facts(endpoint, outcome),
            }
        )

    def _leave_log(self, hop: _Hop, outcome: Outcome, failure: Failure | None) -> None:
        endpoint = hop.endpoint
        text = failure.message if failure else self._success_text(endpoint, outcome)
        if not text:
            return
        severity = "INFO"
        if failure or endpoint.service in DATABASES:
            severity = "ERROR" if outcome.status >= 500 else "WARN"  # noqa: PLR2004 (an HTTP server error)
        self.trail.logs.append({**self._head(hop, outcome, severity, text), **self._wrong(failure)})

    def _success_text(self, endpoint: Endpoint, outcome: Outcome) -> str:
        if endpoint.statement and outcome.duration_ms > SLOW_QUERY_MS:
            return f"slow query, {outcome.duration_ms:.0f} ms: {endpoint.statement}"
        return endpoint.says

    def _head(self, hop: _Hop, outcome: Outcome, severity: str, text: str) -> dict[str, Any]:
        endpoint, visitor = hop.endpoint, self.arrival.visitor
        http = {} if endpoint.service in DATABASES else {"http_method": endpoint.method, "status_code": outcome.status}
        return {
            "timestamp": stamp(later(hop.at, outcome.duration_ms)),
            "service": endpoint.service,
            "severity": severity,
            "body": text.format_map(self.facts),
            "trace_id": self.trace_id,
            "span_id": hop.span_id,
            "request_id": self.facts["request"],
            **({"route": endpoint.route} if http else {}),
            **http,
            "duration_ms": outcome.duration_ms,
            "user_id": visitor.user,
            "region": visitor.region,
            "host": f"{endpoint.service}-{1 + int(self.trace_id[:2], 16) % HOSTS[endpoint.service]}",
        }

    def _wrong(self, failure: Failure | None) -> dict[str, str]:
        if failure is None:
            return {}
        stack = {"error_message": failure.stack.format_map(self.facts)} if failure.stack else {}
        return {"error_code": failure.code, **stack}


def begin(arrival: Arrival, effects: Effects, dice: Dice, trail: Trail) -> Journey:
    """A journey with its ids and the facts of its logs drawn."""
    currency = dice.pick(CURRENCIES, (5, 3, 2, 1, 1))
    facts = {
        "request": f"req-{dice.hexadecimal(12)}",
        "user": arrival.visitor.user,
        "region": arrival.visitor.region,
        "sku": f"SKU-{dice.whole(1000, 1400)}",
        "order": f"A{dice.whole(100_000, 999_999)}",
        "amount": f"{dice.around(45, 0.6):.2f}",
        "currency": currency,
        "word": dice.pick(WORDS),
        "shard": dice.whole(1, 6),
        "hits": dice.whole(4, 260),
        "left": dice.whole(1, 12),
        "wanted": dice.whole(1, 4),
    }
    return Journey(arrival, effects, dice, trail, dice.hexadecimal(32), facts)


def _passed_up(called: Endpoint, outcome: Outcome) -> Failure:
    if outcome.status < 500:  # noqa: PLR2004 (a refusal is the visitor's, not the service's)
        return Failure(outcome.status, "REFUSED_BELOW", f"{called.service} refused {called.route} with {outcome.status}")
    text = f"call to {called.service} {called.route} failed with {outcome.status} after {outcome.duration_ms:.0f} ms"
    return Failure(502, "UPSTREAM_FAILED", text)


def _http_facts(endpoint: Endpoint, outcome: Outcome) -> dict[str, Any]:
    return {
        "http.request.method": endpoint.method,
        "http.route": endpoint.route,
        "http.response.status_code": outcome.status,
    }


def _database_facts(endpoint: Endpoint) -> dict[str, Any]:
    return {"db.system.name": "postgresql", "db.query.text": endpoint.statement}
