"""Units of measure: conversion to a canonical unit, and when a printed number equals a recomputed one."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from grounding.cells import Number

ABOUT = 0.05  # the tolerance the word "about" buys (GROUNDING "Checks per kind")
NOISE = 1e-11  # relative: evidence keeps 12 significant digits
ZERO_DECIMALS = 2  # a float zero reads as 0.00; an integer zero is exact


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: what it measures and how many canonical units (s, B, fraction, 1/s, 1) one of it is."""

    name: str
    dimension: str
    factor: float = 1.0


_TABLE = {
    "count": {"1": 1.0},
    "time": {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86_400.0},
    "bytes": {
        "B": 1.0,
        "KB": 1e3,
        "MB": 1e6,
        "GB": 1e9,
        "TB": 1e12,
        "KiB": 1024.0,
        "MiB": 1024.0**2,
        "GiB": 1024.0**3,
        "TiB": 1024.0**4,
    },
    "fraction": {"%": 0.01},
    "points": {"pp": 0.01},
    "rate": {"1/s": 1.0, "1/min": 1 / 60, "1/h": 1 / 3600},
}
UNITS = {name: Unit(name, dimension, factor) for dimension, members in _TABLE.items() for name, factor in members.items()}

_ALIASES = {
    "1": ("", "count", "counts", "events", "rows", "requests", "x", "times", "ratio"),
    "ns": ("nanosecond", "nanoseconds", "nsec"),
    "us": ("µs", "μs", "microsecond", "microseconds", "usec"),
    "ms": ("millisecond", "milliseconds", "msec", "millis"),
    "s": ("sec", "secs", "second", "seconds"),
    "min": ("mins", "minute", "minutes"),
    "h": ("hr", "hrs", "hour", "hours"),
    "d": ("day", "days"),
    "B": ("byte", "bytes"),
    "KB": ("kB", "kb", "kilobyte", "kilobytes"),
    "MB": ("mb", "megabyte", "megabytes"),
    "GB": ("gb", "gigabyte", "gigabytes"),
    "TB": ("tb", "terabyte", "terabytes"),
    "KiB": ("kib", "kibibyte", "kibibytes"),
    "MiB": ("mib", "mebibyte", "mebibytes"),
    "GiB": ("gib", "gibibyte", "gibibytes"),
    "%": ("percent", "pct", "per cent"),
    "pp": ("percentage points", "percentage point", "points", "ppt"),
    "1/s": ("/s", "per second", "rps", "req/s", "requests/s", "qps", "events/s", "hz", "Hz"),
    "1/min": ("/min", "per minute", "rpm", "req/min", "requests/min", "events/min"),
    "1/h": ("/h", "per hour"),
}
NAMES = {alias: name for name, aliases in _ALIASES.items() for alias in (name, *aliases)}
_IN_NAME = (
    (r"(?:^|_)(?:ns|us|ms)$", None),
    (r"(?:^|_)(?:s|sec|secs|seconds)$", "s"),
    (r"(?:^|_)minutes$", "min"),
    (r"(?:^|_)(?:pct|percent)(?:_|$)", "%"),
    (r"(?:^|_)bytes(?:_|$)", "B"),
    (r"(?:^|_)(?:per_second|rps|per_s)$", "1/s"),
    (r"(?:^|_)(?:per_minute|per_min)$", "1/min"),
)
_AGG_IN_NAME = re.compile(r"(?:^|_)(p\d{2,3}|avg|mean|median|max|min|peak|ratio|rate|share|pct|percent)(?:_|$)")
_AGGS = {
    **dict.fromkeys(("mean", "average"), "avg"),
    **dict.fromkeys(("share", "pct", "percent", "percentage"), "ratio"),
    **dict.fromkeys(("number", "cnt"), "count"),
    **dict.fromkeys(("maximum", "peak"), "max"),
    "minimum": "min",
    "median": "p50",
    "total": "sum",
}
PLAIN_AGGS = frozenset({"", "none", "count", "sum"})
FRACTION_AGGS = frozenset({"ratio", "rate"})


def unit_of(name: Any, agg: str = "") -> Unit:
    """The unit of that name or alias; `1` of a ratio is a fraction, convertible to %. An unknown unit only equals itself."""
    text = str(name or "").strip()
    known = NAMES.get(text) or NAMES.get(text.lower())
    if known == "1" and agg in FRACTION_AGGS:
        return Unit("1", "fraction")
    return UNITS[known] if known else Unit(text, text)


def claimed_unit(name: Any, measured: Unit) -> Unit:
    """The unit a claim states, read beside what was measured: nothing stated means the measured unit."""
    if name is None or (name == "" and measured.name != "1"):
        return measured
    unit = unit_of(name)
    return Unit("1", "fraction") if unit.name == "1" and measured.dimension == "fraction" else unit


def unit_in_name(name: str) -> str:
    """The unit that a column's name ends in (`p95_ms`, `bytes_out`), else `1`."""
    for pattern, unit in _IN_NAME:
        found = re.search(pattern, name)
        if found:
            return unit or found[0].strip("_")
    return "1"


def agg_in_name(name: str) -> str:
    """The aggregation a name speaks of (`p95_ms`, `max_lag`, `error_ratio`), else empty."""
    found = _AGG_IN_NAME.search(name)
    return agg_of(found[1]) if found else ""


def agg_of(name: Any) -> str:
    """An aggregation by its usual name: `mean` is `avg`, `median` is `p50`."""
    text = str(name or "").strip().lower()
    percentile = re.fullmatch(r"(?:p|percentile_?|quantile_?)(\d{2,3})|(\d{2})th(?: percentile)?", text)
    if percentile:
        return f"p{percentile[1] or percentile[2]}"
    return _AGGS.get(text, text)


def convert(value: float, source: Unit, target: Unit) -> float | None:
    """A value in another unit of the same dimension; None across dimensions (% is not pp, a count is no time)."""
    if source.dimension != target.dimension:
        return None
    return value if source.factor == target.factor else value * source.factor / target.factor


def decimals(value: Number) -> int:
    """Digits printed after the point; a whole float is read as printed without any."""
    if isinstance(value, int):
        return 0
    if isinstance(value, Decimal):
        return max(0, -int(value.as_tuple().exponent))
    if value == 0:
        return ZERO_DECIMALS
    return 0 if value.is_integer() else max(0, -int(Decimal(repr(value)).as_tuple().exponent))


def half_unit(value: Number) -> float:
    """Half a unit of the last printed digit."""
    return 0.0 if value == 0 and isinstance(value, int) else float(Decimal(5).scaleb(-1 - decimals(value)))


def agrees(claimed: Number, actual: float, *, exact: bool = False, about: bool = False) -> bool:
    """Whether a printed number is what was recomputed (same unit): exact for counts, else to the printed precision."""
    if isinstance(claimed, int) and isinstance(actual, int) and not about:
        return claimed == actual
    gap = abs(float(claimed) - actual)
    noise = NOISE * max(abs(float(claimed)), abs(actual))
    if about:
        return gap <= max(ABOUT * abs(actual), 0.0 if exact else half_unit(claimed)) + noise
    return gap <= (0.0 if exact else half_unit(claimed)) + noise
