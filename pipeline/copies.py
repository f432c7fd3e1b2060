"""Copies of one request's slice: how their keys are alike, and which of them holds what.

A key is the time a request came, in steps of five minutes, then what names its content, then the slice's number; where a receiver
under pressure shed a part of it, the pressure stands behind it. Other keys (of loaded files) have no copies but themselves.
"""

from hashlib import sha256

from domain.ports import Clock
from domain.queue import EntryKey, Pressure
from domain.telemetry import LogRecord, MetricPoint, SpanRecord
from domain.window import to_nanos
from pipeline.reading import Record

KEY_DIGITS = 20
STEP_MS, NEAR = 5 * 60_000, 2  # copies are at most two steps apart: surely those of ten minutes, and none of fifteen
FARTHEST_NS = (NEAR + 1) * STEP_MS * 1_000_000  # no copies are that far apart
_TIME_DIGITS = 12
_INFO, _WARN, _ERROR, _FAILED = 9, 13, 17, 500
_MARK = "~"
_TAKEN = tuple(pressure for pressure in Pressure if pressure is not Pressure.CLOSED)


def request_key(digest: str, clock: Clock) -> str:
    """A key for a pushed request, by which its copies are known as one.

    While their queue is down, receivers cannot ask each other: a sender that tries another one leaves a copy with each. No copies are
    as far apart as queues remember a digest, so nothing that they would take is known by its key.
    """
    step_ms = to_nanos(clock.now()) // 1_000_000 // STEP_MS * STEP_MS
    return f"{step_ms:0{_TIME_DIGITS}x}{sha256(digest.encode()).hexdigest()[:KEY_DIGITS]}"


def copy_key(whole: str, pressure: Pressure) -> EntryKey:
    """The key of the copy that is left under a pressure; without one it is the slice's own."""
    return EntryKey(f"{whole}{_MARK}{pressure.value}" if pressure else whole)


def copies(key: EntryKey) -> tuple[EntryKey, ...]:
    """The keys of all copies of a slice, given any of them, its own among them; none holds less than those behind it."""
    whole = key.partition(_MARK)[0]
    step_ms = _step_ms(whole)
    near = range(-NEAR, NEAR + 1) if step_ms else (0,)
    wholes = [f"{step_ms + step * STEP_MS:0{_TIME_DIGITS}x}{whole[_TIME_DIGITS:]}" if step else whole for step in near]
    return tuple(copy_key(one, pressure) for pressure in _TAKEN for one in wholes)


def holders(key: EntryKey) -> tuple[EntryKey, ...]:
    """The keys of those copies that hold all that this one does, its own among them."""
    return tuple(one for one in copies(key) if pressure_of(one) <= pressure_of(key))


def slice_of(key: EntryKey) -> EntryKey:
    """What all copies of a slice have in common, with slices of the same content that came at any other time."""
    whole = key.partition(_MARK)[0]
    return EntryKey(whole[_TIME_DIGITS:] if _step_ms(whole) else whole)


def pressure_of(key: EntryKey) -> Pressure:
    """The pressure under which a copy was made."""
    value = key.partition(_MARK)[2]
    return Pressure(int(value)) if value else Pressure.NONE


def _step_ms(whole: str) -> int:
    """When the request came; 0 for a key that is no pushed request's."""
    digits, rest = whole[:_TIME_DIGITS], whole[_TIME_DIGITS:].partition(".")[0]
    try:
        step_ms = int(digits, 16)
    except ValueError:
        return 0
    return step_ms if len(rest) == KEY_DIGITS and not step_ms % STEP_MS else 0


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
