"""OTLP export requests, protobuf and JSON, as records; and the responses to them."""

from collections.abc import Mapping
from typing import Any

import orjson
from google.protobuf.message import DecodeError, Message  # type: ignore[import-untyped]
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest, ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse

from adapters.otlp_json import JsonWalk
from adapters.otlp_protobuf import ProtobufWalk
from adapters.otlp_records import MOST_RECORDS, Gathered
from adapters.otlp_wire import pieces
from domain.decoding import Decoded
from domain.errors import WrongUseError
from domain.telemetry import Signal

PROTOBUF_TYPE = "application/x-protobuf"
JSON_TYPE = "application/json"
_SMALL = 1 << 20  # bytes that are parsed as one message

_REQUESTS: Mapping[Signal, type[Message]] = {
    "logs": ExportLogsServiceRequest,
    "traces": ExportTraceServiceRequest,
    "metrics": ExportMetricsServiceRequest,
}
_RESPONSES: Mapping[Signal, tuple[type[Message], str]] = {
    "logs": (ExportLogsServiceResponse, "rejected_log_records"),
    "traces": (ExportTraceServiceResponse, "rejected_spans"),
    "metrics": (ExportMetricsServiceResponse, "rejected_data_points"),
}
_CAMEL = {
    "rejected_log_records": "rejectedLogRecords",
    "rejected_spans": "rejectedSpans",
    "rejected_data_points": "rejectedDataPoints",
}


class OtlpCodec:
    """Implements `OtlpDecoder`. The records are numbered from 1 in the order of the request, for rejections."""

    def decode(self, signal: Signal, body: bytes, content_type: str) -> Decoded:
        """The records of a request body. Raises WrongUseError when it is not what its type says, TooLargeError for too many."""
        gathered = Gathered()
        if is_json(content_type):
            JsonWalk(gathered).take(signal, _document(body))
        else:
            for piece in (body,) if len(body) <= _SMALL else pieces(body, MOST_RECORDS):
                ProtobufWalk(gathered).take(signal, _message(signal, piece))
        return gathered.decoded()


def is_json(content_type: str) -> bool:
    """Whether a content type is OTLP's JSON form. Raises WrongUseError when it is neither form."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in {JSON_TYPE, PROTOBUF_TYPE}:
        raise WrongUseError(f"OTLP comes as {PROTOBUF_TYPE} or {JSON_TYPE}, not {content_type!r}.")
    return kind == JSON_TYPE


def encode_response(signal: Signal, content_type: str, rejected: int = 0, message: str = "") -> bytes:
    """An export response in the request's own content type: empty for full success, else the partial success."""
    kind, count = _RESPONSES[signal]
    if is_json(content_type):
        partial = {_CAMEL[count]: str(rejected), "errorMessage": message}
        return orjson.dumps({"partialSuccess": partial} if rejected or message else {})
    response: Any = kind()
    if rejected or message:
        setattr(response.partial_success, count, rejected)
        response.partial_success.error_message = message
    encoded: bytes = response.SerializeToString()
    return encoded


def _message(signal: Signal, body: bytes) -> Any:
    request = _REQUESTS[signal]()
    try:
        request.ParseFromString(body)
    except DecodeError as error:
        raise WrongUseError(f"The body is not an OTLP {signal} request in protobuf: {error}") from error
    return request


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise WrongUseError(f"The body is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise WrongUseError(f"The body is not an OTLP request but a JSON {type(document).__name__}.")
    return document
