"""The suspects: services ranked by what speaks against them, with reason, onset, way and the change before it; none is an answer."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from analytics.rca.calls import call_signs
from analytics.rca.gauges import gauge_signs
from analytics.rca.messages import message_signs
from analytics.rca.observed import Change, Observed
from analytics.rca.parameters import DEFAULTS, Parameters
from analytics.rca.requests import request_signs
from analytics.rca.signs import Sign, SignKind
from analytics.rca.spread import Spread, spread_of
from analytics.rca.stations import Station, Way, stations
from analytics.rca.weighing import DRIVERS, SUFFERED, Weighed, weighed

Reason = Literal[
    "errors",
    "slow",
    "cpu_saturation",
    "memory_growth",
    "disk_full",
    "pool_exhaustion",
    "queue_growth",
    "cache_loss",
    "call_multiplication",
    "unreachable",
    "crash",
    "wrong_answers",
    "credential_stuffing",
    "scanning",
]
# In this order: what explains the most comes first.
REASONS: tuple[tuple[SignKind, Reason], ...] = (
    ("refused", "credential_stuffing"),
    ("missing", "scanning"),
    ("cache", "cache_loss"),
    ("fan_out", "call_multiplication"),
    ("disk", "disk_full"),
    ("pool", "pool_exhaustion"),
    ("memory", "memory_growth"),
    ("cpu", "cpu_saturation"),
    ("vanished", "unreachable"),
    ("crash", "crash"),
    ("own_errors", "errors"),
    ("own_time", "slow"),
    ("complaint", "wrong_answers"),
    ("queue", "queue_growth"),
)
CEILINGS: frozenset[SignKind] = frozenset({"cpu", "memory"})


@dataclass(frozen=True, slots=True)
class Suspect:
    """A service with what speaks against it; `strongest` is its most telling sign.

    `connected` are all services above and below it; `failing` is by how much the share of failed requests of users rose, 0 to 1;
    `stations` is how each service on the path fared, `rivals` what else was changed from some minutes before its onset on.
    """

    service: str
    component: str
    reason: Reason
    score: float
    onset_at: datetime
    strongest: Sign
    signs: tuple[Sign, ...]
    path: tuple[str, ...]
    path_verified: bool
    connected: frozenset[str]
    failing: float
    change: Change | None = None
    stations: tuple[Station, ...] = ()
    rivals: tuple[Change, ...] = ()


def suspects(seen: Observed, p: Parameters = DEFAULTS) -> tuple[Suspect, ...]:
    """Who began it, best first; nobody where nothing is over the bar."""
    spread, signs = spread_of(seen), signs_of(seen, p)
    against = cases(weighed(signs, spread, p), spread, p)
    # Whose signs are all explained by another suffers, and began nothing.
    firm = [case for case in against if case.score >= p.least_score and any(one.left >= 1 for one in case.signs)]
    found = [_suspect(case, signs, seen, spread, p) for case in firm]
    return tuple(sorted(found, key=lambda one: (-one.score, one.onset_at, one.service)))[: p.most_suspects]


def signs_of(seen: Observed, p: Parameters) -> tuple[Sign, ...]:
    """Everything that stands out anywhere."""
    return (*call_signs(seen, p), *message_signs(seen, p), *gauge_signs(seen, p), *request_signs(seen, p))


@dataclass(frozen=True, slots=True)
class Case:
    """What speaks against one service at one time, the weightiest first."""

    service: str
    signs: tuple[Weighed, ...]
    score: float


def cases(signs: Sequence[Weighed], spread: Spread, p: Parameters) -> list[Case]:
    """One case a service: its weightiest sign, and what overlaps it; one sign of a kind."""
    by_service: dict[str, list[Weighed]] = defaultdict(list)
    for one in signs:
        by_service[one.sign.service].append(one)
    return [_case(service, own, spread, p) for service, own in sorted(by_service.items())]


def _case(service: str, signs: Sequence[Weighed], spread: Spread, p: Parameters) -> Case:
    ranked = sorted(signs, key=lambda one: (-one.counts, one.sign.kind, not one.sign.component, one.sign.component))
    together = [one for one in ranked if one.sign.spell.overlaps(ranked[0].sign.spell)]
    best = tuple({one.sign.kind: one for one in reversed(together)}.values())[::-1]
    suffered = any(one.sign.kind in SUFFERED or (one.sign.kind in DRIVERS and spread.suffers(service, one.sign.spell, p)) for one in best)
    total = sum(one.counts for one in best) * (1.0 if suffered else p.unsuffered)
    return Case(service, tuple(sorted(best, key=lambda one: -one.counts)), 1 - math.exp(-total / p.score_scale))


def _suspect(case: Case, signs: Sequence[Sign], seen: Observed, spread: Spread, p: Parameters) -> Suspect:
    firm = tuple(one.sign for one in case.signs if one.left >= 1)
    strongest, reason = _reason(firm, p)
    onset = seen.at(min(sign.spell.start for sign in firm))
    marked = {sign.service for sign in signs if sign.spell.overlaps(strongest.spell)}
    way = spread.way(case.service, strongest.spell, marked, p)
    return Suspect(
        service=case.service,
        component=strongest.component,
        reason=reason,
        score=case.score,
        onset_at=onset,
        strongest=strongest,
        signs=tuple(one.sign for one in case.signs),
        path=way.services,
        path_verified=way.verified,
        connected=spread.connected(case.service),
        failing=spread.failing_share(strongest.spell),
        change=_change(case.service, onset, seen, p),
        stations=stations(way.services, Way(strongest.spell, seen, spread, p)) if way.verified else (),
        rivals=_rivals(case.service, onset, seen, p),
    )


def _reason(firm: Sequence[Sign], p: Parameters) -> tuple[Sign, Reason]:
    """The sign that says most of how it came about, in the order of reasons; a ceiling counts only where it was nearly reached."""
    told = {sign.kind: sign for sign in reversed(firm) if sign.kind not in CEILINGS or (sign.unit == "%" and sign.value >= p.near_ceiling)}
    return next(((told[kind], reason) for kind, reason in REASONS if kind in told), (firm[0], "errors"))


def _change(service: str, onset: datetime, seen: Observed, p: Parameters) -> Change | None:
    """The last change of the service from some minutes before the onset to just after it."""
    near = [one for one in _near(onset, seen, p) if one.service == service]
    return max(near, key=lambda one: one.at, default=None)


def _rivals(service: str, onset: datetime, seen: Observed, p: Parameters) -> tuple[Change, ...]:
    """What was changed of other services at that time, the latest first."""
    near = [one for one in _near(onset, seen, p) if one.service != service]
    return tuple(sorted(near, key=lambda one: (one.at, one.service, one.what), reverse=True))[: p.most_suspects]


def _near(onset: datetime, seen: Observed, p: Parameters) -> list[Change]:
    after = p.change_after_s + seen.step.total_seconds()
    return [one for one in seen.changes if -after <= (onset - one.at).total_seconds() <= p.change_before_s]
