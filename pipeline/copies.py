"""Copies of one request's slice: the same key, and behind it the pressure under which a receiver shed a part of it."""

from domain.queue import EntryKey, Pressure
from domain.telemetry import LogRecord, MetricPoint, SpanRecord
from pipeline.reading import Record

_INFO, _WARN, _ERROR, _FAILED = 9, 13, 17, 500
_MARK = "~"
_TAKEN = tuple(pressure for pressure in Pressure if pressure is not Pressure.CLOSED)


def copy_key(whole: str, pressure: Pressure) -> EntryKey:
    """The key of the copy that is left under a pressure; without one it is the slice's own."""
    return EntryKey(f"{whole}{_MARK}{pressure.value}" if pressure else whole)


def copies(key: EntryKey) -> tuple[EntryKey, ...]:
    """The keys of all copies of a slice, given any of them; each holds everything that those behind it hold."""
    whole = key.partition(_MARK)[0]
    return tuple(copy_key(whole, pressure) for pressure in _TAKEN)


def pressure_of(key: EntryKey) -> Pressure:
    """The pressure under which a copy was made."""
    value = key.partition(_MARK)[2]
    return Pressure(int(value)) if value else Pressure.NONE


def shed_for(record: Record, pressure: Pressure) -> str:
    """Why a record is shed under a pressure; empty when it is taken. Errors are never shed, nor are metric points."""
    if pressure is Pressure.NONE or not _is_ordinary(record):
        return ""
    is_request = isinstance(record, SpanRecord) or (isinstance(record, LogRecord) and bool(record.status or record.duration_ms))
    severity = record.severity_number if isinstance(record, LogRecord) else _INFO
    if severity < _INFO:
        return "debug"
    if pressure >= Pressure.NO_INFO and severity < _WARN and not is_request:
        return "info"
    return "normal" if pressure >= Pressure.NO_NORMAL and severity < _ERROR else ""


def _is_ordinary(record: Record) -> bool:
    if isinstance(record, MetricPoint):
        return False
    if isinstance(record, LogRecord):
        return record.severity_number < _ERROR and record.status < _FAILED and not record.error_code
    return record.status != "Error"
