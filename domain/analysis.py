"""One analysis: what was asked, what was found, how well it is grounded, and what it cost."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from domain.claims import Grounding, Judged
from domain.documents import document
from domain.evidence import Evidence
from domain.findings import Finding, Severity
from domain.ids import RunId, ThreadId
from domain.window import Window, rfc3339

Trigger = Literal["question", "incident", "alert", "schedule"]
RunStatus = Literal["running", "ok", "partial", "failed", "cancelled"]
FinalDecision = Literal["answered", "partial", "insufficient", "refused", "fallback"]
SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody wants to know. `window` None means: all that is stored. `desk` forces one desk.

    An incident or alert asks too (`trigger`): then every desk looks, `service` is where it showed, `since` when,
    `incident_ids` whose it is, and `texts` what came with it (titles, annotations, comments), which no model is shown.
    """

    text: str
    window: Window | None = None
    desk: str = ""
    thread_id: ThreadId | None = None
    tz: str = "UTC"
    language: Literal["en", "ko"] = "en"
    budget: "Budget | None" = None
    trigger: Trigger = "question"
    service: str = ""
    since: datetime | None = None
    incident_ids: tuple[str, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Budget:
    """Hard limits of one run; reaching one gives a partial answer, never an exception."""

    tokens: int = 60_000
    seconds: float = 120.0
    tool_calls: int = 24
    usd: float = 1.0


@dataclass(frozen=True, slots=True)
class Usage:
    """What a run cost. Times are unions of intervals in ms; `overhead_ms` is what none of them covers."""

    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0
    model_ms: float = 0.0
    tool_ms: float = 0.0
    verify_ms: float = 0.0
    store_ms: float = 0.0
    overhead_ms: float = 0.0
    total_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Recommendation:
    """Advice as text from a catalogue, for a person to approve."""

    text: str
    action: str
    target: str
    justified: bool
    claims: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Affected:
    """Who felt it, as far as evidence shows; `users_estimate` None where nothing counted users."""

    services: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    users_estimate: int | None = None


@dataclass(frozen=True, slots=True)
class Analysis:
    """The analysis document; `as_json` gives the shape of CONTRACTS."""

    run_id: RunId
    thread_id: ThreadId
    trigger: Trigger
    question: str
    window: Window
    desks: tuple[str, ...]
    headline: str
    answer_markdown: str
    claims: tuple[Judged, ...]
    evidence: tuple[Evidence, ...]
    findings: tuple[Finding, ...]
    severity: Severity
    grounding: Grounding
    removed_claims: tuple[Judged, ...]
    could_not_check: tuple[str, ...]
    model: str
    fallback: bool
    status: RunStatus
    final_decision: FinalDecision
    as_of: datetime
    usage: Usage
    trace_id: str
    prompt_versions: Mapping[str, str] = field(default_factory=dict)
    recommendations: tuple[Recommendation, ...] = ()
    root_causes: tuple[Mapping[str, Any], ...] = ()
    similar_incidents: tuple[Mapping[str, Any], ...] = ()
    incident_ids: tuple[str, ...] = ()
    affected: Affected = Affected()
    notes: tuple[str, ...] = ()
    lag_s: float = 0.0
    language: str = "en"

    def as_json(self) -> dict[str, Any]:
        """The analysis document."""
        return {**self._head(), **self._body(), **self._tail()}

    def _head(self) -> dict[str, Any]:
        names = ("run_id", "thread_id", "trigger", "question", "headline", "answer_markdown")
        return {
            **{name: getattr(self, name) for name in names},
            "window": {"start": rfc3339(self.window.start), "end": rfc3339(self.window.end)},
            "desks": list(self.desks),
            "claims": [judged.as_json() for judged in self.claims],
            "evidence": [evidence.as_json() for evidence in self.evidence],
            "findings": [finding.as_json() for finding in self.findings],
        }

    def _body(self) -> dict[str, Any]:
        recommendations = [_plain(advice, ("text", "action", "target", "justified", "claims")) for advice in self.recommendations]
        return {
            "root_causes": [dict(cause) for cause in self.root_causes],
            "severity": self.severity,
            "incident_ids": list(self.incident_ids),
            "similar_incidents": [dict(similar) for similar in self.similar_incidents],
            "recommendations": recommendations,
            "grounding": self.grounding.as_json(),
            "removed_claims": [judged.as_json() for judged in self.removed_claims],
            "could_not_check": list(self.could_not_check),
            "affected": document(self.affected),
        }

    def _tail(self) -> dict[str, Any]:
        usage = _plain(self.usage, tuple(Usage.__dataclass_fields__))
        return {
            **_plain(self, ("model", "fallback", "status", "final_decision", "lag_s", "trace_id")),
            "schema_version": SCHEMA_VERSION,
            "as_of": rfc3339(self.as_of),
            "lang": self.language,
            "charts": [],
            "notes": list(self.notes),
            "usage": usage,
            "prompt_versions": dict(self.prompt_versions),
        }


def _plain(source: object, names: tuple[str, ...]) -> dict[str, Any]:
    values = {name: getattr(source, name) for name in names}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
