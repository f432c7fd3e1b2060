"""What requests leave behind: spans and logs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from simulator.records import Record, later, stamp
from simulator.shop import BY_NAME, Endpoint, Failure

FIRST_SERVER_ERROR = 500


@dataclass(slots=True)
class Trail:
    """Records in the order in which they were left."""

    logs: list[Record] = field(default_factory=list)
    spans: list[Record] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one call ended, after how many milliseconds, and what its caller makes of it where that is not plain from the status."""

    status: int
    duration_ms: float
    word: Failure | None = None
    found: bool = True


@dataclass(frozen=True, slots=True)
class Hop:
    """One call on its way: the endpoint, its start, and its place in the trace."""

    endpoint: Endpoint
    at: datetime
    trace_id: str
    span_id: str
    parent: str


def span(hop: Hop, outcome: Outcome) -> Record:
    """The span of a call."""
    endpoint, service = hop.endpoint, BY_NAME[hop.endpoint.service]
    return {
        "trace_id": hop.trace_id,
        "span_id": hop.span_id,
        **({"parent_span_id": hop.parent} if hop.parent else {}),
        "service": endpoint.service,
        "name": f"{endpoint.method} {endpoint.route}",
        "kind": service.kind,
        "start_time": stamp(hop.at),
        "duration_ms": outcome.duration_ms,
        "status": "Error" if outcome.status >= FIRST_SERVER_ERROR else "Ok",
        "attributes": _store_facts(endpoint, service.system, outcome) if service.system else _http_facts(endpoint, outcome),
    }


def log(hop: Hop, outcome: Outcome, text: str, failure: Failure | None, facts: Mapping[str, Any]) -> Record:
    """The log line of a call; `facts` fill the blanks of its texts."""
    endpoint, service = hop.endpoint, BY_NAME[hop.endpoint.service]
    http = {} if service.system else {"route": endpoint.route, "http_method": endpoint.method, "status_code": outcome.status}
    return {
        "timestamp": stamp(later(hop.at, outcome.duration_ms)),
        "service": endpoint.service,
        "severity": _severity(outcome, is_wrong=bool(failure or service.system)),
        "body": text.format_map(facts),
        "trace_id": hop.trace_id,
        "span_id": hop.span_id,
        "request_id": facts["request"],
        **http,
        "duration_ms": outcome.duration_ms,
        "user_id": facts["user"],
        "region": facts["region"],
        "host": f"{endpoint.service}-{1 + int(hop.trace_id[:2], 16) % service.hosts}",
        **_wrong(failure, facts),
    }


def _severity(outcome: Outcome, is_wrong: bool) -> str:
    if not is_wrong:
        return "INFO"
    return "ERROR" if outcome.status >= FIRST_SERVER_ERROR else "WARN"


def _wrong(failure: Failure | None, facts: Mapping[str, Any]) -> dict[str, str]:
    if failure is None:
        return {}
    stack = {"error_message": failure.stack.format_map(facts)} if failure.stack else {}
    return {"error_code": failure.code, **stack}


def _http_facts(endpoint: Endpoint, outcome: Outcome) -> dict[str, Any]:
    return {
        "http.request.method": endpoint.method,
        "http.route": endpoint.route,
        "http.response.status_code": outcome.status,
    }


def _store_facts(endpoint: Endpoint, system: str, outcome: Outcome) -> dict[str, Any]:
    facts: dict[str, Any] = {"db.system.name": system, "db.query.text": endpoint.statement}
    return {**facts, "cache.hit": outcome.found} if endpoint.hits else facts
