"""What senders are told when a push is not taken, each in the words of its own protocol."""

from collections.abc import Mapping
from http import HTTPStatus

import orjson
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from domain.errors import WatchfloorError
from service.problems import retry_headers, status_of

ELASTIC_HEADERS: Mapping[str, str] = {"X-Elastic-Product": "Elasticsearch"}
# Codes of google.rpc.Code.
_CODES: Mapping[int, int] = {400: 3, 404: 5, 408: 3, 413: 3, 415: 3, 429: 8, 502: 14, 503: 14, 504: 4}
_INTERNAL = 13
_ELASTIC_TYPES: Mapping[int, str] = {429: "es_rejected_execution_exception", 503: "es_rejected_execution_exception", 404: "not_found"}
_MOST_MESSAGE = 1_000


def otlp_refusal(error: WatchfloorError, kind: str) -> Response:
    """An error as google.rpc.Status in the content type of the request (OTLP/HTTP, "Failures")."""
    status = status_of(error)
    message = str(error)[:_MOST_MESSAGE]
    code = _CODES.get(status, _INTERNAL)
    body = orjson.dumps({"code": code, "message": message}) if kind == "application/json" else _status_message(code, message)
    return Response(body, int(status), headers=retry_headers(error), media_type=kind)


def loki_refusal(error: WatchfloorError) -> Response:
    """An error as Loki's clients log it: a line of text."""
    return PlainTextResponse(f"{error}\n", int(status_of(error)), headers=retry_headers(error))


def elastic_refusal(error: WatchfloorError) -> Response:
    """An error in the shape of Elastic's API."""
    return elastic_problem(status_of(error), str(error), retry_headers(error))


def elastic_problem(status: HTTPStatus, reason: str, headers: Mapping[str, str] | None = None) -> Response:
    """A status with its reason in the shape of Elastic's API."""
    document = {"error": {"type": _ELASTIC_TYPES.get(status, "illegal_argument_exception"), "reason": reason}, "status": int(status)}
    return JSONResponse(document, int(status), headers={**ELASTIC_HEADERS, **(headers or {})})


def _status_message(code: int, message: str) -> bytes:
    """google.rpc.Status: field 1 the code, field 2 the message."""
    text = message.encode("utf-8", "replace")
    return b"\x08" + bytes([code]) + b"\x12" + _varint(len(text)) + text


def _varint(number: int) -> bytes:
    parts = bytearray()
    while number > 0x7F:  # noqa: PLR2004 (seven bits a byte)
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*parts, number])
