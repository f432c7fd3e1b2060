"""The verifier: every claim against the evidence it cites, slots first, then what its text says besides."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from domain.claims import Claim, Judged, Verdict
from grounding import extraction, quote, residue
from grounding.case import Case
from grounding.causes.wording import wording_problem
from grounding.clauses import unchecked_clause
from grounding.consequences import advice_problem, is_catalogued
from grounding.covers import cover
from grounding.knowledge import NOTHING, Knowledge
from grounding.languages import in_english, in_own_words
from grounding.operands import EvidenceById
from grounding.outcomes import Outcome, contradicted, unverified
from grounding.registry import CHECKS
from grounding.tokens import scan

_NEGATED = ("negated", "negation", "negative")
_NEVER_DENIED = {"causal", "recommendation", "past_incident"}
_GOOD = {"supported", "consistent"}
_FLIPPED: Mapping[Verdict, Verdict] = {"supported": "contradicted", "contradicted": "supported"}


def verify(claims: Sequence[Claim], evidence: EvidenceById, knowledge: Knowledge = NOTHING) -> tuple[Judged, ...]:
    """Each claim with its verdict, in order; a claim that was only text comes back with what was read from it.

    Advice is judged last, because it may rest on other claims of the same call.
    """
    case = Case(evidence, knowledge)
    judged = {place: _judge(claim, case) for place, claim in enumerate(claims) if claim.kind != "recommendation"}
    advised = Case(evidence, knowledge, {claims[place].id: one for place, one in judged.items()})
    return tuple(judged.get(place) or _judge(claim, advised) for place, claim in enumerate(claims))


def _judge(claim: Claim, case: Case) -> Judged:
    if is_catalogued(claim, case.knowledge):
        # The catalogue's own sentence says nothing beside the slots, in whatever language.
        return replace(_judged(replace(claim, text=""), case), claim=claim)
    said = in_english(claim.text, case.evidence)
    return in_own_words(_judged(replace(claim, text=said.text), case), claim, said)


def _judged(claim: Claim, case: Case) -> Judged:
    if claim.kind == "quote" and claim.bind and claim.text and not quote.is_slotted(claim):
        return replace(_judged(quote.slotted(claim), case), claim=claim)
    if claim.kind == "text" or (not claim.slots and claim.text):
        return _judge_text(claim, case)
    outcome = _check(_with_about(claim), case)
    if outcome.verdict in _GOOD and claim.text:
        outcome = _text_problem(claim, case) or outcome
    return Judged(claim, outcome.verdict, outcome.reason, outcome.correction)


def _check(claim: Claim, case: Case) -> Outcome:
    outcome = CHECKS[claim.kind](claim, case)
    if any(claim.slots.get(name) is True for name in _NEGATED) and outcome.verdict in {*_FLIPPED, "consistent"}:
        if claim.kind in _NEVER_DENIED or outcome.verdict == "consistent":
            return unverified(f"a denied {claim.kind} claim is not checked")
        return Outcome(_FLIPPED[outcome.verdict], f"denied: {outcome.reason}")
    return outcome


def _with_about(claim: Claim) -> Claim:
    """A text that says "about" before the number claims it as such."""
    if not claim.text or claim.slots.get("op", "=") not in {"=", "ratio", "difference", "pct_change"}:
        return claim
    if not any(token.kind == "number" and token.op == "≈" for token in scan(claim.text)):
        return claim
    extra: dict[str, Any] = {"op": "≈"} if claim.kind == "quantity" else {"about": True}
    return replace(claim, slots={**claim.slots, **extra})


def _text_problem(claim: Claim, case: Case) -> Outcome | None:
    turned = wording_problem(claim) if claim.kind == "causal" else None
    other = advice_problem(claim, case.knowledge) if claim.kind == "recommendation" else None
    if turned or other:
        return turned or other
    said = cover(claim, case.evidence)
    left = residue.problems(claim.text, [said], case.lexicon)
    if not left:
        more = unchecked_clause(claim.text, [said])
        return unverified(f"text: nothing recomputed says {more!r}") if more else None
    worst = next((problem for problem in left if problem.contradicts), left[0])
    return contradicted(f"text: {worst.reason}") if worst.contradicts else unverified(f"text: {worst.reason}")


def _judge_text(claim: Claim, case: Case) -> Judged:
    """The verdict is of the whole sentence; the claim is shown filled when one claim is all that was read."""
    read = extraction.read(claim, case.evidence, case.lexicon)
    outcome = read.outcome
    if outcome.verdict == "supported" and (more := unchecked_clause(claim.text, [cover(one, case.evidence) for one in read.claims])):
        outcome = unverified(f"nothing recomputed says {more!r}")
    filled = claim
    if len(read.claims) == 1:
        filled = replace(read.claims[0], text=claim.text, hedge=claim.hedge)
    correction = outcome.correction if len(read.claims) == 1 else None
    return Judged(filled, outcome.verdict, outcome.reason, replace(correction, id=claim.id) if correction else None)
