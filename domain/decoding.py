"""The port through which OTLP requests become records."""

from dataclasses import dataclass
from typing import Protocol

from domain.telemetry import LogRecord, MetricPoint, Rejection, Signal, SpanRecord


@dataclass(frozen=True, slots=True)
class Decoded:
    """Records of one OTLP request with what had to be left out."""

    logs: tuple[LogRecord, ...] = ()
    spans: tuple[SpanRecord, ...] = ()
    metrics: tuple[MetricPoint, ...] = ()
    rejections: tuple[Rejection, ...] = ()


class OtlpDecoder(Protocol):
    """Decodes an OTLP export request body (protobuf or JSON); raises WrongUseError when it is neither."""

    def decode(self, signal: Signal, body: bytes, content_type: str) -> Decoded: ...
