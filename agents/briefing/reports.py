"""How an issue is told: who was hit and when, how many requests failed, what was logged and changed, and the claims that say so."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from agents.briefing.dossier import Dossier
from agents.briefing.issues import Issue, issues, named
from agents.briefing.looks import TOLD_ISSUES, by_impact, failed_requests
from domain.claims import Claim, Judged
from domain.findings import SEVERITY_ORDER, Finding, Severity
from domain.window import Window, parse_rfc3339, rfc3339

Told = Mapping[str, Any]
# A change this long before the first failure is told beside it.
LEAD = timedelta(minutes=30)
CRITICAL_SHARE, HIGH_SHARE, MANY = 0.5, 0.05, 20
CAUSAL = frozenset({"causal"})
OF_ALL = frozenset({"user_requests", "suspects"})


@dataclass(frozen=True, slots=True)
class Shown:
    """What may be told as fact: the supported claims of a run, in their order; causes that are likely stand apart."""

    claims: tuple[Claim, ...]
    likely: tuple[Claim, ...] = ()

    @classmethod
    def of(cls, judged: Sequence[Judged]) -> "Shown":
        """The claims an unattended reader may see."""
        facts = tuple(one.claim for one in judged if one.verdict == "supported")
        return cls(facts, tuple(one.claim for one in judged if one.verdict == "consistent" and one.claim.kind in CAUSAL))

    def bound_to(self, evidence: str) -> tuple[Claim, ...]:
        """The claims whose first cell is in one evidence."""
        return tuple(claim for claim in self.claims if claim.bind and claim.bind[0].evidence == evidence)


def top_issues(dossier: Dossier, shown: Shown, findings: Sequence[Finding], incidents: Sequence[Told]) -> tuple[Told, ...]:
    """At most three: by failed requests of users; one of them a break-in where there was one."""
    found = by_impact(dossier, [named(issue, dossier) for issue in issues(dossier)])
    told = [_issue(issue, dossier, shown, incidents) for issue in found[:TOLD_ISSUES]]
    grave = [_finding(finding, shown) for finding in findings if finding.severity == "critical"][:1]
    return (*told[: TOLD_ISSUES - len(grave)], *grave)


def _issue(issue: Issue, dossier: Dossier, shown: Shown, incidents: Sequence[Told]) -> Told:
    claims = (*_during(issue, dossier, shown), *_changes(issue, dossier, shown))
    likely = [claim for claim in shown.likely if _is_about(claim, issue.service)]
    return {
        "service": issue.service,
        "title": f"{issue.service} failed more than usual",
        "severity": _severity(issue, dossier),
        "start": rfc3339(issue.window.start),
        "end": rfc3339(issue.window.end),
        "services": list(issue.services),
        "incident_id": _incident(issue, incidents),
        "failed_requests": failed_requests(dossier, issue),
        "numbers": _numbers(claims),
        "claims": [claim.id for claim in claims],
        "text": " ".join(claim.text for claim in claims),
        "likely_cause": likely[0].text if likely else None,
    }


def _during(issue: Issue, dossier: Dossier, shown: Shown) -> Iterator[Claim]:
    """The claims about users and about the service while the issue lasted."""
    for evidence in dossier.evidence:
        is_then = (evidence.window.start, evidence.window.end) == (issue.window.start, issue.window.end)
        if is_then and (evidence.template in OF_ALL or evidence.params.get("service") == issue.service):
            yield from shown.bound_to(evidence.id)


def _changes(issue: Issue, dossier: Dossier, shown: Shown) -> Iterator[Claim]:
    """What was changed at the service from half an hour before the issue to its end."""
    found = dossier.of("change_events")
    for claim in shown.bound_to(found.id) if found else ():
        event, at = claim.slots.get("event"), claim.slots.get("at")
        is_its = isinstance(event, Mapping) and event.get("service") in issue.services
        if is_its and isinstance(at, str) and issue.window.start - LEAD <= parse_rfc3339(at) <= issue.window.end:
            yield claim


def _severity(issue: Issue, dossier: Dossier) -> Severity:
    """Critical: half of users' requests failed meanwhile, and twenty or more. High: a twentieth, or twenty. Medium: any; else low."""
    found = dossier.of("user_requests", issue.window)
    failed, requests = failed_requests(dossier, issue), int(found.aggregates["user_requests"]) if found else 0
    if requests and failed >= max(MANY, CRITICAL_SHARE * requests):
        return "critical"
    if failed >= MANY or (requests and failed >= HIGH_SHARE * requests):
        return "high"
    return "medium" if failed else "low"


def _numbers(claims: Sequence[Claim]) -> list[Told]:
    """Every number the claims state, with the cell it stands in."""
    return [
        {"name": claim.slots["metric"], "value": claim.slots["value"], "unit": claim.slots.get("unit", "1"), "claim": claim.id}
        | {"evidence": claim.bind[0].evidence, "path": claim.bind[0].path}
        for claim in claims
        if claim.kind == "quantity"
    ]


def _incident(issue: Issue, incidents: Sequence[Told]) -> str | None:
    """The incident that went on meanwhile at one of the services; the gravest first."""
    fitting = [one for one in incidents if set(one["services"]) & set(issue.services) and _overlaps(one, issue)]
    graded = sorted(fitting, key=lambda one: (issue.service not in one["services"], -SEVERITY_ORDER.index(one["severity"])))
    return str(graded[0]["incident_id"]) if graded else None


def _overlaps(incident: Told, issue: Issue) -> bool:
    start = parse_rfc3339(incident["start_at"])
    end = parse_rfc3339(incident["end_at"]) if incident.get("end_at") else max(start, issue.window.end)
    return issue.overlaps(Window(start, max(start, end)), LEAD)


def _finding(finding: Finding, shown: Shown) -> Told:
    claims = [claim for claim in shown.claims if claim.id in finding.claims]
    return {
        "service": "",
        "title": f"{finding.kind.replace('_', ' ')} by {finding.entity.value}" + (" got in" if finding.succeeded else ""),
        "severity": finding.severity,
        "start": rfc3339(finding.first_seen) if finding.first_seen else None,
        "end": rfc3339(finding.last_seen) if finding.last_seen else None,
        "services": [],
        "incident_id": None,
        "failed_requests": 0,
        "numbers": _numbers(claims),
        "claims": [claim.id for claim in claims],
        "text": " ".join(claim.text for claim in claims),
        "likely_cause": None,
    }


def _is_about(claim: Claim, service: str) -> bool:
    cause = claim.slots.get("cause")
    return isinstance(cause, Mapping) and cause.get("service") == service
