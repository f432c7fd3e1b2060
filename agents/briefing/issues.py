"""What went wrong in a period: spells of failure traced down the call graph to the service they came from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from agents.briefing.dossier import Dossier, indexed
from domain.evidence import Row
from domain.window import Window, parse_rfc3339

# Spells of one service this close are one issue.
TOGETHER = timedelta(minutes=30)
SLOW = "slow"
Graph = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Issue:
    """A service in trouble for some time, and the services above it that felt it; `failures` of the one that failed most."""

    service: str
    window: Window
    services: tuple[str, ...]
    failures: int
    rows: tuple[int, ...] = ()
    named_by: str = ""

    def overlaps(self, other: Window, slack: timedelta = timedelta()) -> bool:
        """Whether it went on during another window, give or take `slack`."""
        return self.window.start < other.end + slack and other.start < self.window.end + slack


def issues(dossier: Dossier) -> tuple[Issue, ...]:
    """The issues of the period, most failures first. A spell with a failing service below it at the time is a symptom of that one's."""
    spells = _spells(dossier)
    below = _reach(dossier)
    roots = [spell for spell in spells if not any(_is_below(other, spell, below) for other in spells)]
    found = [_with_symptoms(root, spells, below) for root in (roots or spells)]
    merged = _merged(sorted(found, key=lambda issue: issue.window.start))
    return tuple(sorted(merged, key=lambda issue: (-issue.failures, issue.window.start, issue.service)))


def traced(dossier: Dossier) -> tuple[Issue, ...]:
    """The issues with the services that suspicion falls on; those it falls on twice at a time are one."""
    found = sorted((_named(issue, dossier) for issue in issues(dossier)), key=lambda issue: issue.window.start)
    return tuple(sorted(_merged(found), key=lambda issue: (-issue.failures, issue.window.start, issue.service)))


def suspicions(dossier: Dossier) -> tuple[tuple[int, Row], ...]:
    """The suspects of the whole period, with their place in its ranking; without those that are slow and that no user's request met."""
    return tuple((index, row) for index, row in indexed(dossier.of("suspects")) if not is_unfelt(row, dossier))


def is_unfelt(row: Row, dossier: Dossier) -> bool:
    """Whether a suspect is only slow, on no path to a service that takes users' requests."""
    doors = {entry["service"] for entry in dossier.rows("user_requests")}
    return bool(doors) and row["reason"] == SLOW and not doors.intersection(row["path"])


def _named(issue: Issue, dossier: Dossier) -> Issue:
    """The issue with the service that the ranking of suspects over its window blames first, where there is one."""
    ranking = dossier.of("suspects", issue.window)
    if ranking is None or not ranking.rows:
        return issue
    first = str(ranking.rows[0]["service"])
    return replace(issue, service=first, services=_unique((first, *issue.services)), named_by=ranking.id)


def _spells(dossier: Dossier) -> list[Issue]:
    found = dossier.of("failing_spells")
    return [_spell(index, row, dossier.period) for index, row in indexed(found)]


def _spell(index: int, row: Row, period: Window) -> Issue:
    start, end = max(period.start, parse_rfc3339(row["began_at"])), min(period.end, parse_rfc3339(row["ended_at"]))
    return Issue(row["service"], Window(start, end, period.tz), (row["service"],), row["failures"], (index,))


def _reach(dossier: Dossier) -> Graph:
    """Every service with all services below it, as calls show."""
    calls: dict[str, set[str]] = {}
    for row in dossier.rows("call_graph"):
        calls.setdefault(row["caller"], set()).add(row["callee"])
    return {caller: frozenset(_below(caller, calls)) for caller in calls}


def _below(service: str, calls: Mapping[str, Iterable[str]]) -> set[str]:
    seen: set[str] = set()
    ahead = list(calls.get(service, ()))
    while ahead:
        name = ahead.pop()
        if name not in seen and name != service:
            seen.add(name)
            ahead += calls.get(name, ())
    return seen


def _is_below(other: Issue, spell: Issue, below: Graph) -> bool:
    if other is spell or not other.overlaps(spell.window):
        return False
    if not below:
        return other.failures > spell.failures
    return other.service in below.get(spell.service, frozenset()) and spell.service not in below.get(other.service, frozenset())


def _with_symptoms(root: Issue, spells: Sequence[Issue], below: Graph) -> Issue:
    felt = [
        spell for spell in spells if spell.overlaps(root.window) and (not below or root.service in below.get(spell.service, frozenset()))
    ]
    return replace(
        root,
        services=_unique((root.service, *(spell.service for spell in felt))),
        failures=max(spell.failures for spell in (root, *felt)),
        rows=tuple(dict.fromkeys((*root.rows, *(row for spell in felt for row in spell.rows)))),
    )


def _merged(found: Sequence[Issue]) -> list[Issue]:
    kept: list[Issue] = []
    for issue in found:
        same = next((one for one in kept if one.service == issue.service and one.overlaps(issue.window, TOGETHER)), None)
        if same is None:
            kept.append(issue)
        else:
            kept[kept.index(same)] = _joined(same, issue)
    return kept


def _joined(first: Issue, second: Issue) -> Issue:
    window = Window(min(first.window.start, second.window.start), max(first.window.end, second.window.end), first.window.tz)
    services, rows = _unique((*first.services, *second.services)), tuple(dict.fromkeys((*first.rows, *second.rows)))
    return replace(first, window=window, services=services, failures=first.failures + second.failures, rows=rows)


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
