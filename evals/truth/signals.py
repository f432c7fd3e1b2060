"""Spans and metrics as NDJSON: slow operations, who calls whom, gauges."""

from collections import Counter

from evals.facts import Expectation, Extreme, Fact, Named, Value
from evals.truth.application import p95, quantile
from evals.truth.source import Source


def slowest_operation(source: Source) -> Expectation:
    """The operation of the largest p95, by service and span name."""
    times: dict[tuple[str, str], list[float]] = {}
    for span in source.records("traces"):
        times.setdefault((span["service"], span["name"]), []).append(span["duration_ms"])
    operation = max(times, key=lambda key: quantile(times[key], 0.95))
    return Expectation((Extreme(operation[1], ("operation", "span", "name"), ("p95",)), p95(operation, times[operation])))


def longest_span(source: Source) -> Expectation:
    """The longest single span of one service, in milliseconds."""
    service = source.params["service"]
    longest = max((span for span in source.records("traces") if span["service"] == service), key=lambda span: float(span["duration_ms"]))
    return Expectation((Value((service, longest["name"]), ("max", "longest"), longest["duration_ms"], "ms", tolerance=0.05),))


def callees(source: Source) -> Expectation:
    """How often one service calls each other; a service that it never calls must not be said to be called."""
    caller = source.params["service"]
    spans = {(span["trace_id"], span["span_id"]): span for span in source.records("traces")}
    counts: Counter[str] = Counter()
    for span in spans.values():
        parent = spans.get((span["trace_id"], span.get("parent_span_id", "")))
        if parent and parent["service"] == caller and span["service"] != caller:
            counts[span["service"]] += 1
    called: list[Fact] = [Value((caller, callee), ("call",), count) for callee, count in counts.most_common()]
    return Expectation(tuple(called))


def failing_operation(source: Source) -> Expectation:
    """The operation with most failed spans."""
    counts = Counter((span["service"], span["name"]) for span in source.records("traces") if span.get("status") == "Error")
    (operation, count), *_ = counts.most_common(1)
    return Expectation((Value(operation, ("error", "fail"), count),))


def highest_gauge(source: Source) -> Expectation:
    """The largest value of one metric of one service."""
    service, name = source.params["service"], source.params["metric"]
    points = [point for point in source.records("metrics") if point["service"] == service and point["name"] == name]
    unit = "1" if source.params.get("plain") else points[0]["unit"]
    return Expectation((Value((service,), ("high", "max", "largest"), max(point["value"] for point in points), unit, tolerance=0.005),))


def services_seen(source: Source) -> Expectation:
    """The services that left spans."""
    return Expectation(tuple(Named(service) for service in sorted({span["service"] for span in source.records("traces")})))
