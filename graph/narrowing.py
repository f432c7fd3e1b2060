"""Keeping a follow-up to what it refers to: the things of the last answer, and of them those seen at no other time."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from agents.analyst import AnalysisResult
from domain.calls import Filters, ToolCall, ToolResult
from domain.claims import Claim
from domain.evidence import Evidence, Row
from domain.window import rfc3339
from graph.context import RunContext
from graph.following import Thing, things_of
from graph.looking import look

COMPARED = 2


async def narrowed(context: RunContext, results: Sequence[AnalysisResult]) -> list[AnalysisResult]:
    """The desks' results without claims about other things; unchanged for a question that refers to nothing."""
    wanted = context.follow.things
    if not wanted:
        return list(results)
    kept = [_about(result, wanted) for result in results]
    if not any(result.candidates for result in kept):
        context.ledger.note("Nothing of what the last answer named shows here; this is about everything in scope.")
        return list(results)
    return await _exclusive(context, kept) if context.follow.is_exclusive else kept


def _about(result: AnalysisResult, wanted: frozenset[Thing]) -> AnalysisResult:
    candidates = tuple(claim for claim in result.candidates if wanted & frozenset(things_of(claim.slots)))
    findings = tuple(finding for finding in result.findings if any(finding.entity.value == value for _, value in wanted))
    return replace(result, candidates=candidates, findings=findings)


async def _exclusive(context: RunContext, results: Sequence[AnalysisResult]) -> list[AnalysisResult]:
    """Of the claims, those whose things count as much over the earlier answer's whole window as here."""
    sources = tuple(dict.fromkeys(claim.bind[0].evidence for result in results for claim in result.candidates if claim.bind))[:COMPARED]
    elsewhere = {name: await _over_all(context, context.ledger.evidence[name]) for name in sources}
    claims = [claim for result in results for claim in result.candidates]
    steady = {thing for name, whole in elsewhere.items() if whole for thing in _only_here(context.ledger.evidence[name], whole, claims)}
    found = [replace(result, candidates=_of_things(result.candidates, steady)) for result in results]
    _say(context, claims, [claim for result in found for claim in result.candidates])
    return found if any(result.candidates for result in found) else list(results)


def _say(context: RunContext, shown: Sequence[Claim], kept: Sequence[Claim]) -> None:
    """What "only" left out, and what it was measured against."""
    window = f"{rfc3339(context.scope.window.start)} to {rfc3339(context.scope.window.end)}"
    things = {value for claim in kept for _, value in things_of(claim.slots)}
    others = dict.fromkeys(value for claim in shown for thing, value in things_of(claim.slots) if (thing, value) in context.follow.things)
    also = [value for value in others if value not in things]
    if not kept:
        context.ledger.note(f"None of them shows only from {window}; what they did then follows: {', '.join(also)}.")
    elif also:
        context.ledger.note(f"Seen from {window}, but at other times too: {', '.join(also)}.")


def _of_things(candidates: Sequence[Claim], steady: set[Thing]) -> tuple[Claim, ...]:
    return tuple(claim for claim in candidates if steady & set(things_of(claim.slots)))


async def _over_all(context: RunContext, here: Evidence) -> Evidence | None:
    fields = set(Filters.__dataclass_fields__)
    filters = Filters(**{name: value for name, value in here.params.items() if name in fields})
    number = len(context.ledger.evidence) + 1
    answer = await look(context, "", ToolCall(here.template, filters, f"E{number}", window=context.follow.window, step=number))
    return answer.evidence if isinstance(answer, ToolResult) and not here.baseline_window else None


def _only_here(here: Evidence, whole: Evidence, claims: Sequence[Claim]) -> set[Thing]:
    """The things whose count here is all there is of it; the count is the one the first claim of this evidence is about."""
    about = (claim.slots for claim in claims if claim.kind == "quantity" and claim.bind[0].evidence == here.id)
    metric = next((slots["metric"] for slots in about if isinstance(slots.get("subject"), Mapping)), "")
    totals = {_key(here, row): row.get(metric) for row in whole.rows}
    steady = [row for row in here.rows if row.get(metric) and totals.get(_key(here, row)) == row[metric]]
    return {(name, str(row.get(name))) for row in steady for name in here.keys()}  # noqa: SIM118  it is no mapping


def _key(evidence: Evidence, row: Row) -> tuple[str, ...]:
    return tuple(str(row.get(name)) for name in evidence.keys())  # noqa: SIM118  it is no mapping
