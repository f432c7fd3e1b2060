"""How an issue is told: who was hit and when, how many requests failed, what was logged and changed, and the claims that say so."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from agents.briefing.dossier import Dossier
from agents.briefing.issues import Issue, suspicions
from agents.briefing.looks import TOLD_ISSUES, by_impact
from domain.claims import Claim, Judged
from domain.evidence import Row
from domain.findings import SEVERITY_ORDER, Finding, Severity, worst
from domain.window import Window, parse_rfc3339, rfc3339
from grounding.rendering import render

Told = Mapping[str, Any]
# A change this long before the first failure is told beside it.
LEAD = timedelta(minutes=30)
CRITICAL_SHARE, HIGH_SHARE, MANY, SOME = 0.5, 0.05, 20, 10
FELT = ("failed_user_requests", "user_requests")
CAUSAL = frozenset({"causal"})
TELLING = ("failed_user_requests", "reason", "error_rate", "errors", "calls", "user_requests", "p95_ms")


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
    """At most three: by failed requests of users, then what deviated without failing; one of them a break-in where there was one."""
    found = by_impact(dossier)
    told = [_issue(issue, dossier, shown, incidents) for issue in found[:TOLD_ISSUES]]
    told += [_suspicion(index, row, dossier, shown, incidents) for index, row in _others(dossier, found)]
    grave = [_finding(one, shown) for one in findings if one.desk == "security" and one.severity == "critical"][:1]
    return (*told[: TOLD_ISSUES - len(grave)], *grave)


def _others(dossier: Dossier, found: Sequence[Issue]) -> list[tuple[int, Row]]:
    """The suspects of the whole period that no issue is about, those that users felt most first."""
    known = {issue.service for issue in found}
    rows = [(index, row) for index, row in suspicions(dossier) if row["service"] not in known]
    return sorted(rows, key=lambda entry: (-entry[1]["failing_pp"], entry[0]))


def _suspicion(index: int, row: Row, dossier: Dossier, shown: Shown, incidents: Sequence[Told]) -> Told:
    """What deviated without a spell of failure."""
    source = dossier.of("suspects")
    claims = [one for one in shown.bound_to(source.id if source else "") if one.bind[0].path.startswith(f"rows[{index}].")]
    window = Window(min(dossier.period.end, parse_rfc3339(row["onset_at"])), dossier.period.end)
    issue = Issue(row["service"], window, (row["service"],), 0)
    changes = _changes(issue, dossier, shown) if claims else ()
    return {
        **_frame(row["service"], _title(row["service"], row["reason"]), "medium"),
        "start": row["onset_at"],
        "services": list(row["path"]),
        **_raised(_incident(issue, incidents), "medium"),
        **_stated([*claims, *changes]),
    }


def _issue(issue: Issue, dossier: Dossier, shown: Shown, incidents: Sequence[Told]) -> Told:
    claims = (*sorted(_during(issue, dossier, shown), key=_weight), *_changes(issue, dossier, shown))
    likely = [claim for claim in shown.likely if _is_about(claim, issue.service)]
    ranking = dossier.rows("suspects", issue.window)
    return {
        **_frame(issue.service, _title(issue.service, ranking[0]["reason"] if ranking else ""), "low"),
        "start": rfc3339(issue.window.start),
        "end": rfc3339(issue.window.end),
        "services": list(issue.services),
        **_raised(_incident(issue, incidents), _severity(issue, dossier)),
        **_felt(issue, dossier),
        **_stated(claims),
        "text": " ".join(_said(claim, issue, dossier) for claim in claims),
        "likely_cause": likely[0].text if likely else None,
    }


def _raised(incident: Told | None, severity: Severity) -> dict[str, Any]:
    """An issue is as grave as its incident, if that is graver."""
    if incident is None:
        return {"incident_id": None, "severity": severity}
    return {"incident_id": incident["incident_id"], "severity": worst((severity, incident["severity"]))}


def _felt(issue: Issue, dossier: Dossier) -> dict[str, Any]:
    """The requests of users that failed meanwhile, and where that number stands; nothing where users left no traces."""
    found = dossier.of("user_requests", issue.window)
    if found is None:
        return {}
    told = {"failed_requests": found.aggregates["failed_user_requests"], "failed_requests_evidence": found.id}
    return {**told, "failed_requests_path": "aggregates.failed_user_requests"}


def _title(service: str, reason: str) -> str:
    return f"{service}: {reason.replace('_', ' ')}" if reason else f"{service} failed more than usual"


def _frame(service: str, title: str, severity: Severity) -> dict[str, Any]:
    """The fields every issue has."""
    blank: dict[str, Any] = {"start": None, "end": None, "services": [], "incident_id": None, "failed_requests": None, "likely_cause": None}
    return {"service": service, "title": title, "severity": severity, **blank}


def _stated(claims: Sequence[Claim]) -> dict[str, Any]:
    return {"numbers": _numbers(claims), "claims": [claim.id for claim in claims], "text": " ".join(claim.text for claim in claims)}


def _weight(claim: Claim) -> int:
    """What users felt, then how the service failed, then what it logged."""
    name = claim.bind[0].path.rsplit(".", 1)[-1]
    return TELLING.index(name) if name in TELLING else len(TELLING)


def _said(claim: Claim, issue: Issue, dossier: Dossier) -> str:
    """A claim's sentence without the window, where that is the issue's own and stands beside it."""
    if claim.slots.get("window") != _span(issue.window):
        return claim.text
    return render(claim, {item.id: item for item in dossier.evidence}, run_window=issue.window)


def _span(window: Window) -> Mapping[str, str]:
    return {"start": rfc3339(window.start), "end": rfc3339(window.end)}


def _during(issue: Issue, dossier: Dossier, shown: Shown) -> Iterator[Claim]:
    """The claims about users and about the service while the issue lasted."""
    for evidence in dossier.evidence:
        is_then = (evidence.window.start, evidence.window.end) == (issue.window.start, issue.window.end)
        is_its = evidence.template == "user_requests" or evidence.params.get("service") == issue.service
        if (is_then and is_its) or evidence.id == issue.named_by:
            yield from (claim for claim in shown.bound_to(evidence.id) if claim.slots.get("value") != 0)


def _changes(issue: Issue, dossier: Dossier, shown: Shown) -> Iterator[Claim]:
    """What was changed at the service from half an hour before the issue to its end."""
    found = dossier.of("change_events")
    for claim in shown.bound_to(found.id) if found else ():
        what = claim.slots.get("subject")
        about = what if isinstance(what, Mapping) else {}
        is_its = about.get("service") in issue.services and "at" in about
        if is_its and issue.window.start - LEAD <= parse_rfc3339(str(about["at"])) <= issue.window.end:
            yield claim


def _severity(issue: Issue, dossier: Dossier) -> Severity:
    """Critical: half of users' requests failed meanwhile, twenty or more. High: a twentieth (ten at least), or 20. Medium: any; else low.

    Where users left no traces, by the failures of the service alone.
    """
    found = dossier.of("user_requests", issue.window)
    failed, requests = (int(found.aggregates[name]) for name in FELT) if found else (issue.failures, 0)
    if requests and failed >= max(MANY, CRITICAL_SHARE * requests):
        return "critical"
    if failed >= MANY or (requests and failed >= max(SOME, HIGH_SHARE * requests)):
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


def _incident(issue: Issue, incidents: Sequence[Told]) -> Told | None:
    """The incident that went on meanwhile at one of the services; the gravest first."""
    fitting = [one for one in incidents if set(one["services"]) & set(issue.services) and _overlaps(one, issue)]
    graded = sorted(fitting, key=lambda one: (issue.service not in one["services"], -SEVERITY_ORDER.index(one["severity"])))
    return graded[0] if graded else None


def _overlaps(incident: Told, issue: Issue) -> bool:
    start = parse_rfc3339(incident["start_at"])
    end = parse_rfc3339(incident["end_at"]) if incident.get("end_at") else max(start, issue.window.end)
    return issue.overlaps(Window(start, max(start, end)), LEAD)


def _finding(finding: Finding, shown: Shown) -> Told:
    claims = [claim for claim in shown.claims if claim.id in finding.claims]
    title = f"{finding.kind.replace('_', ' ')} by {finding.entity.value}" + (" got in" if finding.succeeded else "")
    return {
        **_frame("", title, finding.severity),
        "start": rfc3339(finding.first_seen) if finding.first_seen else None,
        "end": rfc3339(finding.last_seen) if finding.last_seen else None,
        **_stated(claims),
    }


def _is_about(claim: Claim, service: str) -> bool:
    cause = claim.slots.get("cause")
    return isinstance(cause, Mapping) and cause.get("service") == service
