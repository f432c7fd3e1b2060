"""The incidents of a window as evidence: who was hit, and how long it took to notice, to answer and to mend."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import fmean
from typing import Any

from domain.calls import Scope, ToolResult
from domain.claims import Binding
from domain.evidence import Cell, Column, Evidence
from domain.ids import evidence_uid
from domain.ports import Documents
from domain.window import Window, parse_rfc3339
from tools.candidates import Draft, claims, row_value
from tools.cells import harmless

TEMPLATE = "incidents_of_period"
MOST = 500
TOLD = 5
# An incident found by replaying history was not noticed years late.
LIVE = timedelta(days=1)
Stored = Mapping[str, Any]
TIMES: Mapping[str, tuple[str, str]] = {
    "time_to_detect_s": ("start_at", "created_at"),
    "time_to_acknowledge_s": ("created_at", "acknowledged_at"),
    "time_to_resolve_s": ("start_at", "resolved_at"),
}
COLUMNS = (
    Column("incident_id", trust="platform", label="incident"),
    Column("title", trust="external", role="measure", label="title"),
    Column("severity", trust="platform", role="measure", label="severity"),
    Column("status", trust="platform", role="measure", label="status"),
    Column("services", "array", trust="external", role="measure", label="services"),
    Column("start_at", "time", trust="platform", role="time", label="start"),
    Column("end_at", "time", trust="platform", role="time", label="end"),
    Column("time_to_detect_s", "number", "s", trust="platform", role="measure", label="time to detect"),
    Column("time_to_acknowledge_s", "number", "s", trust="platform", role="measure", label="time to acknowledge"),
    Column("time_to_resolve_s", "number", "s", trust="platform", role="measure", label="time to resolve"),
)


async def incident_evidence(documents: Documents, scope: Scope, name: str) -> ToolResult:
    """The incidents that went on in the scope's window, newest first; `empty` where no incident was ever kept."""
    known = await documents.find("incident", None, scope.tenant, MOST)
    rows = tuple(_row(document) for document in known if _happened(document, scope.window))
    evidence = Evidence(
        id=name,
        tool="incidents",
        template=TEMPLATE,
        window=scope.window,
        columns=COLUMNS,
        rows=rows,
        rows_total=len(rows),
        run_id=scope.run_id,
        uid=evidence_uid(scope.run_id, name),
        step=int(name.removeprefix("E")),
        tenant=scope.tenant,
        status="ok" if known else "empty",
        truncated=len(known) == MOST,
        scope_rows=len(known),
        aggregates=_totals(rows),
        title="Incidents of the period",
    )
    return ToolResult(evidence, claims(_drafts(evidence), evidence) if known else ())


def _happened(document: Stored, window: Window) -> bool:
    """Whether an incident went on during a window; a merged one lives on in the one it was merged into."""
    end = _instant(document, "end_at") or _instant(document, "resolved_at")
    start = _instant(document, "start_at")
    return start is not None and not document.get("merged_into") and start < window.end and (end is None or end >= window.start)


def _row(document: Stored) -> dict[str, Cell]:
    plain = {name: document.get(name) for name in ("incident_id", "severity", "status", "start_at", "end_at")}
    title, services = harmless(str(document.get("title") or "")), [harmless(str(name)) for name in document.get("services") or ()]
    return {**plain, "title": title, "services": services, **{name: _seconds(document, *ends) for name, ends in TIMES.items()}}


def _seconds(document: Stored, start: str, end: str) -> float | None:
    """Seconds from one of an incident's instants to another; None for history, and where one is missing."""
    first, last, began, made = (_instant(document, name) for name in (start, end, "start_at", "created_at"))
    if not (first and last and began and made) or made - began > LIVE or last < first:
        return None
    return round((last - first).total_seconds(), 3)


def _instant(document: Stored, name: str) -> datetime | None:
    value = document.get(name)
    return parse_rfc3339(str(value)) if value else None


def _totals(rows: Sequence[Mapping[str, Cell]]) -> dict[str, Cell]:
    counted: dict[str, Cell] = {
        "incidents": len(rows),
        "open_incidents": sum(row["status"] != "resolved" for row in rows),
        "critical_incidents": sum(row["severity"] == "critical" for row in rows),
    }
    known = {name: [row[name] for row in rows if row[name] is not None] for name in TIMES}
    return {**counted, **{f"mean_{name}": round(fmean(values), 3) for name, values in known.items() if values}}


def _drafts(evidence: Evidence) -> Iterator[Draft]:
    bound = Binding(evidence.id, "aggregates.incidents")
    if not evidence.rows:
        yield Draft("absence", {"what": "incidents"}, (bound,), "high")
        return
    slots = {"subject": "all", "metric": "incidents", "agg": "count", "op": "=", "value": len(evidence.rows), "unit": "1"}
    yield Draft("quantity", slots, (bound,))
    for index in range(min(TOLD, len(evidence.rows))):
        yield row_value(evidence, index, COLUMNS[2])
