"""Operators on numbers: scaled, shifted, misprinted, with the wrong bound."""

from collections.abc import Iterable
from random import Random
from typing import Any

from domain.claims import Claim
from grounding.mutations.mutant import Operator, swapped, value_of, with_slots
from grounding.operands import EvidenceById

_PERCENTS = (1, 2, 5, 10, 50)
_SIGNIFICANT = 6
_NUMBERS = ("magnitude", "similarity", "threshold", "gap_s")


def _like(value: float, changed: float) -> float:
    """A changed number printed as the first was: whole, or with as many decimals."""
    if isinstance(value, int):
        return round(changed)
    decimals = len(repr(value).partition(".")[2]) if "e" not in repr(value) else _SIGNIFICANT
    return round(changed, decimals)


def _scaled(factor: float) -> Operator:
    def scale(claim: Claim, _evidence: EvidenceById, random: Random) -> Iterable[Claim]:
        value = value_of(claim)
        if value:
            yield with_slots(claim, value=_like(value, value * (1 + factor * random.choice((-1, 1)))))

    return scale


def _times(factor: float) -> Operator:
    def times(claim: Claim, _evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
        value = value_of(claim)
        if value:
            yield with_slots(claim, value=float(f"{value * factor:.12g}") if isinstance(value, float) else round(value * factor))

    return times


def _off_by_one(claim: Claim, _evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    value = value_of(claim)
    if isinstance(value, int):
        yield with_slots(claim, value=value + random.choice((-1, 1)))


def _last_digit(claim: Claim, _evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    """One or two units of the last printed digit, the smallest slip there is."""
    value = value_of(claim)
    text = repr(value)
    if isinstance(value, float) and "e" not in text and "." in text:
        decimals = len(text.partition(".")[2])
        yield with_slots(claim, value=round(value + random.choice((-2, -1, 1, 2)) * 10.0**-decimals, decimals))


def _respelled(claim: Claim, text: str) -> Iterable[Claim]:
    value = value_of(claim)
    if text and text not in {"-", "."}:
        yield with_slots(claim, value=int(text) if isinstance(value, int) else float(text))


def _digit_swap(claim: Claim, _evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    text = repr(value_of(claim)) if value_of(claim) is not None else ""
    places = [i for i in range(len(text) - 1) if text[i : i + 2].isdigit() and text[i] != text[i + 1]]
    if places and "e" not in text:
        i = random.choice(places)
        yield from _respelled(claim, text[:i] + text[i + 1] + text[i] + text[i + 2 :])


def _digit_lost(claim: Claim, _evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    text = repr(value_of(claim)) if value_of(claim) is not None else ""
    places = [i for i, char in enumerate(text.partition(".")[0]) if char.isdigit()]
    if len(places) > 1 and "e" not in text:
        i = random.choice(places)
        yield from _respelled(claim, text[:i] + text[i + 1 :])


def _sign(claim: Claim, _evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    value = value_of(claim)
    if value:
        yield with_slots(claim, value=-value)


def _bounds(claim: Claim, _evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    """A range moved beside the value, above or below."""
    bounds = claim.slots.get("value")
    if isinstance(bounds, list | tuple) and len(bounds) == len(("low", "high")):
        low, high = bounds
        width = (high - low) or abs(high) or 1
        shift = random.choice((-2, 2)) * width
        yield with_slots(claim, value=[_like(low, low + shift), _like(high, high + shift)])
        yield with_slots(claim, value=[high, low])


def _tightened(claim: Claim, _evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    """A bound moved past any value it was true of: "at least 5" becomes "at least 500"."""
    value, op = value_of(claim), claim.slots.get("op")
    if value and op in {"≥", ">", "at least"}:
        yield with_slots(claim, value=_like(value, abs(value) * 100))
    if value and op in {"≤", "<", "at most"}:
        yield with_slots(claim, value=_like(value, -abs(value) * 100))


def _other_number(slot: str) -> Operator:
    def change(claim: Claim, _evidence: EvidenceById, random: Random) -> Iterable[Claim]:
        held: Any = claim.slots.get(slot)
        if isinstance(held, int | float) and not isinstance(held, bool) and held:
            yield with_slots(claim, **{slot: _like(held, held * random.choice((0.5, 1.5))) or 1})

    return change


def _at_threshold(claim: Claim, _evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    """The level of a first exceedance raised or lowered."""
    for slot in ("event", "first", "then"):
        event = claim.slots.get(slot)
        if isinstance(event, dict) and isinstance(event.get("threshold"), int | float):
            yield with_slots(claim, **{slot: {**event, "threshold": event["threshold"] * random.choice((0.25, 3))}})


_BOUND_FLIPS = {"≥": "<", "≤": ">", ">": "≤", "<": "≥", "at least": "at most", "at most": "at least"}

OPERATORS: dict[str, Operator] = {
    **{f"value ±{percent} %": _scaled(percent / 100) for percent in _PERCENTS},
    "count ±1": _off_by_one,
    "last digit": _last_digit,
    "value ×10": _times(10),
    "value ÷10": _times(0.1),
    "value ×1000": _times(1000),
    "digit swap": _digit_swap,
    "digit lost": _digit_lost,
    "sign flip": _sign,
    "bounds of between": _bounds,
    "bound moved": _tightened,
    "at least flip": swapped("op", _BOUND_FLIPS),
    "threshold moved": _at_threshold,
    **{f"{slot} changed": _other_number(slot) for slot in _NUMBERS},
}
