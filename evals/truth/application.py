"""Application logs as NDJSON: errors, durations, changes and texts counted from the records. Errors are severities ERROR and FATAL."""

import math
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from evals.facts import Absent, Either, Expectation, Extreme, Moment, Named, Value
from evals.truth.source import Source
from evals.truth.wording import wording

Record = dict[str, Any]
SEVERE = frozenset({"ERROR", "FATAL"})
ERRORS = ("error", "event", "fail")
EVENTS = ("event", "match", "line", "record", "log")
FIRST_SERVER_ERROR = 500
NEIGHBOURS = 1


def _is_error(record: Record) -> bool:
    return record.get("severity") in SEVERE


def _at(record: Record) -> datetime:
    return datetime.fromisoformat(record["timestamp"]).astimezone(UTC)


def _ahead(counts: Counter[str], most: int) -> list[tuple[str, int]]:
    ranked = counts.most_common(most + 1)
    cut = ranked[most][1] if len(ranked) > most else 0
    return [entry for entry in ranked[:most] if entry[1] > cut]


def quantile(values: Sequence[float], level: float) -> float:
    """The nearest-rank quantile."""
    ranked = sorted(values)
    return ranked[_rank(len(ranked), level)]


def p95(subject: tuple[str, ...], times_ms: Sequence[float]) -> Value:
    """The p95 of some durations, or a neighbour of it: definitions of quantiles differ by one rank."""
    ranked, place = sorted(times_ms), _rank(len(times_ms), 0.95)
    around = ranked[max(0, place - NEIGHBOURS) : place + NEIGHBOURS + 1]
    return Value(subject, ("p95",), ranked[place], "ms", tolerance=0.05, also=tuple(around))


def _rank(n: int, level: float) -> int:
    return max(0, min(n - 1, math.ceil(level * n) - 1))


def errors_by_service(source: Source) -> Expectation:
    """The service with most error records, and the counts of the first three."""
    counts = Counter(record["service"] for record in source.records("app") if _is_error(record))
    leaders = _ahead(counts, 3)
    return Expectation(tuple(Value((service,), ERRORS, count) for service, count in leaders))


def errors_of(source: Source) -> Expectation:
    """How many error records one service has; none, when it has none."""
    service = source.params["service"]
    count = sum(_is_error(record) for record in source.records("app") if record["service"] == service)
    return Expectation((Value((service,), ERRORS, count) if count else Absent((service,), ("error",)),))


def error_rate(source: Source) -> Expectation:
    """The service with the largest share of records that are errors or carry a status of 500 or more, and that share."""
    totals: Counter[str] = Counter()
    errors: Counter[str] = Counter()
    for record in source.records("app"):
        totals[record["service"]] += 1
        errors[record["service"]] += _is_error(record) or int(record.get("status_code") or 0) >= FIRST_SERVER_ERROR
    service = max(totals, key=lambda name: errors[name] / totals[name])
    share = 100 * errors[service] / totals[service]
    rate = Value((service,), ("rate", "share", "ratio"), share, "%", tolerance=0.05)
    return Expectation((Extreme(service, ("service",), ("rate", "share", "ratio")), rate))


def latency_of_route(source: Source) -> Expectation:
    """The p95 of the logged durations of one route."""
    route = source.params["route"]
    times = [record["duration_ms"] for record in source.records("app") if record.get("route") == route and "duration_ms" in record]
    return Expectation((p95((route,), times),))


def slowest_route(source: Source) -> Expectation:
    """The route whose logged durations have the largest p95."""
    times: dict[str, list[float]] = {}
    for record in source.records("app"):
        if record.get("route") and "duration_ms" in record:
            times.setdefault(record["route"], []).append(record["duration_ms"])
    route = max(times, key=lambda name: quantile(times[name], 0.95))
    return Expectation((Extreme(route, ("route",), ("p95",)), p95((route,), times[route])))


def changes(source: Source) -> Expectation:
    """When each deploy, flag change and configuration change happened, and to which service."""
    wanted = source.params.get("kinds", ["deploy", "flag", "config"])
    records = [record for record in source.records("app") if record.get("event") in wanted]
    return Expectation(tuple(Moment((record["service"],), _at(record)) for record in records))


def first_deploy_of(source: Source) -> Expectation:
    """When one service was first deployed, which version, by whom."""
    service = source.params["service"]
    deploy = next(record for record in source.records("app") if record.get("event") == "deploy" and record["service"] == service)
    return Expectation((Moment((service,), _at(deploy)), Named(deploy["version"])))


def new_errors(source: Source) -> Expectation:
    """Errors that occur at least twice in the later half of the time covered and never in the earlier."""
    records = source.records("app")
    first, last = min(map(_at, records)), max(map(_at, records))
    middle = first + (last - first) / 2
    errors = [record for record in records if _is_error(record)]
    before = {record.get("error_code") for record in errors if _at(record) < middle}
    fresh: dict[str, list[str]] = {}
    for record in errors:
        if _at(record) >= middle and record.get("error_code") not in before:
            fresh.setdefault(str(record.get("error_code")), []).append(record["body"])
    return Expectation(tuple(wording(*bodies) for bodies in fresh.values() if len(bodies) > 1))


def mentions(source: Source) -> Expectation:
    """How many records' bodies contain a text, whatever its case."""
    text = source.params["text"].lower()
    count = sum(text in record["body"].lower() for record in source.records("app"))
    return Expectation((Value((source.params["text"],), EVENTS, count) if count else Absent((source.params["text"],), EVENTS),))


def warnings(source: Source) -> Expectation:
    """How many records have the severity WARN."""
    count = sum(record.get("severity") == "WARN" for record in source.records("app"))
    return Expectation((Either((Value((), ("warn",), count), Value(("WARN",), EVENTS, count))),))


def busiest_service(source: Source) -> Expectation:
    """The service with most records, and how many."""
    (service, count), *_ = _ahead(Counter(record["service"] for record in source.records("app")), 1)
    return Expectation((Extreme(service, ("service",), EVENTS), Value((service,), EVENTS, count)))
