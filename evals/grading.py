"""Grades one analysis document against a case: which facts it holds, what it should not hold, and whether it rightly abstains."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evals.case import Case
from evals.document import is_abstaining
from evals.facts import Expectation, Fact
from evals.matching import contradicts, states
from evals.runtime import Document

GOOD_GROUNDING = 85.0


@dataclass(frozen=True, slots=True)
class Grade:
    """How one answer did. `seconds` is wall time; `grounding` the published G, None where nothing was checkable."""

    case: str
    tags: tuple[str, ...]
    required: int
    found: int
    missing: tuple[str, ...]
    forbidden: tuple[str, ...]
    contradicted: tuple[str, ...]
    must_abstain: bool
    abstained: bool
    abstention_right: bool
    grounding: float | None
    seconds: float
    headline: str

    @property
    def is_right(self) -> bool:
        """Every required fact published, nothing forbidden or contradicted, and abstention where it is due and only there."""
        return self.found == self.required and not self.forbidden and not self.contradicted and self.abstention_right

    @property
    def recall(self) -> float | None:
        """Share of the required facts that were published; None for a case that requires none."""
        return self.found / self.required if self.required else None

    def as_json(self) -> dict[str, Any]:
        """The grade as reports carry it."""
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__}
        lists = {name: list(value) for name, value in plain.items() if isinstance(value, tuple)}
        return {**plain, **lists, "right": self.is_right, "recall": self.recall}


def grade(case: Case, expected: Expectation, document: Document, seconds: float) -> Grade:
    """The grade of one document."""
    missing = tuple(repr(fact) for fact in expected.required if not states(fact, document))
    abstained = is_abstaining(document)
    return Grade(
        case=case.id,
        tags=case.tags,
        required=len(expected.required),
        found=len(expected.required) - len(missing),
        missing=missing,
        forbidden=tuple(repr(fact) for fact in expected.forbidden if states(fact, document)),
        contradicted=_contradicted(expected.required, document),
        must_abstain=case.abstain == "required",
        abstained=abstained,
        abstention_right=case.abstain == "allowed" or abstained == (case.abstain == "required"),
        grounding=_grounding(document),
        seconds=seconds,
        headline=str(document.get("headline", "")),
    )


def _contradicted(required: tuple[Fact, ...], document: Document) -> tuple[str, ...]:
    """Claims shown although the verifier contradicts them, and claims and findings that the raw rows contradict."""
    shown = [claim["id"] for claim in document.get("claims", ()) if claim.get("verdict") == "contradicted"]
    return tuple(dict.fromkeys([*shown, *(name for fact in required for name in contradicts(fact, document))]))


def _grounding(document: Mapping[str, Any]) -> float | None:
    score = document.get("grounding", {}).get("score")
    return float(score) if score is not None else None
