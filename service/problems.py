"""Errors at the HTTP edge as RFC 9457 problem documents."""

import math
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from domain.errors import (
    DataFolderError,
    NothingFoundError,
    QueueError,
    QuotaError,
    StoreError,
    StoreTimeoutError,
    TooLargeError,
    WatchfloorError,
    WrongUseError,
)
from pipeline.quotas import OverQuotaError
from service.bodies import LateError, UnsupportedError

STATUS: tuple[tuple[type[WatchfloorError], HTTPStatus], ...] = (
    (TooLargeError, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (UnsupportedError, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    (LateError, HTTPStatus.REQUEST_TIMEOUT),
    (WrongUseError, HTTPStatus.BAD_REQUEST),
    (QuotaError, HTTPStatus.TOO_MANY_REQUESTS),
    (QueueError, HTTPStatus.SERVICE_UNAVAILABLE),
    (NothingFoundError, HTTPStatus.NOT_FOUND),
    (DataFolderError, HTTPStatus.CONFLICT),
    (StoreTimeoutError, HTTPStatus.GATEWAY_TIMEOUT),
    (StoreError, HTTPStatus.SERVICE_UNAVAILABLE),
)
MEDIA_TYPE = "application/problem+json"
RETRIED = frozenset({429, 502, 503, 504})  # what OTLP/HTTP calls retryable; nothing else is to be sent again
_PAUSE_S = 2


def status_of(error: WatchfloorError) -> HTTPStatus:
    """The HTTP status an error of ours is answered with."""
    return next((status for kind, status in STATUS if isinstance(error, kind)), HTTPStatus.INTERNAL_SERVER_ERROR)


def retry_headers(error: WatchfloorError) -> dict[str, str]:
    """`Retry-After` in seconds for what is to be sent again, else nothing."""
    if status_of(error) not in RETRIED:
        return {}
    pause_s = error.retry_after_s if isinstance(error, OverQuotaError) else _PAUSE_S
    return {"Retry-After": str(max(math.ceil(pause_s), 1))}


def problem(status: HTTPStatus, detail: str, **more: Any) -> Mapping[str, Any]:
    """A problem document."""
    return {"type": "about:blank", "title": status.phrase, "status": int(status), "detail": detail, **more}


def unexpected(error: Exception) -> Mapping[str, Any]:
    """The problem document of a bug; its message stays in the log, where it was written."""
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, f"Unexpected {type(error).__name__}; the service's log has the trace.")


def problem_response(status: HTTPStatus, detail: str, **more: Any) -> JSONResponse:
    """A problem document as a response."""
    return JSONResponse(problem(status, detail, **more), int(status), media_type=MEDIA_TYPE)


async def _ours(_request: Request, error: Exception) -> JSONResponse:
    known = error if isinstance(error, WatchfloorError) else WatchfloorError(str(error))
    response = problem_response(status_of(known), str(known), exit_code=known.exit_code)
    response.headers.update(retry_headers(known))
    return response


async def _validation(_request: Request, error: Exception) -> JSONResponse:
    errors = error.errors() if isinstance(error, RequestValidationError) else []
    fields = [{"field": _field(item["loc"]), "reason": item["msg"]} for item in errors]
    detail = f"{fields[0]['field']}: {fields[0]['reason']}" if fields else "The request does not fit its schema."
    return problem_response(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=fields)


def _field(location: Sequence[int | str]) -> str:
    """Where in a request: `budget.seconds`, or `body` for one that is no JSON."""
    named = location[1:] if len(location) > 1 and isinstance(location[1], str) else location[:1]
    return ".".join(str(part) for part in named)


async def _http(_request: Request, error: Exception) -> JSONResponse:
    status = HTTPStatus(error.status_code) if isinstance(error, HTTPException) else HTTPStatus.INTERNAL_SERVER_ERROR
    return problem_response(status, str(getattr(error, "detail", "")) or status.description)


async def _unexpected(_request: Request, error: Exception) -> JSONResponse:
    return JSONResponse(unexpected(error), int(HTTPStatus.INTERNAL_SERVER_ERROR), media_type=MEDIA_TYPE)


def install_problems(app: FastAPI) -> None:
    """Answer every error with a problem document."""
    app.add_exception_handler(WatchfloorError, _ours)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)
