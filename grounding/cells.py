"""Cells of evidence as plain values: numbers, printed times, normalised text, and when two of them are the same."""

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

Number = int | float | Decimal

ZONES = {"Z": 0, "UTC": 0, "GMT": 0, "KST": 9, "JST": 9, "CET": 1, "CEST": 2, "EST": -5, "EDT": -4, "PST": -8, "PDT": -7}
ZONE = r"(?:Z\b|(?:UTC|GMT|KST|JST|CEST|CET|EST|EDT|PST|PDT)\b|[+-]\d{2}:?\d{2}\b)"
TIME = re.compile(rf"(\d{{4}}-\d{{2}}-\d{{2}})[T ](\d{{2}}:\d{{2}})(?::(\d{{2}})(?:[.,](\d+))?)?\s*({ZONE})?", re.IGNORECASE)
_NUMERIC = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class PrintedTime:
    """An instant as written: the moment, the size of its last printed unit, and whether a zone was written."""

    at: datetime
    step: timedelta
    zoned: bool

    def shows(self, moment: datetime) -> bool:
        """Whether this is how `moment` reads at that precision (cut, as clocks do; sub-minute also rounded)."""
        if self.at <= moment < self.at + self.step:
            return True
        return self.step <= timedelta(seconds=1) and abs(moment - self.at) <= self.step / 2


def number(value: Any) -> Number | None:
    """A finite number, also from a numeric string; None for anything else, booleans included."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float | Decimal):
        return value if math.isfinite(value) else None
    if isinstance(value, str) and _NUMERIC.fullmatch(value.strip()):
        return _parsed(value.strip())
    return None


def magnitude(value: Number) -> Number:
    """A number without its sign."""
    return -value if value < 0 else value


def _parsed(text: str) -> Number:
    return int(text) if text.lstrip("+-").isdigit() else Decimal(text)


def zone_of(text: str | None) -> timezone:
    """The zone of `Z`, `UTC`, `KST`, `+09:00` …; UTC when nothing is written."""
    if not text:
        return UTC
    if text.upper() in ZONES:
        return timezone(timedelta(hours=ZONES[text.upper()]))
    digits = text.replace(":", "")
    minutes = int(digits[1:3]) * 60 + int(digits[3:5])
    return timezone(timedelta(minutes=-minutes if digits[0] == "-" else minutes))


def printed_time(match: re.Match[str]) -> PrintedTime | None:
    """What a match of `TIME` says; None when it is no real date."""
    day, clock, seconds, fraction, zone = match.groups()
    micros = (fraction or "")[:6].ljust(6, "0")
    try:
        at = datetime.fromisoformat(f"{day}T{clock}:{seconds or '00'}.{micros}").replace(tzinfo=zone_of(zone))
    except ValueError:
        return None
    return PrintedTime(at.astimezone(UTC), _step(seconds, fraction), bool(zone))


def _step(seconds: str | None, fraction: str | None) -> timedelta:
    if fraction:
        return timedelta(microseconds=10 ** max(0, 6 - len(fraction)))
    return timedelta(seconds=1) if seconds else timedelta(minutes=1)


def read_time(value: Any) -> PrintedTime | None:
    """A cell or slot that is a time as a whole; None when it is not."""
    if isinstance(value, datetime):
        return PrintedTime(value.astimezone(UTC), timedelta(microseconds=1), zoned=True) if value.tzinfo else None
    if not isinstance(value, str):
        return None
    match = TIME.fullmatch(value.strip())
    return printed_time(match) if match else None


def instant(value: Any) -> datetime | None:
    """The moment of a time cell; None when it is no time."""
    read = read_time(value)
    return read.at if read else None


def clean(text: str) -> str:
    """Text without ANSI sequences, control, bidi, zero-width, tag and private-use characters; line breaks become spaces."""
    if text.isprintable():
        return text
    bare = _ANSI.sub("", text)
    kept = (" " if char in "\t\r\n" else char for char in bare)
    return "".join(char for char in kept if unicodedata.category(char) not in {"Cc", "Cf", "Co", "Cs", "Cn"})


def folded(text: str) -> str:
    """Text for comparing quotations: cleaned, NFKC, white space collapsed."""
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", clean(text))).strip()


def same(cell: Any, wanted: Any) -> bool:
    """Whether a cell is what is wanted: numbers by value, times by instant, text normalised, lists as sets."""
    if isinstance(cell, str) and isinstance(wanted, str):
        return cell == wanted or _same_text(cell, wanted)
    if isinstance(wanted, list | tuple):
        return _same_sets(cell, wanted)
    if isinstance(cell, bool) or isinstance(wanted, bool):
        return str(cell).lower() == str(wanted).lower()
    left, right = number(cell), number(wanted)
    if left is not None and right is not None:
        return math.isclose(float(left), float(right), rel_tol=1e-12)
    if cell is None or wanted is None:
        return (cell or "") == (wanted or "")
    return str(cell) == str(wanted)


def matcher(wanted: Any) -> Callable[[Any], bool]:
    """`same` with one side fixed, quick over many cells when what is wanted is a plain name."""
    is_name = isinstance(wanted, str) and wanted.isascii() and wanted.isprintable() and not wanted[:2].isdigit()
    is_name = is_name or (isinstance(wanted, str) and _ADDRESS.fullmatch(wanted) is not None)
    if not is_name:
        return lambda cell: same(cell, wanted)
    return lambda cell: cell == wanted or ((not isinstance(cell, str) or not cell.isascii() or "  " in cell) and same(cell, wanted))


def _same_sets(cell: Any, wanted: list[Any] | tuple[Any, ...]) -> bool:
    if not isinstance(cell, list | tuple):
        return False
    return len(cell) == len(wanted) and all(any(same(one, other) for other in wanted) for one in cell)


def _same_text(cell: str, wanted: str) -> bool:
    if cell[:2].isdigit() and wanted[:2].isdigit() and min(len(cell), len(wanted)) >= len("2026-01-01T00:00"):
        left, right = instant(cell), instant(wanted)
        return left is not None and left == right
    is_plain = cell.isascii() and wanted.isascii() and cell.isprintable() and "  " not in cell + wanted
    return not is_plain and folded(cell) == folded(wanted)
