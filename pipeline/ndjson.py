"""NDJSON: one log, span or metric a line; unknown fields become attributes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC
from typing import Any

import orjson

from domain.telemetry import LogRecord, MetricPoint, Signal, SpanRecord
from pipeline.instants import nanos_of
from pipeline.lines import Line
from pipeline.reading import Item, Reading, Record, Taken, rejection
from pipeline.semantics import AUTH_METHOD
from pipeline.severity import INFO, number_of_value, split_level
from pipeline.values import attributes_of, text_of

CHANGE_EVENTS = frozenset({"deploy", "flag", "config"})
_TIMES = ("timestamp", "@timestamp", "time", "ts", "timeUnixNano", "date")
_SERVICES = ("service", "service.name", "service_name")
_RAW_LINE = "log"  # what container runtimes and Fluent Bit call a line they did not parse
_BODIES = ("body", "message", "msg", _RAW_LINE)
_CONTAINERS = (("labels", "app.kubernetes.io/name"), ("labels", "app"), ("container_name",))
_SEVERITIES = ("severity", "level", "severity_text", "log.level", "severity_number")
_METHODS = ("http_method", "method")
_STATUSES = ("status_code", "http_status", "status")
_BYTES = ("response_bytes", "bytes_sent", "body_bytes_sent")
_CLIENTS = ("client", "client_ip", "remote_addr", "client.address")
_KINDS = {"server": "Server", "client": "Client", "producer": "Producer", "consumer": "Consumer", "internal": "Internal"}
_STATES = {"ok": "Ok", "error": "Error", "unset": "Unset", "2": "Error", "1": "Ok", "0": "Unset"}


class Fields:
    """The fields of one object; those that were taken are left out of the attributes. Wrong values raise ValueError."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values
        self._left = {name: value for name, value in values.items() if value is not None}

    def take(self, *names: str) -> Any:
        """The first of these fields that has a value and was not taken, else None."""
        for name in names:
            if name in self._left:
                return self._left.pop(name)
        return None

    def peek(self, name: str) -> Any:
        """A field that stays among the attributes."""
        return self._values.get(name)

    def text(self, *names: str) -> str:
        """A field as text; empty when it is not there."""
        value = self.take(*names)
        return "" if value is None else text_of(value)

    def number(self, *names: str) -> float | None:
        """A field as a finite number."""
        value = self.take(*names)
        if value is None:
            return None
        number = _number(value)
        if number is None:
            raise ValueError(f"{names[0]} is {value!r:.60}, not a number")
        return number

    def whole(self, *names: str) -> int | None:
        """A field as a whole number of at least 0."""
        number = self.number(*names)
        if number is not None and (number != int(number) or number < 0):
            raise ValueError(f"{names[0]} is {number!r}, not a whole number of at least 0")
        return None if number is None else int(number)

    def rest(self) -> dict[str, str]:
        """The attributes: the object `attributes` and every field nobody took."""
        given = self._values.get("attributes")
        nested = given if isinstance(given, dict) else {}
        left = {name: value for name, value in self._left.items() if name not in {"attributes", "resource"}}
        return attributes_of({**left, **nested})

    def resource(self) -> dict[str, str]:
        """The resource attributes, if the object has some."""
        given = self._values.get("resource")
        return attributes_of(given) if isinstance(given, dict) else {}


def signal_of(values: Mapping[str, Any]) -> Signal:
    """Which signal an object is, by the fields it has."""
    if "span_id" in values and "name" in values and ("start_time" in values or "parent_span_id" in values):
        return "traces"
    if "name" in values and "value" in values and not any(name in values for name in _BODIES):
        return "metrics"
    return "logs"


def parse_ndjson(lines: Iterable[Line], reading: Reading) -> Iterator[Item]:
    """A record a line; a line that is no object, or lacks what its signal needs, is rejected."""
    for line in lines:
        try:
            yield Taken(line.number, record_of(line.text, reading))
        except ValueError as error:
            yield rejection(line, str(error))


def record_of(text: str, reading: Reading) -> Record:
    """The record of one line. Raises ValueError saying what is wrong."""
    try:
        values = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error}") from error
    return record_of_object(values, reading)


def record_of_object(values: object, reading: Reading) -> Record:
    """The record of a JSON value. Raises ValueError saying what is wrong."""
    if not isinstance(values, dict):
        raise ValueError(f"not a JSON object but {type(values).__name__}")  # noqa: TRY004 (wrong data, not wrong code)
    try:
        return _MAKERS[reading.signal](values, reading)
    except OverflowError as error:
        raise ValueError(f"a number is too large ({error})") from error


