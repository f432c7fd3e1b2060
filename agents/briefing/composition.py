"""From a finished run to the briefing document: sentences are the supported claims' own, numbers stand where evidence has them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from agents.briefing.dossier import Dossier, indexed
from agents.briefing.figures import Reading, readings
from agents.briefing.health import service_health
from agents.briefing.issues import is_unfelt, suspicions
from agents.briefing.limits import warned
from agents.briefing.reports import Shown, Told, top_issues
from agents.messages import said, titled, translated
from domain.analysis import Analysis
from domain.briefing import Briefing, BriefingKind, KeyMetric, Period
from domain.claims import Binding, Claim
from domain.documents import plain
from domain.evidence import Evidence

QUIET = "Quiet:"
HAPPENED = "incidents_of_period"
MEANS: Mapping[str, str] = {"mttd_s": "mean_time_to_detect_s", "mtta_s": "mean_time_to_acknowledge_s", "mttr_s": "mean_time_to_resolve_s"}
GRAVE = frozenset({"high", "critical"})
SUMMARY_FIGURES = ("requests", "failed_requests", "p95_latency", "logged_requests", "failed_logged_requests")
CLAIMS_AN_ISSUE = 2


@dataclass(frozen=True, slots=True)
class Made:
    """What a briefing is made of besides its run: its id, kind and time, and the last one of its kind."""

    briefing_id: str
    kind: BriefingKind
    at: datetime
    notes: tuple[str, ...] = ()
    last: Told | None = None


def compose(analysis: Analysis, made: Made) -> Briefing:
    """The briefing of a run of trigger `schedule`."""
    dossier, shown = Dossier(analysis.window, analysis.evidence), Shown.of(analysis.claims)
    happened = dossier.of(HAPPENED)
    incidents = tuple(dict(row) for row in happened.rows) if happened else ()
    told = top_issues(dossier, shown, analysis.findings, incidents)
    top = tuple({**issue, "title": titled(str(issue["title"]), analysis.language)} for issue in told)
    quiet = is_quiet(dossier, analysis, incidents)
    briefing = Briefing(
        briefing_id=made.briefing_id,
        kind=made.kind,
        period=Period(analysis.window.start, analysis.window.end),
        language=analysis.language,
        summary=" ".join(translated(text, analysis.language) for text in _summary(dossier, shown, top, quiet=quiet)),
        created_at=made.at,
        run_id=analysis.run_id,
        headline=analysis.headline,
        is_quiet=quiet,
        notes=(*(translated(note, analysis.language) for note in made.notes), *analysis.notes),
        key_metrics=tuple(_metric(reading, shown) for reading in readings(dossier)),
        service_health=service_health(dossier),
        top_issues=top,
        incidents=tuple(_told_incident(one) for one in incidents),
        recommendations=tuple(plain(one) for one in analysis.recommendations if one.justified),
        could_not_check=analysis.could_not_check,
        claims=tuple(one.as_json() for one in analysis.claims if one.verdict == "supported"),
        grounding=analysis.grounding.as_json(),
        usage=plain(analysis.usage),
    )
    return _with_notes(_with_means(briefing, happened), dossier, shown, analysis, made)


def is_quiet(dossier: Dossier, analysis: Analysis, incidents: Sequence[Told]) -> bool:
    """Whether the look for trouble answered and found none: no spell of failure, suspect, attack or grave incident, nothing full."""
    looked = dossier.of("failing_spells")
    attacks = [finding for finding in analysis.findings if finding.desk == "security"]
    grave = [one for one in incidents if one["severity"] in GRAVE]
    unwell = [health for health in service_health(dossier) if health.state != "ok"]
    full = [one for one in warned(dossier) if one.limit.is_fault]
    return looked is not None and not (looked.rows or suspicions(dossier) or attacks or grave or unwell or full)


def _summary(dossier: Dossier, shown: Shown, top: Sequence[Told], *, quiet: bool) -> Iterator[str]:
    """The worst first, then what users saw; every number of it is a claim's."""
    if quiet:
        yield QUIET
        yield from (claim.text for claim in _of_template("failing_spells", dossier, shown))
    known = {claim.id: claim.text for claim in shown.claims}
    if not quiet and not top:
        yield from _reasons(dossier, shown)
    for issue in top:
        told = "; ".join(known[name].rstrip(".") for name in issue["claims"][:CLAIMS_AN_ISSUE])
        yield f"{issue['title']} ({told})." if told else f"{issue['title']}."
    for reading in readings(dossier):
        if reading.figure.name in SUMMARY_FIGURES:
            yield from (claim.text for claim in _stating(reading, shown) if claim.kind == "quantity")


