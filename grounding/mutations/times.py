"""Operators on times: windows, moments and zones."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from random import Random

from domain.claims import Claim
from domain.window import rfc3339
from grounding.cells import instant
from grounding.mutations.mutant import Operator, with_slots
from grounding.operands import EvidenceById
from grounding.windows import span_of

_HOUR, _DAY = 3600.0, 86_400.0
_ZONE = 9 * _HOUR
_MINUTE = 60.0
_MONTHS = 12


def _step(claim: Claim, evidence: EvidenceById) -> float:
    return max((float(evidence[binding.evidence].step_s or 60) for binding in claim.bind if binding.evidence in evidence), default=0.0)


def _shifted(slot: str, seconds_of: Callable[[Claim, EvidenceById], float]) -> Operator:
    def shift(claim: Claim, evidence: EvidenceById, random: Random) -> Iterable[Claim]:
        span, seconds = span_of(claim.slots.get(slot)), seconds_of(claim, evidence)
        if span and seconds:
            move = timedelta(seconds=seconds * random.choice((-1, 1)))
            yield with_slots(claim, **{slot: _window(span[0] + move, span[1] + move)})

    return shift


def _window(start: datetime, end: datetime) -> dict[str, str]:
    return {"start": rfc3339(start), "end": rfc3339(end)}


def _stretched(claim: Claim, _evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    """A window of twice or half the length, or with one end moved by a minute."""
    span = span_of(claim.slots.get("window"))
    if span:
        start, end = span
        ends = (end + (end - start), start + (end - start) / 2, end + timedelta(seconds=_MINUTE), end - timedelta(seconds=_MINUTE))
        yield with_slots(claim, window=_window(start, random.choice([each for each in ends if each > start])))


def _windows_swapped(claim: Claim, _evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    """Now is called before, and before now."""
    if claim.slots.get("window") and claim.slots.get("baseline_window"):
        yield with_slots(claim, window=claim.slots["baseline_window"], baseline_window=claim.slots["window"])


def _moved(seconds: float) -> Operator:
    def move(claim: Claim, _evidence: EvidenceById, random: Random) -> Iterable[Claim]:
        at = instant(claim.slots.get("at"))
        if at:
            yield with_slots(claim, at=rfc3339(at + timedelta(seconds=seconds * random.choice((-1, 1)))))

    return move


def _month_for_day(claim: Claim, _evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    at = instant(claim.slots.get("at"))
    if at and at.day <= _MONTHS and at.day != at.month:
        yield with_slots(claim, at=rfc3339(at.replace(month=at.day, day=at.month)))


def _zone_dropped(claim: Claim, _evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    at = claim.slots.get("at")
    if isinstance(at, str) and at.endswith("Z"):
        yield with_slots(claim, at=at[:-1])


def _zone_renamed(claim: Claim, _evidence: EvidenceById, _random: Random) -> Iterable[Claim]:
    """The same clock time said of another zone."""
    at = claim.slots.get("at")
    if isinstance(at, str) and at.endswith("Z"):
        yield with_slots(claim, at=f"{at[:-1]}+09:00")


def _year(claim: Claim, _evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    at = instant(claim.slots.get("at"))
    if at and (at.month, at.day) != (2, 29):
        yield with_slots(claim, at=rfc3339(at.replace(year=at.year + random.choice((-1, 1)))))


OPERATORS: dict[str, Operator] = {
    "window ±1 step": _shifted("window", _step),
    "window ±1 h": _shifted("window", lambda *_: _HOUR),
    "window ±1 day": _shifted("window", lambda *_: _DAY),
    "window zone": _shifted("window", lambda *_: _ZONE),
    "window stretched": _stretched,
    "baseline window ±1 h": _shifted("baseline_window", lambda *_: _HOUR),
    "windows swapped": _windows_swapped,
    "time ±1 min": _moved(_MINUTE),
    "time ±1 h": _moved(_HOUR),
    "time zone": _moved(_ZONE),
    "12 h clock": _moved(_DAY / 2),
    "day ±1": _moved(_DAY),
    "year ±1": _year,
    "month for day": _month_for_day,
    "zone dropped": _zone_dropped,
    "zone renamed": _zone_renamed,
}
