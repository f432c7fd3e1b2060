"""Events as lines of NDJSON: whatever a value is, its line is JSON, and no code of the application runs for it."""

import json
import zlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import PurePath
from typing import Any
from uuid import UUID

MOST_TEXT = 32_768  # what the receiver keeps of a value
_GZIP = 16 + zlib.MAX_WBITS
_SAID_BY_STR = (UUID, Decimal, Fraction, PurePath, timedelta)


def encoded(event: Mapping[str, Any]) -> bytes:
    """One line. Raises TypeError, ValueError, RecursionError or RuntimeError for what cannot be one (a loop, a dict that changes)."""
    given = {str(name): _cut(value) for name, value in event.items() if value is not None and value != ""}
    try:
        text = _as_json(given)
    except ValueError:  # a number deep inside that JSON does not know, or a loop, which is an error this time too
        text = _as_json(_finite(given))
    return text.encode("utf-8", "replace")


def packed(lines: Iterable[bytes]) -> bytes:
    """Lines as one gzip body."""
    packer = zlib.compressobj(1, zlib.DEFLATED, _GZIP)
    return packer.compress(b"\n".join(lines)) + packer.flush()


def _as_json(event: Mapping[str, Any]) -> str:
    return json.dumps(event, default=_shown, skipkeys=True, allow_nan=False, ensure_ascii=False, separators=(",", ":"))


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(inner) for inner in value]
    return str(value) if isinstance(value, float) and value - value != 0 else value


def _cut(value: Any) -> Any:
    if type(value) is str:
        return value if len(value) <= MOST_TEXT else value[:MOST_TEXT]
    return value


def _shown(value: object) -> Any:
    """A value JSON has no form for; of a class we do not know only the name, as its `str` is the application's code."""
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    if type(value) in _SAID_BY_STR or isinstance(value, PurePath):
        return str(value)
    return f"<{type(value).__qualname__}>"
