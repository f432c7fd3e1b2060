"""Outlines of recent requests, a fair sample a minute: what another policy would have done to them."""

from collections import defaultdict, deque
from dataclasses import dataclass, field

from analytics.sampling.retention import Seen, outcome
from analytics.sampling.rules import Rules
from analytics.sampling.threshold import SPACE
from analytics.sampling.traits import Traits

MINUTE_NS = 60_000_000_000
MOST_MINUTES = 10
SAMPLED_A_MINUTE = 512
SHOWN_RECORDS = 32
MOST_ATTRIBUTES, LONGEST_VALUE = 32, 128


@dataclass(slots=True)
class _Request:
    records: int = 0
    shown: list[Traits] = field(default_factory=list)


@dataclass(slots=True)
class _Minute:
    number: int
    below: int = SPACE
    requests: dict[int, _Request] = field(default_factory=dict)


class Traffic:
    """Bounded: at most SAMPLED_A_MINUTE requests of each of MOST_MINUTES minutes, drawn without regard to what was kept.

    A request is drawn when its R lies below a bound that is halved whenever the minute is full (adaptive sampling: Flajolet 1990),
    so one that is drawn is there with all of its records.
    """

    def __init__(self) -> None:
        self._minutes: deque[_Minute] = deque(maxlen=MOST_MINUTES)

    def add(self, r: int, traits: Traits, at_ns: int) -> None:
        """One record of the request with this R."""
        minute = self._minute(at_ns // MINUTE_NS)
        if r >= minute.below:
            return
        request = minute.requests.setdefault(r, _Request())
        request.records += 1
        if request.records <= SHOWN_RECORDS:
            request.shown.append(_outline(traits))
        while len(minute.requests) > SAMPLED_A_MINUTE:
            minute.below //= 2
            minute.requests = {one: kept for one, kept in minute.requests.items() if one < minute.below}

    def outcomes(self, rules: Rules, incidents: frozenset[str], minutes: int = MOST_MINUTES) -> dict[Seen, float]:
        """Expected events kept and not under some rules, of the last minutes that had traffic; caps and backlog are not played back."""
        totals: defaultdict[Seen, float] = defaultdict(float)
        for minute in list(self._minutes)[-minutes:]:
            for request in minute.requests.values():
                factor = SPACE / minute.below * request.records / len(request.shown)
                for seen, amount in outcome(request.shown, rules, incidents).items():
                    totals[seen] += amount * factor
        return dict(totals)

    def _minute(self, number: int) -> _Minute:
        if not self._minutes or self._minutes[-1].number < number:
            self._minutes.append(_Minute(number))
        return self._minutes[-1]


def _outline(traits: Traits) -> Traits:
    short = {name: value for name, value in list(traits.attributes.items())[:MOST_ATTRIBUTES] if len(value) <= LONGEST_VALUE}
    return traits._replace(attributes=short)
