"""Limits on what one record may carry: more is cut and marked, what no store can hold is made storable."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from domain.telemetry import LogRecord, MetricPoint, SpanRecord

Record = LogRecord | SpanRecord | MetricPoint

TRUNCATED = "watchfloor.truncated"
OTHER = "__other__"
_DAY_NS = 86_400 * 10**9
_MOST_SEVERITY, _MOST_STATUS, _MOST_COUNT, _MOST_WHOLE = 24, 65_535, 2**32 - 1, 2**63 - 1
_REPLACED = "\ufffd"
_LOG_TEXTS = ("service", "body", "trace_id", "span_id", "route", "method", "error_code", "client", "user", "host", "event", "event_id")
_SPAN_TEXTS = ("trace_id", "span_id", "parent_span_id", "service", "name", "status_message")
_POINT_TEXTS = ("service", "name", "unit")
_TEXTS: Mapping[type, tuple[str, ...]] = {LogRecord: _LOG_TEXTS, SpanRecord: _SPAN_TEXTS, MetricPoint: _POINT_TEXTS}
_TIMES: Mapping[type, str] = {LogRecord: "timestamp_ns", SpanRecord: "start_ns", MetricPoint: "timestamp_ns"}
_Ranges = tuple[tuple[str, int, int], ...]
_LOG_RANGES: _Ranges = (
    ("severity_number", 0, _MOST_SEVERITY),
    ("status", 0, _MOST_STATUS),
    ("response_bytes", 0, _MOST_WHOLE),
    ("occurrences", 1, _MOST_COUNT),
    ("weight", 1, _MOST_COUNT),
)
_SPAN_RANGES: _Ranges = (("duration_ns", 0, _MOST_WHOLE), ("weight", 1, _MOST_COUNT))
_RANGES: Mapping[type, _Ranges] = {LogRecord: _LOG_RANGES, SpanRecord: _SPAN_RANGES, MetricPoint: ()}
_FLOATS: Mapping[type, tuple[str, ...]] = {LogRecord: ("duration_ms",), SpanRecord: (), MetricPoint: ("value",)}


@dataclass(frozen=True, slots=True)
class Limits:
    """`value` in characters; `records` is how many one request may hold; times are nanoseconds since 1970 (years 1970 to 2261)."""

    attributes: int = 128
    value: int = 32_768
    records: int = 100_000
    oldest_ns: int = 1
    newest_ns: int = 2**63 - 1 - _DAY_NS


DEFAULT_LIMITS = Limits()


def limited(record: Record, limits: Limits = DEFAULT_LIMITS) -> tuple[Record, tuple[str, ...]]:
    """The record inside the limits, and the names of what was cut (also in its attribute `watchfloor.truncated`).

    NUL and lone surrogates, which not every store takes, become U+FFFD and are not called cut.
    """
    changes = {**_bounded(record), **_timed(record, limits)}
    if not _is_plain(record, limits):
        changes.update(_texts(record, limits))
    if not changes:
        return record, ()
    cut = tuple(sorted(name for name, value in _names(record, changes, limits)))
    if cut:
        attributes = changes.get("attributes", record.attributes)
        changes["attributes"] = {**attributes, TRUNCATED: ",".join(cut)[: limits.value]}
    return replace(record, **changes), cut


class Cardinality:
    """Keeps the number of distinct values of a field within a service bounded: every value after the first `most` is `__other__`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: dict[tuple[str, str], set[str]] = {}

    def kept(self, service: str, field: str, value: str) -> str:
        """The value, or `__other__` when that field of the service has its `most` other values already."""
        known = self._known.setdefault((service, field), set())
        if value in known:
            return value
        if len(known) >= self._most:
            return OTHER
        known.add(value)
        return value


def storable(text: str) -> str:
    """A text without NUL and without lone surrogates."""
    if "\0" in text:
        text = text.replace("\0", _REPLACED)
    return text if _is_encodable(text) else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _is_plain(record: Record, limits: Limits) -> bool:
    """One look at all texts together: hardly any record needs a second one."""
    attributes, resource = record.attributes, record.resource
    if len(attributes) > limits.attributes or len(resource) > limits.attributes:
        return False
    own = [getattr(record, name) for name in _TEXTS[type(record)]]
    joined = "".join([*own, *attributes, *attributes.values(), *resource, *resource.values()])
    return len(joined) <= limits.value and "\0" not in joined and _is_encodable(joined) and TRUNCATED not in attributes


def _is_encodable(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _texts(record: Record, limits: Limits) -> dict[str, Any]:
    """The text fields that change; maps are cut to their limit, ours is no name a sender may use."""
    changes: dict[str, Any] = {}
    for name in _TEXTS[type(record)]:
        value = getattr(record, name)
        if (kept := storable(value[: limits.value])) != value:
            changes[name] = kept
    for name in ("attributes", "resource"):
        given = getattr(record, name)
        if (pairs := _pairs(given, limits)) != given:
            changes[name] = pairs
    return changes


def _pairs(given: Mapping[str, str], limits: Limits) -> dict[str, str]:
    kept = [pair for pair in given.items() if pair[0] != TRUNCATED][: limits.attributes]
    return {storable(name[: limits.value]): storable(value[: limits.value]) for name, value in kept}


def _timed(record: Record, limits: Limits) -> dict[str, Any]:
    name = _TIMES[type(record)]
    at_ns = getattr(record, name)
    if limits.oldest_ns <= at_ns <= limits.newest_ns:
        return {}
    return {name: min(max(at_ns, limits.oldest_ns), limits.newest_ns)}


def _bounded(record: Record) -> dict[str, Any]:
    kind = type(record)
    changes: dict[str, Any] = {}
    for name, least, most in _RANGES[kind]:
        value = getattr(record, name)
        if value is not None and not least <= value <= most:
            changes[name] = min(max(value, least), most)
    for name in _FLOATS[kind]:
        value = getattr(record, name)
        if value is not None and not math.isfinite(value):
            changes[name] = 0.0 if kind is MetricPoint else None
    return changes


def _names(record: Record, changes: Mapping[str, Any], limits: Limits) -> Iterable[tuple[str, Any]]:
    """What of the changes is a loss to name: not what only became storable."""
    for name, value in changes.items():
        before = getattr(record, name)
        if isinstance(value, str) and len(before) <= limits.value:
            continue
        if isinstance(value, dict):
            yield from ((shown, None) for shown in _lost(before, limits))
        else:
            yield name, value


def _lost(before: Mapping[str, str], limits: Limits) -> Sequence[str]:
    names = [name for name in before if name != TRUNCATED]
    return [
        *(name[:80] for name in names if len(before[name]) > limits.value),
        *(("attributes",) if len(names) > limits.attributes else ()),
    ]
