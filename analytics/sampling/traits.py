"""What sampling looks at in a record."""

from collections.abc import Mapping
from typing import NamedTuple

from domain.telemetry import LogRecord, SpanRecord

ERROR = 17
FAILED = 500
EVENT_TYPE = "event_type"
CUSTOMERS = ("customer_id", "customer.id", "enduser.id", "user.id")
_ROUTES = ("http.route", "url.path", "http.target")
_STATUSES = ("http.response.status_code", "http.status_code")
_MS_NS = 1e6


class Traits(NamedTuple):
    """Of a log or a span. `is_wide`: the record is its whole request; `is_end`: it may be the last of its request."""

    service: str
    route: str
    severity: int
    is_error: bool
    duration_ms: float | None
    user: str
    error_code: str
    template_id: str
    is_wide: bool
    is_end: bool
    attributes: Mapping[str, str]


def traits_of(record: LogRecord | SpanRecord) -> Traits:
    """The traits of a record. An error: severity from ERROR on, a status from 500 on, or a span that says so."""
    return _of_log(record) if isinstance(record, LogRecord) else _of_span(record)


def _of_log(record: LogRecord) -> Traits:
    is_answer = record.duration_ms is not None and record.status > 0
    return Traits(
        record.service,
        record.route,
        record.severity_number,
        record.severity_number >= ERROR or record.status >= FAILED,
        record.duration_ms,
        record.user,
        record.error_code,
        record.template_id,
        EVENT_TYPE in record.attributes,
        is_answer,
        record.attributes,
    )


def _of_span(record: SpanRecord) -> Traits:
    attributes = record.attributes
    status = _first(attributes, _STATUSES)
    return Traits(
        record.service,
        _first(attributes, _ROUTES).partition("?")[0] or record.name,
        0,
        record.status == "Error" or (status.isdecimal() and int(status) >= FAILED),
        record.duration_ns / _MS_NS,
        "",
        attributes.get("error.type", "") or status,
        "",
        False,  # noqa: FBT003
        not record.parent_span_id,
        attributes,
    )


def _first(attributes: Mapping[str, str], names: tuple[str, ...]) -> str:
    for name in names:
        if found := attributes.get(name):
            return found
    return ""
