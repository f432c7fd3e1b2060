"""What the analysis document says of causes, of who was affected and of similar incidents: read off the evidence of two tools."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from domain.analysis import Affected, Recommendation
from domain.claims import Judged
from domain.evidence import Evidence, Row

SUSPECTS = "suspects"
SIMILAR = "similar_incidents"
CAUSE_COLUMNS = ("service", "component", "reason", "score", "path", "path_verified", "onset_at", "change")


def root_causes(evidence: Iterable[Evidence]) -> tuple[Mapping[str, Any], ...]:
    """The suspects of the run's ranking, best first, each once; empty where nothing deviates or nobody looked."""
    found = {row["service"]: _cause(row, source) for source, row in reversed(tuple(_rows(evidence, SUSPECTS)))}
    return tuple(found[name] for name in reversed(found))


def similar_incidents(evidence: Iterable[Evidence]) -> tuple[Mapping[str, Any], ...]:
    """Earlier incidents and known issues like this one, nearest first."""
    wanted = ("incident_id", "issue_id", "similarity", "title", "status")
    return tuple({name: row[name] for name in wanted if name in row} for _, row in _rows(evidence, SIMILAR))


def affected(evidence: Iterable[Evidence]) -> Affected:
    """The services from the first suspect to where it shows; regions and users are not counted by the ranking."""
    first = next((row for _, row in _rows(evidence, SUSPECTS)), None)
    return Affected(services=tuple(first.get("path") or (first["service"],))) if first else Affected()


def recommendations(judged: Iterable[Judged]) -> tuple[Recommendation, ...]:
    """The advice that may be published, each with the claim that justifies it."""
    return tuple(_advice(entry) for entry in judged if entry.claim.kind == "recommendation" and entry.verdict == "consistent")


def _advice(entry: Judged) -> Recommendation:
    action, target = str(entry.claim.slots.get("action")), str(entry.claim.slots.get("target"))
    return Recommendation(entry.claim.text, action, target, justified=True, claims=(entry.claim.id,))


def _rows(evidence: Iterable[Evidence], template: str) -> Iterator[tuple[str, Row]]:
    return ((item.id, row) for item in evidence if item.template == template for row in item.rows)


def _cause(row: Row, source: str) -> Mapping[str, Any]:
    return {**{name: row.get(name) for name in CAUSE_COLUMNS}, "evidence": [source]}
