"""Our own OpenTelemetry spans: a tracer behind our port, an optional OTLP exporter, and a buffer of recent traces."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span as OtelSpan
from opentelemetry.trace import SpanKind, Status, StatusCode, format_span_id, format_trace_id, get_current_span

from domain.window import from_nanos, rfc3339
from observability import semconv
from observability.events import EventLog

CLIENT_OPERATIONS = frozenset({semconv.CHAT})
KEPT_TRACES = 200


class TraceBuffer(SpanProcessor):
    """Keeps the spans of the last traces in memory so that a run's trace can be shown without a collector."""

    def __init__(self, capacity: int = KEPT_TRACES) -> None:
        self._capacity = capacity
        self._traces: OrderedDict[str, list[dict[str, Any]]] = OrderedDict()

    def on_end(self, span: ReadableSpan) -> None:
        if span.context is None:
            return
        trace_id = format_trace_id(span.context.trace_id)
        self._traces.setdefault(trace_id, []).append(_as_json(span))
        if len(self._traces) > self._capacity:
            self._traces.popitem(last=False)

    def spans(self, trace_id: str) -> list[dict[str, Any]]:
        """The finished spans of a trace by start time; empty when it is unknown or was dropped."""
        return sorted(self._traces.get(trace_id, []), key=lambda span: str(span["start"]))


@dataclass(frozen=True, slots=True)
class OpenSpan:
    """An open span as the port shows it."""

    span: OtelSpan

    def set(self, name: str, value: str | float | bool) -> None:
        """Set one attribute."""
        self.span.set_attribute(name, value)

    def fail(self, error: BaseException) -> None:
        """Mark the span failed with the error's type."""
        self.span.set_attribute(semconv.ERROR_TYPE, type(error).__qualname__)
        self.span.set_status(Status(StatusCode.ERROR, str(error)))


class OtelTracer:
    """The tracer port on an OpenTelemetry provider of our own (the global one is left alone)."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("watchfloor")

    @contextmanager
    def span(self, name: str, kind: str, attributes: Mapping[str, str | float | bool]) -> Iterator[OpenSpan]:
        """A span around a block; `kind` is the GenAI operation name. An exception marks it failed and goes on."""
        span_kind = SpanKind.CLIENT if kind in CLIENT_OPERATIONS else SpanKind.INTERNAL
        given = {semconv.OPERATION: kind, **attributes}
        with self._tracer.start_as_current_span(name, kind=span_kind, attributes=given, record_exception=False) as span:
            yield OpenSpan(span)

    def trace_id(self) -> str:
        """The current trace id in hex; empty outside a span."""
        context = get_current_span().get_span_context()
        return format_trace_id(context.trace_id) if context.is_valid else ""

    def close(self) -> None:
        """Flush what is buffered to the exporter."""
        self._provider.shutdown()


def build_tracing(version: str, otlp_endpoint: str = "") -> tuple[OtelTracer, TraceBuffer]:
    """A tracer with a trace buffer and an event log, exporting to an OTLP/HTTP endpoint as well when one is given."""
    buffer = TraceBuffer()
    provider = TracerProvider(resource=Resource.create({"service.name": "watchfloor", "service.version": version}))
    provider.add_span_processor(buffer)
    provider.add_span_processor(EventLog())
    if otlp_endpoint:
        exporter = OTLPSpanExporter(endpoint=f"{otlp_endpoint.rstrip('/')}/v1/traces")
        provider.add_span_processor(BatchSpanProcessor(exporter))
    return OtelTracer(provider), buffer


def _as_json(span: ReadableSpan) -> dict[str, Any]:
    context, parent = span.context, span.parent
    start, end = span.start_time or 0, span.end_time or 0
    return {
        "trace_id": format_trace_id(context.trace_id) if context else "",
        "span_id": format_span_id(context.span_id) if context else "",
        "parent_span_id": format_span_id(parent.span_id) if parent else "",
        "name": span.name,
        "kind": span.kind.name.lower(),
        "start": rfc3339(from_nanos(start)),
        "duration_ms": round((end - start) / 1e6, 3),
        "status": span.status.status_code.name.lower(),
        "attributes": dict(span.attributes or {}),
    }
