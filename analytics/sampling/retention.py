"""How much was kept, by class and service."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from analytics.sampling.rules import Rules, merged, strongest
from analytics.sampling.traits import Traits

NORMAL, STORM = "normal", "storm"
CLASSES = ("error", "slow", "high_value", "incident", STORM, NORMAL)


class Seen(NamedTuple):
    """What is counted: events of a service and class, kept or not."""

    service: str
    kind: str
    is_kept: bool


@dataclass(frozen=True, slots=True)
class Retained:
    """Events of one class of a service: `share` of `seen` that is stored."""

    service: str
    kind: str
    seen: float
    kept: float

    @property
    def share(self) -> float:
        """Between 0 and 1."""
        return self.kept / self.seen if self.seen else 1.0

    def as_json(self) -> dict[str, str | float]:
        """As the page shows it."""
        return {
            "service": self.service,
            "class": self.kind,
            "seen": round(self.seen, 1),
            "kept": round(self.kept, 1),
            "share": round(self.share, 4),
        }


def retention(counts: Mapping[Seen, float]) -> tuple[Retained, ...]:
    """One row a service and class that was seen, in order of service and CLASSES."""
    groups = {(seen.service, seen.kind) for seen in counts}
    ranked = sorted(groups, key=lambda group: (group[0], CLASSES.index(group[1]) if group[1] in CLASSES else len(CLASSES)))
    return tuple(
        Retained(service, kind, _sum(counts, service, kind, (True, False)), _sum(counts, service, kind, (True,)))
        for service, kind in ranked
    )


def counted(samples: Iterable[tuple[Mapping[str, str], float]]) -> dict[Seen, float]:
    """The series of `pipeline_retention_total` as counts."""
    return {Seen(labels["service"], labels["class"], labels["kept"] == "true"): value for labels, value in samples}


def outcome(request: Sequence[Traits], rules: Rules, incidents: frozenset[str]) -> Mapping[Seen, float]:
    """Expected events kept and not of one request, by service and class."""
    totals: defaultdict[Seen, float] = defaultdict(float)
    stored = [traits for traits in request if not rules.is_dropped(traits)]
    mark = strongest(rules.mark(traits, incidents) for traits in stored)
    share = 1.0 if mark or not stored else 1.0 / merged(rules.rate(traits) for traits in stored).n
    for traits in request:
        is_stored = traits in stored
        kind = mark if is_stored and mark else rules.mark(traits, incidents) or NORMAL
        kept = share if is_stored else 0.0
        totals[Seen(traits.service, kind, True)] += kept  # noqa: FBT003
        totals[Seen(traits.service, kind, False)] += 1.0 - kept  # noqa: FBT003
    return totals


def _sum(counts: Mapping[Seen, float], service: str, kind: str, kept: tuple[bool, ...]) -> float:
    return sum(counts.get(Seen(service, kind, is_kept), 0.0) for is_kept in kept)
