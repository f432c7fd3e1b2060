"""What a desk found: typed findings, ranked causes and recommendations, each resting on claims and evidence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from domain.window import rfc3339

DeskName = Literal["sre", "security", "efficiency"]
Severity = Literal["none", "low", "medium", "high", "critical"]
SEVERITY_ORDER: tuple[Severity, ...] = ("none", "low", "medium", "high", "critical")


@dataclass(frozen=True, slots=True)
class Entity:
    """The thing a finding is about: an address, an account, a route, a service, a template."""

    type: str
    value: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found by code in evidence; `count` in events, `technique` a MITRE ATT&CK id, `details` kind-specific JSON."""

    id: str
    desk: DeskName
    kind: str
    entity: Entity
    count: int
    severity: Severity = "low"
    succeeded: bool | None = None
    accounts: tuple[str, ...] = ()
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    technique: str = ""
    saving: Mapping[str, Any] | None = None
    claims: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The finding as the analysis document carries it."""
        plain = ("id", "desk", "kind", "count", "succeeded", "severity", "saving")
        return {
            **{name: getattr(self, name) for name in plain},
            "entity": {"type": self.entity.type, "value": self.entity.value},
            "accounts": list(self.accounts),
            "first_seen": rfc3339(self.first_seen) if self.first_seen else None,
            "last_seen": rfc3339(self.last_seen) if self.last_seen else None,
            "technique": self.technique or None,
            "claims": list(self.claims),
            "evidence": list(self.evidence),
            "details": dict(self.details),
        }


def worst(severities: tuple[Severity, ...]) -> Severity:
    """The highest of some severities; `none` when there are none."""
    return max(severities, key=SEVERITY_ORDER.index, default="none")
