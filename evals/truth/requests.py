"""Requests that failed or were slow, in whichever way the raw files let them be counted."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from evals.facts import Either, Expectation, Fact, Value
from evals.truth import access
from evals.truth.application import p95, quantile
from evals.truth.ranking import first, foremost
from evals.truth.raw import FIRST_SERVER_ERROR, SERVERS
from evals.truth.source import Source

ROUTE = ("route", "path", "url", "endpoint")
SERVICE = ("service",)
FAILURES = ("fail", "error")
RATE = ("rate", "share", "ratio")
Shares = Mapping[str, float]


def failing_routes(source: Source) -> Expectation:
    """The route with most answers of status 400 or more, in the access log: what services ask each other is no request of a client."""
    counts = Counter(hit.route for hit in access.hits(source) if hit.status >= access.FIRST_FAILURE)
    return Expectation((first(counts, ROUTE, FAILURES), Either(tuple(Value((name,), FAILURES, counts[name]) for name in foremost(counts)))))


def error_rate(source: Source) -> Expectation:
    """The service with the largest share of failures, by its log events (severe, or status 500 and above) or by its calls in the traces."""
    rates = [_rates(_logged(source)), _rates(_served(source))]
    return Expectation((Either(tuple(first(one, SERVICE, RATE) for one in rates)), Either(tuple(_rate(one) for one in rates))))


def slowest_service(source: Source) -> Expectation:
    """The service with the largest p95, by logged durations or by its calls in the traces."""
    logged, served = defaultdict(list), defaultdict(list)
    for record in source.records("app"):
        if record.get("duration_ms") is not None:
            logged[record["service"]].append(float(record["duration_ms"]))
    for span in source.records("traces"):
        if span.get("kind", "") in SERVERS:
            served[span["service"]].append(float(span["duration_ms"]))
    ways = [_slowest(times) for times in (logged, served)]
    return Expectation((Either(tuple(name for name, _ in ways)), Either(tuple(value for _, value in ways))))


def _slowest(times: Mapping[str, list[float]]) -> tuple[Fact, Fact]:
    worst = {name: quantile(taken, 0.95) for name, taken in times.items()}
    return first(worst, SERVICE, ("p95", "latency")), Either(tuple(p95((name,), times[name]) for name in foremost(worst)))


def _logged(source: Source) -> Iterable[tuple[str, bool]]:
    """Every log event with whether it is an error; access lines are events of the gateway."""
    for record in source.records("app"):
        yield record["service"], record["severity"] in {"ERROR", "FATAL"} or int(record.get("status_code") or 0) >= FIRST_SERVER_ERROR
    for hit in access.hits(source):
        yield "gateway", hit.status >= FIRST_SERVER_ERROR


def _served(source: Source) -> Iterable[tuple[str, bool]]:
    return ((span["service"], span.get("status") == "Error") for span in source.records("traces") if span.get("kind", "") in SERVERS)


def _rates(events: Iterable[tuple[str, bool]]) -> Shares:
    """Percent of failures by service."""
    totals: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    for service, is_failure in events:
        totals[service] += 1
        failed[service] += is_failure
    return {service: 100 * failed[service] / total for service, total in totals.items()}


def _rate(rates: Shares) -> Fact:
    return Either(tuple(Value((name,), RATE, rates[name], "%", tolerance=0.05) for name in foremost(rates)))
