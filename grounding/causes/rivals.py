"""Rivals of a cause: who else departed, and what else was changed, before or when the effect began."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.evidence import Evidence
from domain.window import rfc3339
from grounding.causes.dependency import Graph
from grounding.causes.facts import NEVER, Fact, earliest, lists_changes, of_service

NEAR = timedelta(minutes=15)  # a change may begin a departure this long after it
MUCH_STRONGER = 1.5  # times the logarithmic departure of the cause, of the same kind of signal
DRIVERS = frozenset({"traffic", "cache"})  # a cause of this kind drives what it calls, which then departs with it
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a cause is said to have worked: its path from cause up to effect, both onsets, and all that is known around it."""

    path: tuple[str, ...]
    cause: Fact
    effect: Fact
    graph: Graph
    facts: tuple[Fact, ...]
    step: timedelta

    @property
    def latest(self) -> datetime:
        """Until when a rival may have begun to count as one."""
        return (self.effect.at or self.cause.at or NEVER - self.step) + self.step

    @property
    def onset(self) -> datetime:
        """When the cause began."""
        return self.cause.at or self.latest


@dataclass(frozen=True, slots=True)
class Rival:
    """Another explanation; `beats` says why the cause cannot be told from it, empty where it can."""

    said: str
    beats: str = ""


def rivals(setting: Setting) -> tuple[Rival, ...]:
    """All rivals, those that cannot be told from the cause first."""
    others = sorted({fact.service for fact in setting.facts} - {setting.cause.service})
    found = [rival for service in others for rival in (_changed(service, setting), _departed(service, setting)) if rival]
    return tuple(sorted(found, key=lambda rival: not rival.beats))


def _departed(service: str, setting: Setting) -> Rival | None:
    """A service that departed no later than the effect; its own callers suffer and explain nothing."""
    own = [fact for fact in of_service(setting.facts, service) if fact.departs and fact.kind != "change"]
    first = earliest(own)
    if first is None or first.at is None or first.at > setting.latest or service == setting.effect.service:
        return None
    said = f"{service} since {rfc3339(first.at)}"
    return Rival(said, said if _explains(service, first, own, setting) else "")


def _explains(service: str, first: Fact, own: Sequence[Fact], setting: Setting) -> bool:
    effect = setting.effect.service
    is_way = service in setting.path or service in setting.graph.below(effect)
    if not is_way or first.at is None:
        return False
    if first.at + setting.step < setting.onset:
        return not _is_outranked(own, setting)
    if first.at > setting.onset + setting.step or setting.cause.service in setting.graph.below(service):
        return False
    return (
        _is_ranked_above(own, setting)
        or (_is_stronger(own, setting) and not _is_outranked(own, setting))
        or _is_deeper(service, own, setting)
    )


def _is_deeper(service: str, own: Sequence[Fact], setting: Setting) -> bool:
    """What the cause itself waits for departed with it: unless the cause drives it, or a ranking says otherwise, it is the likelier one."""
    is_below = service in setting.graph.below(setting.cause.service)
    return is_below and setting.cause.kind not in DRIVERS and not _is_outranked(own, setting)


def _score(facts: Iterable[Fact]) -> float | None:
    return max((fact.score for fact in facts if fact.score is not None), default=None)


def _is_ranked_above(own: Sequence[Fact], setting: Setting) -> bool:
    mine, theirs = _score(of_service(setting.facts, setting.cause.service)), _score(own)
    return mine is not None and theirs is not None and theirs > mine


def _is_outranked(own: Sequence[Fact], setting: Setting) -> bool:
    """Whether a ranking that weighed everything puts the cause above it."""
    mine, theirs = _score(of_service(setting.facts, setting.cause.service)), _score(own)
    return mine is not None and (theirs is None or theirs < mine)


def _is_stronger(own: Sequence[Fact], setting: Setting) -> bool:
    alike = [fact.strength for fact in own if fact.kind == setting.cause.kind]
    return bool(setting.cause.strength) and max(alike, default=0.0) > MUCH_STRONGER * setting.cause.strength


def _changed(service: str, setting: Setting) -> Rival | None:
    """Another service's change shortly before; on the way it counts where that service departed no later, and the cause had no change."""
    near = [fact for fact in of_service(setting.facts, service) if fact.kind == "change" and _is_near(fact, setting)]
    first = earliest(near)
    if first is None or first.at is None:
        return None
    said = f"{first.what} of {service} at {rfc3339(first.at)}"
    is_way = service in setting.path or service in setting.graph.below(setting.cause.service)
    return Rival(said, said if is_way and _began_with(service, setting) and not _cause_changed(setting) else "")


def _is_near(fact: Fact, setting: Setting) -> bool:
    return fact.at is not None and setting.onset - NEAR <= fact.at <= setting.latest


def _began_with(service: str, setting: Setting) -> bool:
    first = earliest(of_service(setting.facts, service), lambda fact: fact.departs and fact.kind != "change")
    return first is not None and first.at is not None and first.at <= setting.onset


def _cause_changed(setting: Setting) -> bool:
    return any(fact.kind == "change" and _is_near(fact, setting) for fact in of_service(setting.facts, setting.cause.service))


def are_enumerated(bound: Sequence[Evidence], around: Sequence[Evidence], facts: Sequence[Fact]) -> bool:
    """Whether rivals could have shown: several services in one bound evidence that nobody narrowed, or a list of changes."""
    if any(lists_changes(source) for source in (*bound, *around)):
        return True
    whole = {source.id for source in bound if not source.params.get("service")}
    return any(len({fact.service for fact in facts if fact.evidence == name}) > 1 for name in whole)
