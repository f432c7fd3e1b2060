"""Units, printed precision and relations of numbers, in decimal arithmetic."""

from decimal import Decimal
from typing import Any

_SIZES = {
    "time": {"ns": "1e-9", "us": "1e-6", "ms": "1e-3", "s": "1", "min": "60", "h": "3600", "d": "86400"},
    "bytes": {"B": "1", "KB": "1e3", "MB": "1e6", "GB": "1e9", "TB": "1e12"},
    "rate": {"1/s": "3600", "1/min": "60", "1/h": "1"},
    "share": {"%": "1"},
    "points": {"pp": "1"},
    "plain": {"1": "1"},
}
_IEC = {name: 1024**power for power, name in enumerate(("KiB", "MiB", "GiB", "TiB"), start=1)}
_NAMES = {
    "milliseconds": "ms", "seconds": "s", "percent": "%", "bytes": "B", "minutes": "min", "hours": "h", "/s": "1/s", "": "1",
    "percentage points": "pp", "x": "1", "times": "1",
}  # fmt: skip
ABOUT = Decimal("0.05")
_NOISE = Decimal("1e-9")


def sized(name: Any) -> tuple[str, Decimal] | None:
    """What a unit measures and how large it is; None for an unknown one."""
    plain = _NAMES.get(str(name), str(name))
    if plain in _IEC:
        return "bytes", Decimal(_IEC[plain])
    return next(((kind, Decimal(sizes[plain])) for kind, sizes in _SIZES.items() if plain in sizes), None)


def converted(value: Decimal, source: Any, target: Any) -> Decimal | None:
    """A value in another unit; None when that measures something else."""
    left, right = sized(source), sized(target)
    if left is None or right is None or left[0] != right[0]:
        return None
    return value * left[1] / right[1]


def decimal(value: Any) -> Decimal | None:
    """A JSON number, exactly as printed; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return Decimal(repr(value))


def half_digit(value: Any) -> Decimal:
    """Half a unit of the last digit that a number shows; 2.0 shows none behind the point, 0.0 shows two."""
    shown = Decimal(repr(value))
    if isinstance(value, float) and value == 0:
        return Decimal("0.005")
    places = 0 if isinstance(value, int) or value == int(value) else -int(shown.as_tuple().exponent)
    return Decimal(5).scaleb(-1 - places)


def equal(said: Any, actual: Decimal, *, exact: bool, about: bool = False) -> bool:
    """Whether a printed number is that value: exactly, to its last digit, or within 5 %."""
    gap = abs(Decimal(repr(said)) - actual)
    noise = _NOISE * abs(actual)
    reach = Decimal(0) if exact else half_digit(said)
    return gap <= (max(ABOUT * abs(actual), reach) if about else reach) + noise


def relates(op: str, said: Any, actual: Decimal, *, exact: bool) -> bool | None:
    """Whether `actual op said`; None for an unknown op."""
    if op == "between":
        low, high = (Decimal(repr(bound)) for bound in said)
        return low <= actual <= high
    bound = Decimal(repr(said))
    slack = _NOISE * abs(actual)
    answers = {
        "=": equal(said, actual, exact=exact), "≈": equal(said, actual, exact=exact, about=True), "≠": not equal(said, actual, exact=exact),
        "≥": actual >= bound - slack, "≤": actual <= bound + slack, ">": actual > bound + slack, "<": actual < bound - slack,
    }  # fmt: skip
    return answers.get(op)
