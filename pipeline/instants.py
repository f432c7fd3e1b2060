"""Instants as JSON carries them: RFC 3339 and its like, or an epoch number of any unit."""

import math
import re
from datetime import UTC, datetime, tzinfo

from pipeline.dates import Calendar
from pipeline.stamps import LAYOUTS

_ISO = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d{1,9})\d*)?\s*(Z|z|[+-]\d\d:?\d\d)?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMERIC = re.compile(r"\d+(?:\.\d+)?")
# An epoch number is in the largest unit that puts it before the year 5138.
_UNITS = ((10**11, 10**9), (10**14, 10**6), (10**17, 10**3))
_LIMIT_NS = 2**63


def nanos_of(value: object, zone: tzinfo) -> int:
    """Nanoseconds since the epoch of a JSON time; `zone` is that of a text without one. Raises ValueError."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError(f"{value!r:.60} is no time")  # noqa: TRY004 (a wrong value in the data, not in the code)
    if not isinstance(value, str):
        return _of_number(value)
    text = value.strip()
    if _NUMERIC.fullmatch(text):
        return _of_number(float(text) if "." in text else int(text))
    return _of_text(text, zone)


def _of_number(value: float) -> int:
    if not math.isfinite(value):
        raise ValueError(f"{value!r} is no time")
    unit = next((unit for limit, unit in _UNITS if value < limit), 1)
    whole = math.floor(value)
    nanos = whole * unit + (round((value - whole) * 10**6) * unit // 10**6)
    if not 0 < nanos < _LIMIT_NS:
        raise ValueError(f"{value!r} is no time after 1970")
    return nanos


def _of_text(text: str, zone: tzinfo) -> int:
    found = _ISO.fullmatch(text)
    if found is None:
        return _by_layout(text, zone)
    day, clock, fraction, offset = found.groups()
    try:
        at = datetime.fromisoformat(f"{day}T{clock}{(offset or '').upper()}")
    except ValueError as error:
        raise ValueError(f"{text!r} is no time ({error})") from error
    at = at if at.tzinfo else at.replace(tzinfo=zone)
    delta = at - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 10**9 + int((fraction or "0").ljust(9, "0"))


def _by_layout(text: str, zone: tzinfo) -> int:
    for layout in LAYOUTS:
        found = layout.pattern.fullmatch(text)
        if found and layout.has_year:
            return Calendar(layout, zone).nanos(found)
    raise ValueError(f"{text[:60]!r} is no time; use RFC 3339 such as 2026-03-01T12:00:00Z")
