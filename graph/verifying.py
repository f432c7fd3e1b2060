"""The verifier as a run uses it: bounded in claims and seconds, and nothing passes that it could not judge."""

import asyncio
from collections.abc import Mapping, Sequence

from domain.claims import Claim, Judged
from domain.evidence import Evidence
from graph.context import RunContext, Verify
from grounding.knowledge import Knowledge
from observability import semconv

MOST_CLAIMS = 400
VERIFY_S = 15.0
# What a defect in a check raises; a claim that no check can judge is not published.
DEFECTS = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
FAILED = "the verifier failed on this claim"


async def recomputed(context: RunContext, claims: Sequence[Claim], within_s: float = VERIFY_S) -> list[Judged]:
    """Each claim with its verdict; what the verifier crashed on, did not come to or did not finish is unverified and said so."""
    within, over = claims[:MOST_CLAIMS], claims[MOST_CLAIMS:]
    with context.meter.measure("verify"), context.tracer.span("verify", semconv.EXECUTE_TOOL, {semconv.NODE: "verify"}):
        judged = await _in_time(context, within, within_s)
    _tell(context, sum(entry.reason.startswith(FAILED) for entry in judged), len(over))
    return [*judged, *(Judged(claim, "unverified", f"only {MOST_CLAIMS} claims of an answer are checked") for claim in over)]


def holds(context: RunContext, claim: Claim) -> bool:
    """Whether a claim would be upheld as it stands."""
    return _alone(context.verify, claim, context.ledger.evidence, context.knowledge).verdict in (
        "supported",
        "consistent",
        "text-supported",
    )


async def _in_time(context: RunContext, claims: Sequence[Claim], within_s: float) -> list[Judged]:
    evidence = dict(context.ledger.evidence)
    try:
        async with asyncio.timeout(within_s):
            return await asyncio.to_thread(_judged, context.verify, claims, evidence, context.knowledge)
    except TimeoutError:
        return [Judged(claim, "unverified", f"{FAILED}: it did not finish within {within_s:g} s") for claim in claims]


def _judged(verify: Verify, claims: Sequence[Claim], evidence: Mapping[str, Evidence], knowledge: Knowledge) -> list[Judged]:
    try:
        return list(verify(claims, evidence, knowledge))
    except DEFECTS:
        return [_alone(verify, claim, evidence, knowledge) for claim in claims]


def _alone(verify: Verify, claim: Claim, evidence: Mapping[str, Evidence], knowledge: Knowledge) -> Judged:
    try:
        return verify([claim], evidence, knowledge)[0]
    except DEFECTS as error:
        return Judged(claim, "unverified", f"{FAILED} with {type(error).__name__}")


def _tell(context: RunContext, failed: int, over: int) -> None:
    if failed:
        context.ledger.verifier_failed = f"The verifier failed on {failed} claims; they are not shown."
        context.ledger.note(context.ledger.verifier_failed)
    if over:
        context.ledger.note(f"{over} claims were not checked and are not shown: an answer has at most {MOST_CLAIMS}.")
