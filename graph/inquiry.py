"""What of the desks' results belongs to an inquiry: what the SRE desk saw, attacks, and waste where a suspect stands."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from agents.analyst import AnalysisResult
from domain.claims import Claim
from domain.findings import Finding
from graph.causes import SUSPECTS
from graph.context import RunContext
from graph.following import things_of

LEADING = "sre"
ALWAYS = "security"


def pertinent(context: RunContext, results: Sequence[AnalysisResult]) -> list[AnalysisResult]:
    """Beside the leading desk only findings with the claims they rest on; of waste only what names a suspect."""
    if not context.is_inquiry:
        return list(results)
    rows = (row for item in context.ledger.evidence.values() if item.template == SUSPECTS for row in item.rows)
    suspects = frozenset(str(row["service"]) for row in rows)
    return [result if result.desk == LEADING else _founded(result, suspects) for result in results]


def _founded(result: AnalysisResult, suspects: frozenset[str]) -> AnalysisResult:
    claims = {claim.id: claim for claim in result.candidates}
    findings = tuple(one for one in result.findings if result.desk == ALWAYS or _names(one, claims, suspects))
    wanted = {name for finding in findings for name in finding.claims}
    return replace(result, findings=findings, candidates=tuple(claim for claim in result.candidates if claim.id in wanted))


def _names(finding: Finding, claims: Mapping[str, Claim], suspects: frozenset[str]) -> bool:
    told = {value for name in finding.claims if name in claims for _, value in things_of(claims[name].slots)}
    return bool(suspects & (told | {finding.entity.value}))
