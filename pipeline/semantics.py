"""Fills the hot fields of a log record from what its attributes and its body say (OpenTelemetry names, old and new)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from domain.telemetry import LogRecord
from pipeline.sshd import login_event, message_of, plain_address

AUTH_METHOD = "auth.method"
_MAX_STATUS = 999
_ERROR_CLIENT = re.compile(r"\[client (?P<a>[0-9a-fA-F.:]+?)(?::\d+)?\]|, client: (?P<b>[0-9a-fA-F.:]+),")


def _text(value: str) -> str:
    return value


def _status(value: str) -> int:
    number = int(float(value))
    return number if 0 < number <= _MAX_STATUS else 0


def _count(value: str) -> int:
    return max(int(float(value)), 0)


def _path(value: str) -> str:
    return value.partition("?")[0]


# Field, how it is read, and the attributes it may come from, best first.
_SOURCES: tuple[tuple[str, Callable[[str], Any], tuple[str, ...]], ...] = (
    ("route", _path, ("http.route", "url.path", "http.target", "http.path")),
    ("method", _text, ("http.request.method", "http.method")),
    ("status", _status, ("http.response.status_code", "http.status_code")),
    ("client", plain_address, ("client.address", "http.client_ip", "source.address", "net.sock.peer.addr", "net.peer.ip")),
    ("user", _text, ("user.name", "enduser.id", "user.id")),
    ("error_code", _text, ("error.code", "error.type", "exception.type")),
    ("duration_ms", float, ("duration_ms", "http.duration_ms", "elapsed_ms")),
    ("response_bytes", _count, ("http.response.body.size", "http.response_content_length", "http.response.size")),
    ("event", _text, ("event.name", "event")),
    ("weight", _count, ("sample_rate", "sampling.rate")),
)
_UNSET: Mapping[str, Any] = {"status": 0, "duration_ms": None, "response_bytes": None, "weight": 1}
_KNOWN = frozenset(name for _, _, names in _SOURCES for name in names)
_PROGRAM_NAMES = ("process.executable.name", "syslog.appname", "appname", "program")


def enriched(record: LogRecord) -> LogRecord:
    """The record with every hot field that its attributes or body imply; what is set stays."""
    changes = implied(record)
    return replace(record, **changes) if changes else record


def implied(record: LogRecord) -> dict[str, Any]:
    """The hot fields a record leaves empty and says elsewhere."""
    changes = _from_attributes(record) if not _KNOWN.isdisjoint(record.attributes) else {}
    if not record.host and (host := record.resource.get("host.name") or record.attributes.get("host.name")):
        changes["host"] = host
    if not record.event:
        changes.update(_from_body(record))
    return changes


def _from_attributes(record: LogRecord) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for name, read, sources in _SOURCES:
        if getattr(record, name) != _UNSET.get(name, ""):
            continue
        value = next((record.attributes[source] for source in sources if record.attributes.get(source)), "")
        if value and (found := _read(read, value)) is not None:
            changes[name] = found or _UNSET.get(name, "")
    return changes


def _read(read: Callable[[str], Any], value: str) -> Any:
    try:
        return read(value)
    except (ValueError, OverflowError):
        return None


def _from_body(record: LogRecord) -> dict[str, Any]:
    message = message_of(record.service, record.body) or _of_program(record)
    if not message:
        found = _ERROR_CLIENT.search(record.body) if "client" in record.body and not record.client else None
        return {"client": plain_address(found["a"] or found["b"])} if found else {}
    event = login_event(message)
    method = event.pop("method", "")
    return {**event, "attributes": {**record.attributes, AUTH_METHOD: method}} if method else event


def _of_program(record: LogRecord) -> str:
    names = (record.attributes.get(name, "") for name in _PROGRAM_NAMES)
    return next((found for name in names if name and (found := message_of(name.rpartition("/")[2], record.body))), "")
