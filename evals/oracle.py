"""Answers made without the product, for comparison: the oracle, silence, and one answer to everything."""

from collections.abc import Sequence
from functools import singledispatch
from typing import Any

from domain.window import rfc3339
from evals.case import Case
from evals.facts import Absent, Blamed, Either, Expectation, Extreme, Fact, Flagged, Found, Moment, Named, Value
from evals.grading import Grade, grade
from evals.runner import SuiteRun
from evals.runtime import Document

SILENCE: Document = {"final_decision": "insufficient", "headline": "Insufficient evidence.", "claims": [], "findings": [], "grounding": {}}


def oracle(case: Case, expected: Expectation) -> Document:
    """The document that states exactly what is expected; grading it must give full marks."""
    if case.abstain == "required":
        return SILENCE
    claims = [
        {"id": f"C{number}", "verdict": "supported", "bind": [], **said}
        for number, fact in enumerate(expected.required, start=1)
        if (said := claim_of(fact))
    ]
    findings = [{"id": f"F{number}", **_finding(fact)} for number, fact in enumerate(expected.required, start=1) if isinstance(fact, Found)]
    causes = [{"service": fact.service} for fact in expected.required if isinstance(fact, Blamed) and fact.service]
    told = {"claims": claims, "findings": findings, "root_causes": causes}
    return {"final_decision": "answered", "headline": case.question, **told, "grounding": {"score": 100.0}}


def baselines(run: SuiteRun) -> dict[str, list[Grade]]:
    """Grades of silence, of the best single answer of the run given to every question, and of the oracle."""
    return {
        "none": _graded(run, SILENCE),
        "constant": _best_constant(run),
        "oracle": [grade(each.case, each.expected, oracle(each.case, each.expected), 0.0) for each in run.answered],
    }


def _best_constant(run: SuiteRun) -> list[Grade]:
    graded = [_graded(run, answer.document) for answer in run.answered]
    return max(graded, key=lambda grades: sum(each.is_right for each in grades), default=[])


def _graded(run: SuiteRun, document: Document) -> list[Grade]:
    return [grade(each.case, each.expected, document, 0.0) for each in run.answered]


@singledispatch
def claim_of(fact: Fact) -> dict[str, Any]:
    """The claim that states a fact; empty for what only a finding states."""
    raise TypeError(f"no claim for {type(fact).__name__}")


@claim_of.register
def _claim_of_value(fact: Value) -> dict[str, Any]:
    metric = fact.measure[0] if fact.measure else "value"
    return {"kind": "quantity", "slots": {"subject": _subject(fact.subject), "metric": metric, "value": fact.value, "unit": fact.unit}}


@claim_of.register
def _claim_of_extreme(fact: Extreme) -> dict[str, Any]:
    slots = {"subject": "all", "attribute": fact.attribute[0], "value": fact.value, "quantifier": fact.quantifier}
    return {"kind": "entity", "slots": {**slots, "by": fact.by[0] if fact.by else ""}}


@claim_of.register
def _claim_of_named(fact: Named) -> dict[str, Any]:
    value = fact.value.replace(r"\s+", " ").replace(r"\b", "").replace("\\", "") if fact.like else fact.value
    return {"kind": "entity", "slots": {"subject": "all", "attribute": "name", "value": value}}


@claim_of.register
def _claim_of_moment(fact: Moment) -> dict[str, Any]:
    return {"kind": "temporal", "slots": {"event": _subject(fact.subject), "at": rfc3339(fact.at)}}


@claim_of.register
def _claim_of_absence(fact: Absent) -> dict[str, Any]:
    return {"kind": "absence", "slots": {"subject": _subject(fact.subject), "what": f"{fact.what[0]} events"}}


@claim_of.register
def _claim_of_either(fact: Either) -> dict[str, Any]:
    return claim_of(fact.facts[0])


@claim_of.register
def _claim_of_blame(fact: Blamed) -> dict[str, Any]:
    if not fact.service:
        return {"kind": "absence", "slots": {"what": "services that deviate from their baseline"}}
    return {"kind": "entity", "slots": {"subject": "all", "attribute": "service", "value": fact.service}}


@claim_of.register
def _claim_of_finding(_fact: Found | Flagged) -> dict[str, Any]:
    return {}


def _subject(names: Sequence[str]) -> str | dict[str, str]:
    return {f"key_{number}": name for number, name in enumerate(names)} or "all"


def _finding(fact: Found) -> dict[str, Any]:
    return {
        "kind": fact.kinds[0],
        "entity": {"type": "ip", "value": fact.entity},
        "count": fact.count,
        "succeeded": fact.succeeded,
        "accounts": list(fact.accounts),
        "first_seen": rfc3339(fact.first_seen) if fact.first_seen else None,
        "last_seen": rfc3339(fact.last_seen) if fact.last_seen else None,
    }
