"""What work cost, counted from spans, logs, gauges and the access log.

A request repeats a statement when one call of a service runs it at least five times; statements are told apart by their words up to
the first blank. A retry is a call after a failed one of the same service, operation and parent. Log text is what a record says: its
`body`; of an access line the request, its status and size, or the whole line.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median_low
from typing import Any

from evals.facts import Absent, Either, Expectation, Extreme, Fact, Flagged, Found, Named, Value
from evals.truth import access
from evals.truth.application import p95, quantile
from evals.truth.ranking import first, foremost
from evals.truth.source import Source

MANY = 5
QUERY = "db.query.text"
HIT = "cache.hit"
ROUTE = ("route", "path", "url", "endpoint")
TIME = ("time", "total", "took", "cost")
LOOP = ("n_plus_one",)
Span = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Repetition:
    """A statement that requests to one service repeat: how often each of these requests ran it."""

    service: str
    statement: str
    runs: tuple[int, ...]

    @property
    def extra(self) -> int:
        """Runs that one run a request could replace."""
        return sum(runs - 1 for runs in self.runs)


def repeated(source: Source) -> Expectation:
    """The service whose requests repeat a statement most, and the statement."""
    worst = _worst(source)
    return Expectation((Found(worst.service, LOOP), _statement(worst.statement)))


def repetitions(source: Source) -> Expectation:
    """How many requests repeat it, and how often a typical one of them runs it."""
    worst = _worst(source)
    return Expectation((
        Value((worst.service,), ("repeat", "request"), len(worst.runs)),
        Value((worst.service,), ("calls", "runs", "repeat", "times"), median_low(worst.runs)),
    ))  # fmt: skip


def no_repetition(_source: Source) -> Expectation:
    """No request repeats a statement."""
    return Expectation((Absent((), ("repeat", "statement"), must_be_said=True),), (Flagged(LOOP),))


def costliest_statement(source: Source) -> Expectation:
    """The statement that took most time in all, and how much."""
    times: Counter[str] = Counter()
    for span in source.records("traces"):
        if text := _query(span):
            times[_words(text)] += span["duration_ms"]
    took = [Value((name,), TIME, times[name] / 1000, "s", tolerance=0.005) for name in foremost(times)]
    return Expectation((first(times, ("statement", "query"), TIME), Either(tuple(took))))


def cache(source: Source) -> Expectation:
    """The lookup that missed most often, how often, and its hit ratio."""
    asked: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for span in source.records("traces"):
        if HIT in span.get("attributes", {}):
            asked[span["name"]] += 1
            missed[span["name"]] += not span["attributes"][HIT]
    name = foremost(missed)[0]
    ratio = 100 * (asked[name] - missed[name]) / asked[name]
    counted = Value((name,), ("miss",), missed[name])
    return Expectation((first(missed, ("lookup", "cache", "name"), ("miss",)), counted, Value((name,), ("hit", "ratio"), ratio, "%", 0.05)))


def costliest_route(source: Source) -> Expectation:
    """The route whose logged durations add up to most, and to how much; routes of two services are two, or one."""
    times: Counter[str] = Counter()
    apart: Counter[tuple[str, str]] = Counter()
    for record in source.records("app"):
        if record.get("route") and record.get("duration_ms") is not None:
            times[record["route"]] += record["duration_ms"]
            apart[record["service"], record["route"]] += record["duration_ms"]
    (service, route), most = apart.most_common(1)[0]
    told = (
        Value((service, route), TIME, most / 1000, "s", tolerance=0.005),
        Value((route,), TIME, times[route] / 1000, "s", tolerance=0.005),
    )
    return Expectation((Either((first(times, ROUTE, TIME), Extreme(route, ROUTE, TIME))), Either(told)))


def log_volume(source: Source) -> Expectation:
    """The service with most log text, and how many bytes."""
    short = Counter({"gateway": sum(len(_said(line).encode()) for line in source.lines("access"))})
    whole = Counter({"gateway": sum(len(line.encode()) for line in source.lines("access"))})
    for record in source.records("app"):
        for sizes in (short, whole):
            sizes[record["service"]] += len(record["body"].encode())
    name = foremost(short)[0]
    told = Value((name,), ("byte", "text", "volume", "size"), short[name], "B", also=(whole[name],))
    return Expectation((first(short, ("service",), ("byte", "text", "volume", "size")), told))


def idle(source: Source) -> Expectation:
    """The service whose CPU peaked lowest, and its peak."""
    peaks: dict[str, float] = defaultdict(float)
    for point in source.records("metrics"):
        if point["name"] == "cpu.utilization":
            peaks[point["service"]] = max(peaks[point["service"]], point["value"])
    name = foremost(peaks, "least")[0]
    words = ("peak", "cpu", "high", "max")
    return Expectation((first(peaks, ("service",), words, "least"), Value((name,), words, peaks[name], "%", tolerance=0.05)))


def retries(source: Source) -> Expectation:
    """How many calls followed a failed one of the same kind in the same request."""
    tries: dict[tuple[str, ...], list[Span]] = defaultdict(list)
    for span in source.records("traces"):
        if span.get("parent_span_id"):
            tries[span["trace_id"], span["parent_span_id"], span["service"], span["name"]].append(span)
    count = sum(_again(made) for made in tries.values())
    return Expectation((Value((), ("retr",), count) if count else Absent((), ("retr", "repeat"), must_be_said=True),))


def payloads(source: Source) -> Expectation:
    """The route with the largest p95 of the bytes it sent, and that size."""
    sizes: dict[str, list[float]] = defaultdict(list)
    for hit in access.hits(source):
        sizes[hit.route].append(hit.size)
    worst = {route: quantile(sent, 0.95) for route, sent in sizes.items()}
    told = [_bytes(route, sizes[route]) for route in foremost(worst)]
    return Expectation((first(worst, ROUTE, ("p95", "size", "large")), Either(tuple(told))))


def _bytes(route: str, sent: list[float]) -> Value:
    near = p95((route,), sent)
    return Value((route,), ("p95", "size", "large", "byte"), near.value, "B", also=(*near.also, max(sent)))


def _again(made: Iterable[Span]) -> int:
    ordered = sorted(made, key=lambda span: str(span["start_time"]))
    return sum(span.get("status") == "Error" for span in ordered[:-1])


def _worst(source: Source) -> Repetition:
    return max(_repetitions(source.records("traces")), key=lambda found: found.extra)


def _repetitions(spans: list[Span]) -> list[Repetition]:
    """Every statement that some request repeats; a request is the span of a service that its statements hang on."""
    services = {(span["trace_id"], span["span_id"]): span["service"] for span in spans}
    runs: Counter[tuple[str, str, str]] = Counter()
    for span in spans:
        if (text := _query(span)) and (span["trace_id"], span.get("parent_span_id", "")) in services:
            runs[span["trace_id"], span["parent_span_id"], text] += 1
    found: Mapping[tuple[str, str], list[int]] = defaultdict(list)
    for (trace, parent, text), count in runs.items():
        if count >= MANY:
            found[services[trace, parent], text].append(count)
    return [Repetition(service, text, tuple(counts)) for (service, text), counts in found.items()]


def _query(span: Span) -> str:
    return str(span.get("attributes", {}).get(QUERY, ""))


def _words(statement: str) -> str:
    """A statement up to its first blank, number or list: what is the same however the rest is written."""
    return re.split(r"\s*[(?'\d=]", statement, maxsplit=1)[0].strip()


def _statement(statement: str) -> Fact:
    return Named(r"\s+".join(re.escape(word) for word in _words(statement).split()), like=True)


def _said(line: str) -> str:
    found = access.LINE.match(line)
    return f'"{found["request"]}" {found["status"]} {found["size"]}' if found else line