def _reasons(dossier: Dossier, shown: Shown) -> Iterator[str]:
    """Why a period without an issue is not quiet."""
    yield from (f"{health.service} is {health.state}." for health in service_health(dossier) if health.state != "ok")
    for template in (*SECURITY, HAPPENED):
        counted = (claim for claim in _of_template(template, dossier, shown) if claim.bind[0].path.startswith("aggregates."))
        yield from [claim.text for claim in counted if claim.kind == "quantity" and claim.slots["value"]][:1]


def _metric(reading: Reading, shown: Shown) -> KeyMetric:
    figure, earlier = reading.figure, reading.earlier
    return KeyMetric(
        name=figure.name,
        value=reading.value,
        unit=figure.unit,
        previous=reading.previous,
        trend=reading.trend,
        evidence=reading.now.id,
        path=figure.path,
        previous_evidence=earlier.id if earlier else "",
        previous_path=figure.path if earlier else "",
        means=figure.means,
        claims=tuple(claim.id for claim in _stating(reading, shown)),
    )


def _stating(reading: Reading, shown: Shown) -> tuple[Claim, ...]:
    bound = Binding(reading.now.id, reading.figure.path)
    return tuple(claim for claim in shown.claims if claim.bind[:1] == (bound,))


def _told_incident(row: Told) -> Told:
    return {name: row[name] for name in ("incident_id", "title", "severity", "status", "services", "start_at", "end_at")}


def _with_means(briefing: Briefing, happened: Evidence | None) -> Briefing:
    if happened is None:
        return briefing
    found = {name: happened.aggregates.get(aggregate) for name, aggregate in MEANS.items()}
    return replace(briefing, mttd_s=found["mttd_s"], mtta_s=found["mtta_s"], mttr_s=found["mttr_s"])


def _with_notes(briefing: Briefing, dossier: Dossier, shown: Shown, analysis: Analysis, made: Made) -> Briefing:
    security = {name for finding in analysis.findings if finding.desk == "security" for name in finding.claims}
    attacks = [claim for template in SECURITY for claim in _of_template(template, dossier, shown) if claim.slots.get("value") != 0]
    return replace(
        briefing,
        trends=_texts(claim for claim in shown.claims if claim.kind in {"comparison", "trend"}),
        early_warnings=_texts(_warnings(dossier, shown)),
        security_notes=_texts((*(claim for claim in shown.claims if claim.id in security), *attacks)),
        changes_since_last=tuple(_since(briefing, made.last)) if made.last else (),
    )


# Attacks that were not there are told as absences, not as zeros.
SECURITY = ("ssh_logins_by_source", "ssh_success_after_failures", "scanning_clients", "credential_stuffing")
# A new error of which there are fewer is news to nobody.
MANY_NEW = 5


def _warnings(dossier: Dossier, shown: Shown) -> Iterator[Claim]:
    """Gauges near their limit, what was slow without users, and errors that are new and many."""
    ranking = dossier.of("suspects")
    unfelt = [index for index, row in indexed(ranking) if is_unfelt(row, dossier)]
    for claim in shown.bound_to(ranking.id) if ranking else ():
        if any(claim.bind[0].path.startswith(f"rows[{index}].") for index in unfelt):
            yield claim
    yield from _of_template("metric_summary", dossier, shown)
    for claim in _of_template("new_errors", dossier, shown):
        if claim.kind == "quantity" and claim.slots["metric"] == "events" and claim.slots["value"] >= MANY_NEW:
            yield claim


def _since(briefing: Briefing, last: Told) -> Iterator[str]:
    """What is no longer as the last briefing of this kind had it; names only, numbers stand among the key metrics."""
    now, then = _hit(plain(briefing.top_issues)), _hit(last.get("top_issues", ()))
    tell = partial(said, language=briefing.language)
    yield from (tell("New among the top issues: {name}.", name=name) for name in now if name not in then)
    yield from (tell("No longer among the top issues: {name}.", name=name) for name in then if name not in now)
    states = {one["service"]: one["state"] for one in last.get("service_health", ())}
    for health in briefing.service_health:
        before = states.get(health.service, health.state)
        if before != health.state:
            yield tell("{service} was {before} and is {state}.", service=health.service, before=tell(before), state=tell(health.state))


def _hit(issues: Sequence[Told]) -> list[str]:
    return [str(issue["title"]) for issue in issues]


def _of_template(template: str, dossier: Dossier, shown: Shown) -> tuple[Claim, ...]:
    found = dossier.of(template)
    return shown.bound_to(found.id) if found else ()


def _texts(claims: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(claim.text for claim in claims))