def log_of(values: dict[str, Any], reading: Reading) -> LogRecord:
    """A log record of an object. Raises ValueError."""
    fields = Fields(values)
    event = fields.text("event")
    body = _body(fields, values, event)
    severity = number_of_value(fields.take(*_SEVERITIES)) or (split_level(body)[0] if body and values.get(_RAW_LINE) == body else 0)
    error_message = fields.text("error_message")
    attributes = {**fields_of_request(fields), **({"exception.message": error_message} if error_message else {})}
    return LogRecord(
        timestamp_ns=_time(fields, reading, *_TIMES),
        service=_service(fields, reading),
        body=body,
        severity_number=severity or INFO,
        trace_id=fields.text("trace_id", "traceId"),
        span_id=fields.text("span_id", "spanId"),
        route=fields.text("route"),
        method=fields.text(*_METHODS),
        status=_status(fields),
        error_code=fields.text("error_code"),
        duration_ms=fields.number("duration_ms"),
        client=fields.text(*_CLIENTS),
        user=fields.text("user_id", "user"),
        host=fields.text("host", "hostname"),
        response_bytes=fields.whole(*_BYTES),
        event=event,
        event_id=fields.text("event_id"),
        weight=_weight(fields),
        occurrences=fields.whole("occurrences") or 1,
        attributes={**attributes, **fields.rest()},
        resource=fields.resource(),
    )


def fields_of_request(fields: Fields) -> dict[str, str]:
    """Attributes with a name of their own in the conventions."""
    named = {
        "request_id": fields.text("request_id"),
        "cloud.region": fields.text("region"),
        "user_agent.original": fields.text("user_agent"),
        AUTH_METHOD: fields.text(AUTH_METHOD),
    }
    return {name: value for name, value in named.items() if value}


def span_of(values: dict[str, Any], reading: Reading) -> SpanRecord:
    """A span of an object. Raises ValueError."""
    fields = Fields(values)
    start_ns = _time(fields, reading, "start_time", *_TIMES)
    duration_ms = fields.number("duration_ms")
    if duration_ms is None:
        duration_ms = (_time(fields, reading, "end_time") - start_ns) / 1e6
    if duration_ms < 0:
        raise ValueError(f"duration_ms is {duration_ms!r}; a span cannot end before it starts")
    status = fields.text("status", "status_code")
    return SpanRecord(
        trace_id=_required(fields, "trace_id", "traceId"),
        span_id=_required(fields, "span_id", "spanId"),
        parent_span_id=fields.text("parent_span_id", "parentSpanId"),
        service=_service(fields, reading),
        name=_required(fields, "name"),
        start_ns=start_ns,
        duration_ns=round(duration_ms * 1e6),
        kind=_KINDS.get(fields.text("kind").rpartition("_")[2].lower(), "Internal"),
        status=_STATES.get(status.rpartition("_")[2].lower(), "Unset"),
        status_message=fields.text("status_message"),
        weight=_weight(fields),
        attributes=fields.rest(),
        resource=fields.resource(),
    )


def metric_of(values: dict[str, Any], reading: Reading) -> MetricPoint:
    """A metric point of an object. Raises ValueError."""
    fields = Fields(values)
    value = fields.number("value")
    if value is None:
        raise ValueError("there is no value")
    kind = fields.text("kind", "type")
    return MetricPoint(
        timestamp_ns=_time(fields, reading, *_TIMES),
        service=_service(fields, reading),
        name=_required(fields, "name"),
        value=value,
        unit=fields.text("unit"),
        kind="sum" if kind in {"sum", "counter"} else "gauge",
        is_monotonic=kind == "counter" or fields.take("is_monotonic") is True,
        attributes=fields.rest(),
        resource=fields.resource(),
    )


_MAKERS: Mapping[Signal, Callable[[dict[str, Any], Reading], Record]] = {"logs": log_of, "traces": span_of, "metrics": metric_of}


def _body(fields: Fields, values: Mapping[str, Any], event: str) -> str:
    if body := fields.text(*_BODIES):
        return body
    if event in CHANGE_EVENTS:
        known = (values.get(name) for name in ("service", "version", "author"))
        return " ".join([event, *(text_of(value) for value in known if value)])
    body = text_of(values.get("error_message") or values.get("error_code") or event or values.get("route") or "")
    if not body and not any(values.get(name) is not None for name in _BODIES):
        raise ValueError("there is no body (or message)")
    return body


def _time(fields: Fields, reading: Reading, *names: str) -> int:
    value = fields.take(*names)
    if value is None:
        raise ValueError(f"there is no {names[0]}")
    return nanos_of(value, reading.zone or UTC)


def _service(fields: Fields, reading: Reading) -> str:
    value = fields.take(*_SERVICES)
    named = value.get("name", "") if isinstance(value, dict) else value
    found = reading.service or (text_of(named) if named else "") or fields.resource().get("service.name", "")
    return found or _container(fields.peek("kubernetes")) or "unknown"


def _container(place: object) -> str:
    """The application a container belongs to, as Fluent Bit's kubernetes filter tells it."""
    for path in _CONTAINERS:
        value = place
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        if isinstance(value, str) and value:
            return value
    return ""


def _required(fields: Fields, *names: str) -> str:
    if not (value := fields.text(*names)):
        raise ValueError(f"there is no {names[0]}")
    return value


def _status(fields: Fields) -> int:
    value = fields.take(*_STATUSES)
    number = _number(value) if value is not None else None
    return int(number) if number is not None and 0 < number < 1_000 else 0  # noqa: PLR2004 (HTTP statuses have three digits)


def _weight(fields: Fields) -> int:
    rate = fields.whole("sample_rate")
    if rate == 0:
        raise ValueError("sample_rate is 0; it is N when one record in N was kept, so at least 1")
    return rate or 1


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if number - number == 0 else None
