"""The text of a record: which fields can hold what somebody wrote."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from operator import attrgetter

from domain.telemetry import LogRecord, MetricPoint, SpanRecord
from pipeline.reading import Record

_TEXTS: Mapping[type[Record], tuple[str, ...]] = {
    LogRecord: (
        *("body", "service", "route", "method", "error_code", "client", "user", "host", "event", "event_id", "trace_id", "span_id"),
        *("template_id", "sample_reason"),
    ),
    SpanRecord: ("name", "status_message", "service", "kind", "status", "trace_id", "span_id", "parent_span_id", "sample_reason"),
    MetricPoint: ("name", "service", "unit"),
}

_GET: Mapping[type[Record], Callable[[Record], tuple[str, ...]]] = {kind: attrgetter(*names) for kind, names in _TEXTS.items()}
_IDS = frozenset(("trace_id", "span_id", "parent_span_id"))  # in hexadecimal they are ids, whatever number they spell
_HEX = frozenset("0123456789abcdefABCDEF")


def texts(record: Record) -> list[str]:
    """Every text of a record, names of attributes too."""
    held, resource = record.attributes, record.resource
    return [*_GET[type(record)](record), *held, *held.values(), *resource, *resource.values()]


def rewritten(record: Record, text: Callable[[str], str], pair: Callable[[str, str], tuple[str, str]]) -> Record:
    """The record with each text as `text` gives it and each attribute as `pair`; the same object where nothing differs."""
    changes: dict[str, str | Mapping[str, str]] = {}
    for name in _TEXTS[type(record)]:
        before = getattr(record, name)
        if before and not (name in _IDS and _HEX.issuperset(before)) and (after := text(before)) != before:
            changes[name] = after
    for name, held in (("attributes", record.attributes), ("resource", record.resource)):
        if held and (kept := dict(pair(key, value) for key, value in held.items())) != held:
            changes[name] = kept
    return replace(record, **changes) if changes else record  # type: ignore[arg-type]
