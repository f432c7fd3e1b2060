"""Claims: typed sentences bound to evidence cells, and the verdicts code gives them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

ClaimKind = Literal[
    "quantity", "comparison", "trend", "entity", "absence", "temporal", "causal", "past_incident", "quote", "recommendation", "text"
]
BindRole = Literal["value", "baseline", "series", "cause", "effect", "quote", "premise"]
Verdict = Literal["supported", "consistent", "text-supported", "unverified", "contradicted", "out-of-scope"]
Hedge = Literal["", "likely", "possible"]
Materiality = Literal["high", "normal", "low"]
Slots = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Binding:
    """Where a claim's operand stands: a path such as `rows[0].p95_ms` in one evidence."""

    evidence: str
    path: str
    role: BindRole = "value"

    def as_json(self) -> dict[str, str]:
        """The binding as documents carry it."""
        return {"evidence": self.evidence, "path": self.path, "role": self.role}


@dataclass(frozen=True, slots=True)
class Claim:
    """One checkable sentence: its slots say what is claimed, `bind` where it can be recomputed from, `text` how it reads.

    `corrected_from` holds, of a claim that code corrected, the slots as they were said.
    """

    id: str
    kind: ClaimKind
    slots: Slots = field(default_factory=dict)
    bind: tuple[Binding, ...] = ()
    text: str = ""
    derive: str = ""
    hedge: Hedge = ""
    materiality: Materiality = "normal"
    agent: str = ""
    corrected_from: Slots = field(default_factory=dict)

    def bound(self, role: BindRole) -> tuple[Binding, ...]:
        """The bindings of one role, in order."""
        return tuple(binding for binding in self.bind if binding.role == role)

    def as_json(self) -> dict[str, Any]:
        """The claim as documents carry it."""
        plain = {name: getattr(self, name) for name in ("id", "kind", "text", "materiality", "agent")}
        extra = {name: value for name in ("derive", "hedge") if (value := getattr(self, name))}
        mended = {"corrected": True, "corrected_from": dict(self.corrected_from)} if self.corrected_from else {}
        return {**plain, **extra, **mended, "slots": dict(self.slots), "bind": [binding.as_json() for binding in self.bind]}


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim with the verifier's verdict and its reason; `correction` is the claim mended by code where that is unique."""

    claim: Claim
    verdict: Verdict
    reason: str = ""
    correction: Claim | None = None

    def as_json(self) -> dict[str, Any]:
        """The judged claim as documents carry it."""
        return {**self.claim.as_json(), "verdict": self.verdict, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Grounding:
    """How well an answer is grounded: G = 100·precision·coverage, None where nothing could be checked.

    `gate` is what its reader's gate made of it (pass, flag or revise); citation recall and precision are as in ALCE.
    """

    score: float | None
    draft_score: float | None
    precision: float | None
    coverage: float | None
    claims_total: int = 0
    claims_removed: int = 0
    verdicts: Mapping[str, int] = field(default_factory=dict)
    citation_precision: float | None = None
    citation_recall: float | None = None
    gate: str = ""

    def as_json(self) -> dict[str, Any]:
        """The grounding block of the analysis document."""
        shares = ("precision", "coverage", "citation_precision", "citation_recall")
        names = ("score", "draft_score", *shares, "claims_total", "claims_removed", "gate")
        return {**{name: getattr(self, name) for name in names}, "verdicts": dict(self.verdicts)}
