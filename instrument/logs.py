"""A logging handler that hands records over without waiting, each with the request it belongs to."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from logging.handlers import QueueHandler
from typing import Any

from instrument.request import current
from instrument.sink import Sink
from instrument.tracing import trace_of

_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_SEVERITIES = ((50, "FATAL"), (40, "ERROR"), (30, "WARN"), (20, "INFO"), (10, "DEBUG"))


class EventHandler(QueueHandler):
    """Puts each record's event; what `extra` gave becomes fields. Errors of a record are handled by `logging` itself."""

    def __init__(self, sender: Sink, level: int = logging.INFO) -> None:
        super().__init__(sender)  # type: ignore[arg-type]
        self._sender = sender
        self.setLevel(level)

    def prepare(self, record: logging.LogRecord) -> dict[str, Any]:
        """The event of a record."""
        severity = severity_of(record.levelno)
        own = {name: value for name, value in vars(record).items() if name not in _PLAIN}
        head = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "severity": severity,
            "body": record.getMessage(),
            "logger": record.name,
        }
        return {**own, **head, **_of_request(severity), **_of_error(record)}

    def enqueue(self, record: Mapping[str, Any]) -> None:  # type: ignore[override]
        """Hand the event over."""
        self._sender.put(record)


def severity_of(level: int) -> str:
    """OpenTelemetry's name of a logging level."""
    return next((name for least, name in _SEVERITIES if level >= least), "TRACE")


def _of_request(severity: str) -> dict[str, Any]:
    ongoing = current()
    if ongoing is None:
        trace_id, span_id = trace_of("")
        return {"trace_id": trace_id, "span_id": span_id}
    ongoing.logged[severity.lower()] += 1
    return {"request_id": ongoing.request_id, "trace_id": ongoing.trace_id, "span_id": ongoing.span_id}


def _of_error(record: logging.LogRecord) -> dict[str, Any]:
    if not record.exc_info or not record.exc_info[1]:
        return {}
    error = record.exc_info[1]
    stack = record.exc_text or logging.Formatter().formatException(record.exc_info)
    return {"error_code": type(error).__qualname__, "error_message": str(error), "exception.stacktrace": stack}
