"""The tool similar_incidents: what happened before that reads like what is happening now, with what was its cause."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from domain.calls import Refusal, Scope, ToolCall, ToolResult, ToolSpec
from domain.claims import Binding, Materiality
from domain.errors import StoreError, StoreTimeoutError
from domain.evidence import Column, Evidence, Row, Status, sha256_of
from domain.ids import evidence_uid
from domain.ports import Embedder, StoreQuery, TelemetryStore, VectorHit, VectorIndex
from domain.window import parse_rfc3339
from grounding.quantity import rounded
from tools import cells
from tools.candidates import Draft, claims, row_quantity, row_value

NAME, COLLECTION = "similar_incidents", "incidents"
LEAST = 0.5
MOST, SEARCHED = 5, 25
COLUMNS = (
    Column("incident_id", trust="platform", role="key", label="incident"),
    Column("issue_id", trust="platform", role="measure", label="issue"),
    Column("title", role="measure", label="title", phrase="{subject} was: {value}"),
    Column("similarity", "number", trust="platform", role="measure", label="similarity", phrase="{subject} has a similarity of {value}"),
    Column("status", trust="platform", role="measure", label="status", phrase="{subject} is {value}"),
    Column("root_cause", trust="operator", role="measure", label="cause", phrase="the cause of {subject} was {value}"),
    Column(
        "hypothesis", role="measure", label="cause that nobody confirmed", phrase="nobody confirmed that the cause of {subject} was {value}"
    ),
    Column("run_id", trust="platform", role="measure", label="run that named it"),
    Column("start_at", "time", trust="platform", role="time", label="start", phrase="{subject} began at {value}"),
)
# What an incident reads like from outside: its services, error codes and messages, most frequent first.
_SIGNS = """
SELECT service, error_code, min(body) AS message, sum(toUInt64(weight)) AS events FROM logs
WHERE (severity_number >= 17 OR status >= 500) AND ({service:String} = '' OR service = {service:String})
GROUP BY service, error_code ORDER BY events DESC, service, error_code LIMIT 5"""
_NEEDS = frozenset({"service", "error_code", "body", "severity_number", "status", "weight"})


@dataclass(frozen=True, slots=True)
class SimilarIncidents:
    """A composite tool over the vectors of incidents; a call's `text` says what to look for, else the errors in scope do."""

    store: TelemetryStore
    index: VectorIndex
    embedder: Embedder

    @property
    def spec(self) -> ToolSpec:
        """How the tool introduces itself."""
        lacks = sorted(_NEEDS - self.store.logical_columns("logs"))
        return ToolSpec(
            NAME,
            "Which earlier incidents and known issues are like this one, and what was their cause?",
            takes=("service", "text", "limit"),
            desks=("sre", "security"),
            keywords=("similar", "before", "seen", "known issue", "past incident", "again", "earlier"),
            examples=("Has this happened before?", "Which earlier incidents are like this one?", "Is this a known issue?"),
            available=not lacks,
            unavailable_because=f"logs have no {', '.join(lacks)}" if lacks else "",
            reads=("logs",),
        )

    async def call(self, call: ToolCall, scope: Scope) -> ToolResult | Refusal:
        """Earlier incidents, nearest first, as evidence of at most five rows with a claim each."""
        try:
            text = call.filters.text or await self._signs(call.filters.service, scope)
            hits = await self._nearest(text, scope) if text else ()
        except StoreError as error:
            status: Status = "timeout" if isinstance(error, StoreTimeoutError) else "error"
            return ToolResult(_evidence(call, scope, (), status, str(error)))
        earlier = [hit for hit in hits if hit.similarity >= LEAST and parse_rfc3339(hit.payload["start_at"]) < scope.window.start]
        shown = tuple(_row(hit) for hit in earlier[: call.filters.limit or MOST])
        message = "" if shown else "no earlier incident is like this one"
        evidence = _evidence(call, scope, shown, "ok" if hits else "empty", message, rows_total=len(earlier), scope_rows=len(hits))
        return ToolResult(evidence, claims(_drafts(evidence), evidence))

    async def _signs(self, service: str, scope: Scope) -> str:
        query = StoreQuery(_SIGNS.strip(), {"logs": scope.window}, {"service": service}, scope.tenant)
        rows = (await self.store.query(query)).rows
        return " ".join(f"errors {code} of {name}: {message}" for name, code, message, _ in rows)

    async def _nearest(self, text: str, scope: Scope) -> tuple[VectorHit, ...]:
        vector = (await asyncio.to_thread(self.embedder.embed, [text]))[0]
        return await self.index.search(COLLECTION, vector, scope.tenant, SEARCHED)


def _row(hit: VectorHit) -> Row:
    """An earlier incident; its cause is known where a person confirmed it, else it is the hypothesis of a run."""
    named, is_confirmed = hit.payload.get("root_cause", ""), bool(hit.payload.get("confirmed_by"))
    causes = {"root_cause": cells.harmless(named) if is_confirmed else "", "hypothesis": "" if is_confirmed else named}
    known: Mapping[str, Any] = {**hit.payload, **causes, "similarity": round(hit.similarity, 4)}
    return cells.row([known.get(column.name, "") for column in COLUMNS], COLUMNS)


def _drafts(evidence: Evidence) -> Iterator[Draft]:
    """Per incident what it was, how near it is and what its cause was; the nearest weighs most."""
    columns = {column.name: column for column in COLUMNS}
    for number in range(len(evidence.rows)):
        weight: Materiality = "normal" if number == 0 else "low"
        yield row_value(evidence, number, columns["title"], weight)
        yield row_quantity(evidence, number, columns["similarity"], weight)
        yield _past(evidence, number, weight)
        if evidence.rows[number]["hypothesis"]:
            yield row_value(evidence, number, columns["hypothesis"], "low")


def _past(evidence: Evidence, index: int, weight: Materiality) -> Draft:
    """That it happened before: which incident, how similar, and what its cause was where that is known."""
    row = evidence.rows[index]
    known = {"cause": row["root_cause"]} if row["root_cause"] else {}
    slots = {"incident_id": row["incident_id"], "similarity": rounded(row["similarity"], exact=False), **known}
    bound = tuple(Binding(evidence.id, f"rows[{index}].{name}") for name in ("similarity", *(("root_cause",) if known else ())))
    return Draft("past_incident", slots, bound, weight)


def _evidence(call: ToolCall, scope: Scope, rows: tuple[Row, ...], status: Status, message: str, **counts: int) -> Evidence:
    return Evidence(
        id=call.evidence_id,
        tool="composite",
        template=NAME,
        window=scope.window,
        columns=COLUMNS,
        rows=rows,
        rows_total=counts.get("rows_total", 0),
        status=status,
        message=message,
        run_id=scope.run_id,
        uid=evidence_uid(scope.run_id, call.evidence_id),
        step=call.step,
        params=call.filters.given(),
        query_sha256=sha256_of([_SIGNS.strip(), COLLECTION, LEAST, MOST]),
        tenant=scope.tenant,
        scope_rows=counts.get("scope_rows", 0),
        truncated=counts.get("rows_total", 0) > len(rows),
        title="Similar incidents",
    )
