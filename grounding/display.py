"""How values read in a sentence: numbers with every digit given, times in UTC, foreign text cleaned, quoted and cut."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from domain.evidence import Column
from grounding import cells, phrases
from grounding.cells import clean, read_time
from grounding.sanitising import disarmed

MAX_QUOTE = 300
_MINUTE = timedelta(minutes=1)
_NAME = re.compile(r"[\w./:@+\-=%*#~$&?,{}<>]{1,120}")
_STRAIGHT = '"'


def text(foreign: str) -> str:
    """Foreign text made safe to show: cleaned, cut, no live links or markup."""
    bare = re.sub(r"\s+", " ", clean(unicodedata.normalize("NFC", foreign))).strip()
    cut = bare if len(bare) <= MAX_QUOTE else bare[: MAX_QUOTE - 1].rstrip() + "…"
    return disarmed(cut)


def name(value: Any, column: Column | None = None) -> str:
    """A cell in a sentence: identifiers bare, an outsider's free text in quotes."""
    if isinstance(value, bool) or value is None:
        return "none" if value is None else str(value).lower()
    if isinstance(value, int | float | Decimal):
        return number(value)
    if isinstance(value, list | tuple):
        return ", ".join(name(one, column) for one in value)
    written = str(value)
    is_foreign = column is None or column.trust == "external"
    if is_foreign and not (_NAME.fullmatch(written) and clean(written) == written):
        return quoted(written)
    return disarmed(clean(written))


def quoted(foreign: str) -> str:
    """Foreign text in quotation marks that it cannot close itself."""
    return f"“{text(foreign).replace('”', _STRAIGHT).replace('“', _STRAIGHT)}”"


def number(value: Any, unit: str = "", units: Mapping[str, str] = phrases.UNITS) -> str:
    """A number with all the digits given, in groups of thousands, and its unit as a language says it."""
    said = cells.number(value)
    if said is None:
        return str(value)
    digits = f"{Decimal(repr(said)) if isinstance(said, float) else said:,f}" if not isinstance(said, int) else f"{said:,}"
    bare = re.sub(r"\.0+$", "", digits) if isinstance(said, float) else digits
    return units.get(unit, units[""]).format(n=bare, unit=unit) if unit else bare


def time(value: Any) -> str:
    """An instant in UTC at its own precision."""
    printed = read_time(value)
    if printed is None:
        return str(value)
    return f"{clock(printed.at) if printed.step < _MINUTE else printed.at.strftime('%Y-%m-%d %H:%M')} UTC"


def clock(at: datetime) -> str:
    """An instant as date and clock time, with as few fraction digits as it needs."""
    fraction = f".{at.microsecond:06d}".rstrip("0") if at.microsecond else ""
    return at.strftime("%Y-%m-%d %H:%M:%S") + fraction
