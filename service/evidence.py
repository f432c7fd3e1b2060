"""Evidence as it was kept: shown whole, checked against its hashes, and asked again."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from domain.audit import AuditNote
from domain.calls import Scope
from domain.errors import NothingFoundError, StoreError, WrongUseError
from domain.evidence import document_sha256, sha256_of
from domain.ids import DEFAULT_TENANT, EvidenceUid, RunId, Tenant, evidence_uid
from domain.window import Window, parse_rfc3339
from graph.happened import TEMPLATE as INCIDENTS
from graph.happened import incident_evidence
from service.parts import Parts
from tools.answers import query_sha256
from tools.changes import Changes, changes

Document = Mapping[str, Any]
MOST_DAYS, MOST_CALLS = 10, 1_000
NEEDED = frozenset(
    {"id", "uid", "run_id", "tool", "template", "params", "query_sha256", "status", "window", "scope_rows", "rows", "columns", "aggregates"}
    | {"sha256", "rows_total"}
)
GONE = "rows of that time are no longer kept; the snapshot stands"
# What can be wrong with a document that somebody else wrote into the database.
MALFORMED = (KeyError, TypeError, ValueError, AttributeError)


async def snapshot(parts: Parts, uid: str, tenant: Tenant = DEFAULT_TENANT) -> Document:
    """A kept evidence whole, with the SQL of its template and whether it is as it was saved. Raises NothingFoundError."""
    kept = await _kept(parts, uid, tenant)
    damage = await _damage(parts, kept, uid, tenant)
    return {**kept, **_statement(parts, kept), "intact": not damage, "damage": damage}


async def snapshot_of_run(parts: Parts, run_id: str, evidence_id: str, tenant: Tenant = DEFAULT_TENANT) -> Document:
    """Evidence `E1` of a run, as `snapshot` gives it. Raises NothingFoundError naming what is not there."""
    if await parts.state.run(RunId(run_id), tenant) is None:
        raise NothingFoundError(f"There is no run {run_id!r}.")
    uid = evidence_uid(RunId(run_id), evidence_id)
    if await parts.state.evidence(uid, tenant) is None:
        raise NothingFoundError(f"Run {run_id!r} has no evidence {evidence_id!r}.")
    return await snapshot(parts, uid, tenant)


async def replay(parts: Parts, uid: str, tenant: Tenant = DEFAULT_TENANT) -> Document:
    """The same template with the same parameters, window and baseline asked now, and what differs; the replay is audited.

    Raises NothingFoundError for an address that is none, WrongUseError for evidence that cannot be asked again.
    """
    kept = await _kept(parts, uid, tenant)
    damage = await _damage(parts, kept, uid, tenant)
    again, differing = await _asked_again(parts, {**kept, "tenant": tenant})
    is_same = not damage and again["sha256"] == kept["sha256"]
    notes = [] if is_same else [*_notes(kept, again), *await _archived(parts, kept)]
    told = {"uid": uid, "same": is_same, "sha256": again["sha256"], "was_sha256": kept["sha256"], "status": again["status"]}
    await parts.audit.append([AuditNote("evidence.replayed", parts.clock.now(), RunId(kept["run_id"]), told)], tenant)
    return {
        **told,
        "was_status": kept["status"],
        "intact": not damage,
        "template_changed": _has_changed(kept, again),
        "rows_gone": _lost(kept, again),
        "notes": [*damage, *notes],
        "changes": differing.as_json(),
        "evidence": {**again, **_statement(parts, again)},
    }


async def _kept(parts: Parts, uid: str, tenant: Tenant) -> Document:
    found = await parts.state.evidence(EvidenceUid(uid), tenant)
    if found is None:
        raise NothingFoundError(f"There is no evidence {uid!r}.")
    return found


async def _damage(parts: Parts, kept: Document, uid: str, tenant: Tenant) -> list[str]:
    """What shows that a snapshot is not the one that was saved; empty for one that is."""
    seal = await parts.state.evidence_seal(EvidenceUid(uid), tenant)
    faults = [] if seal in {"", sha256_of(kept)} else ["the kept snapshot is not the one that was saved: its seal does not fit"]
    faults += await _against_audit(parts, kept, uid, tenant)
    try:
        fits = document_sha256(kept) == kept["sha256"] and kept.keys() >= NEEDED
    except MALFORMED:
        fits = False
    return faults if fits else [*faults, "the kept rows, parameters or totals do not fit the snapshot's own sha256"]


async def _against_audit(parts: Parts, kept: Document, uid: str, tenant: Tenant) -> list[str]:
    """Whether the audit of the run that saw it gives this evidence another hash."""
    run, _, evidence_id = uid.removeprefix("ev_").rpartition("_")
    calls = await parts.audit.newest(tenant, MOST_CALLS, f"run_{run}", "tool.called")
    noted = {entry.details.get("sha256") for entry in calls if entry.details.get("evidence") == evidence_id} - {None}
    return ["the audit of its run gives it another sha256"] if noted and kept.get("sha256") not in noted else []


def _statement(parts: Parts, document: Document) -> Document:
    """The SQL as the template has it now, with its parameters; `sql_current` says whether that is what was asked."""
    try:
        query = parts.toolbox.statement(document)
    except MALFORMED:
        query = None
    if query is None:
        return {"sql": "", "sql_parameters": {}, "sql_current": None}
    return {"sql": query.sql, "sql_parameters": dict(query.params), "sql_current": query_sha256(query) == document.get("query_sha256")}


async def _asked_again(parts: Parts, kept: Document) -> tuple[Document, Changes]:
    try:
        if missing := sorted(NEEDED - kept.keys()):
            raise KeyError(*missing)
        if kept["template"] == INCIDENTS:
            window = Window(parse_rfc3339(kept["window"]["start"]), parse_rfc3339(kept["window"]["end"]), kept["window"]["tz"])
            scope = Scope(window, RunId(kept["run_id"]), kept["tenant"])
            again = (await incident_evidence(parts.documents, scope, kept["id"])).evidence.as_json()
        else:
            again = (await parts.toolbox.replay(kept)).as_json()
        return again, changes(kept, again)
    except MALFORMED as error:
        raise WrongUseError(f"evidence {kept.get('uid')!r} cannot be replayed: its snapshot is damaged ({error!r})") from error


def _lost(kept: Document, again: Document) -> str:
    """Whether `all` or `some` of the rows that could be seen then are gone; only retention removes rows."""
    is_raw = kept["tool"] == "metric" or kept["template"] == "suspects"
    if not is_raw or again["status"] not in {"ok", "empty"} or again["scope_rows"] >= kept["scope_rows"]:
        return ""
    return "some" if again["scope_rows"] else "all"


def _has_changed(kept: Document, again: Document) -> bool:
    return bool(kept["query_sha256"]) and kept["query_sha256"] != again["query_sha256"]


def _notes(kept: Document, again: Document) -> list[str]:
    """Why a replay may differ, as far as code can tell."""
    lost = _lost(kept, again)
    came = again["scope_rows"] - kept["scope_rows"]
    cases = (
        (lost == "all", GONE),
        (lost == "some", f"some {GONE}"),
        (_has_changed(kept, again), f"the template {kept['template']!r} has changed since: its query is another one"),
        (again["status"] in {"error", "timeout"}, f"the store did not answer: {again['message']}"),
        (came > 0, f"{came:,} more events of that time are stored now"),
        (kept["tool"] == "incidents", "incidents go on: their state is that of now"),
        (kept["template"] == "similar_incidents", "earlier incidents are looked up among those known now"),
    )
    return [text for holds, text in cases if holds]


async def _archived(parts: Parts, kept: Document) -> list[str]:
    """That days of the window or the baseline are in the archive; a replay may have seen less for it."""
    try:
        files = await asyncio.to_thread(parts.retention.archived)
    except StoreError:
        return []
    spans = [_days(kept[name]) for name in ("window", "baseline_window") if kept.get(name)]
    days = sorted({file.day for file in files if any(first <= file.day <= last for first, last in spans)})
    return [_brought_back(days)] if days else []


def _days(window: Document) -> tuple[date, date]:
    return parse_rfc3339(window["start"]).date(), parse_rfc3339(window["end"]).date()


def _brought_back(days: Sequence[date]) -> str:
    named = ", ".join(map(str, days[:MOST_DAYS])) + (" and others" if len(days) > MOST_DAYS else "")
    return f"in the archive are {named}; `watchfloor replay archive --day DAY` brings a day back"
