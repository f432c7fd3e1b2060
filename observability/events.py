"""Our own structured log: named events of chats, nodes, models and vectors, as JSON lines that carry the trace they belong to."""

import json
import logging
import resource
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor
from opentelemetry.trace import StatusCode, format_trace_id, get_current_span

from domain.window import rfc3339
from observability import semconv

_NAMES = {
    semconv.INVOKE_WORKFLOW: ("chat", "start", "complete", "complete"),
    semconv.INVOKE_AGENT: ("graph", "node.enter", "node.exit", "node.exit"),
    semconv.CHAT: ("llm", "request", "response", "error"),
}
_SHOWN = (semconv.AGENT, semconv.REQUEST_MODEL, semconv.INPUT_TOKENS, semconv.OUTPUT_TOKENS, semconv.PROMPT_NAME, semconv.PROMPT_VERSION)
_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_KIB = 1 if sys.platform == "darwin" else 1024  # what getrusage counts memory in

log = logging.getLogger(__name__)


class EventLog(SpanProcessor):
    """Logs the start and the end of each span that has an event name; spans of one trace share its thread and run."""

    def __init__(self) -> None:
        self._runs: dict[int, tuple[str, str]] = {}

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        del parent_context
        given = span.attributes or {}
        if semconv.RUN_ID in given:
            self._runs[span.context.trace_id] = (str(given.get(semconv.CONVERSATION, "")), str(given[semconv.RUN_ID]))
        self._log(span, 1, {})

    def on_end(self, span: ReadableSpan) -> None:
        if log.isEnabledFor(logging.INFO):
            self._log_end(span)
        if span.context and semconv.RUN_ID in (span.attributes or {}):
            self._runs.pop(span.context.trace_id, None)

    def _log_end(self, span: ReadableSpan) -> None:
        took_ms = ((span.end_time or 0) - (span.start_time or 0)) / 1e6
        measured: dict[str, Any] = {"duration_ms": round(took_ms, 3), "memory_bytes": peak_memory()}
        failed = span.status.status_code is StatusCode.ERROR
        if failed:
            said = span.status.description or ""
            kind = (span.attributes or {}).get(semconv.ERROR_TYPE) or said.partition(":")[0]
            measured["error"] = {"type": str(kind), "message": said}
        self._log(span, 3 if failed else 2, measured)

    def _log(self, span: ReadableSpan, moment: int, measured: dict[str, Any]) -> None:
        given = span.attributes or {}
        names = _NAMES.get(str(given.get(semconv.OPERATION)))
        if names is None or span.context is None:
            return
        thread_id, run_id = self._runs.get(span.context.trace_id, ("", ""))
        keys = {"thread_id": thread_id, "request_id": run_id, "trace_id": format_trace_id(span.context.trace_id)}
        own = {name: given[name] for name in _SHOWN if name in given}
        component, action = names[0], names[moment]
        log.info("%s.%s", component, action, extra={"component": component, "action": action, **keys, **own, **measured})


class JsonLines(logging.Formatter):
    """A log record as one JSON object: its event, its own fields, and the trace that is open."""

    def format(self, record: logging.LogRecord) -> str:
        head = {"timestamp": rfc3339(datetime.fromtimestamp(record.created, UTC)), "level": record.levelname.lower()}
        own = {name: value for name, value in vars(record).items() if name not in _PLAIN}
        line = {**head, "event": record.getMessage(), "logger": record.name, **_trace(), **own}
        if record.exc_info and record.exc_info[1]:
            error = record.exc_info[1]
            line["error"] = {"type": type(error).__qualname__, "message": str(error), "stack": self.formatException(record.exc_info)}
        return json.dumps(line, ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    """A log record as one line for a person: time, level, event, and its own fields."""

    def format(self, record: logging.LogRecord) -> str:
        own = [f"{name}={value!r}" for name, value in vars(record).items() if name not in _PLAIN]
        at = rfc3339(datetime.fromtimestamp(record.created, UTC).replace(microsecond=0))
        line = " ".join([at, record.levelname, record.getMessage(), *own])
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info and record.exc_info[1] else line


def log_json(stream: TextIO) -> logging.Handler:
    """From now on every record at INFO and above is a JSON line on a stream; returns what was added to the root logger."""
    return _added(stream, JsonLines(), logging.INFO)


def log_text(stream: TextIO) -> logging.Handler:
    """From now on every warning and error is a line of text on a stream; returns what was added to the root logger."""
    return _added(stream, TextLines(), logging.WARNING)


def _added(stream: TextIO, formatter: logging.Formatter, level: int) -> logging.Handler:
    added = logging.StreamHandler(stream)
    added.setFormatter(formatter)
    added.setLevel(level)
    logging.getLogger().addHandler(added)
    logging.getLogger().setLevel(level)
    return added


def peak_memory() -> int:
    """The most memory this process ever held, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KIB


def _trace() -> dict[str, str]:
    context = get_current_span().get_span_context()
    return {"trace_id": format_trace_id(context.trace_id)} if context.is_valid else {}
