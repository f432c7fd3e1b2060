"""The tool `suspects`: who began it, ranked by code from calls, messages, gauges, requests and changes, as one evidence."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analytics.rca.parameters import DEFAULTS, Parameters
from analytics.rca.stations import Station
from analytics.rca.suspects import Suspect, suspects
from domain.calls import Refusal, Scope, ToolCall, ToolResult, ToolSpec
from domain.errors import StoreError, StoreTimeoutError
from domain.evidence import Column, Evidence, Row, Status, sha256_of
from domain.findings import Entity, Finding, Severity
from domain.ids import evidence_uid
from domain.ports import TelemetryStore
from domain.window import rfc3339
from grounding.knowledge import NOTHING, Knowledge
from tools import cells
from tools.candidates import claims
from tools.series import STATEMENTS, Series, missing_relations, observe
from tools.verdicts import drafts, rests_on

NAME = "suspects"
TITLE = "Suspects: services that deviate from their baseline"
GRAVE, GRAVER = 0.05, 0.25  # shares of users' requests that failed more, from which on a finding is high, critical
KEYWORDS = (
    "root cause", "cause", "why", "suspect", "suspects", "blame", "culprit", "reason", "incident", "wrong", "broken", "outage", "fault",
    "started", "begin", "origin", "diagnose", "anomaly", "deviates", "slow", "failing",
)  # fmt: skip
EXAMPLES = (
    "What is the root cause?",
    "Which service began it?",
    "Why is checkout failing?",
    "What is wrong with the shop?",
    "Who is to blame for the outage?",
    "Is anything out of the ordinary?",
    "Which service deviates from its baseline?",
    "Are we healthy, or is there a problem?",
    "Since when is there trouble?",
    "What makes checkout slow?",
    "Who is responsible for the incident?",
)


def _measure(name: str, unit: str, label: str, phrase: str) -> Column:
    return Column(name, "number", unit, "none", "platform", "measure", label, phrase)


def _text(name: str, label: str, phrase: str = "", trust: Any = "external") -> Column:
    return Column(name, "string", trust=trust, role="measure", label=label, phrase=phrase)


def _list(name: str, unit: str, label: str) -> Column:
    return Column(name, "array", unit, "none", "platform", "measure", label)


STATIONS = (
    ("calls", "1", "calls"),
    ("failed_pct", "%", "failing calls"),
    ("baseline_failed_pct", "%", "failing calls otherwise"),
    ("mean_ms", "ms", "waiting time"),
    ("baseline_mean_ms", "ms", "waiting time otherwise"),
    ("onset_at", "1", "onset"),
)
COLUMNS = (
    Column("service", "string", trust="external", role="key", label="service"),
    Column("rank", "integer", trust="platform", role="measure", label="rank"),
    _text("component", "component", "{subject} stands out at {value}"),
    _text("reason", "reason", "{subject} shows {value}", "platform"),
    _measure("score", "1", "score as a suspect", "{subject} has a score of {value} as a suspect"),
    Column("onset_at", "time", trust="platform", role="time", label="onset", phrase="{subject} began to deviate at {value}"),
    _text("metric", "metric"),
    _text("sign", "strongest sign"),
    _measure("value", "1", "value", "{subject} came to {value}"),
    _measure("baseline_value", "1", "value otherwise", "{subject} stood at {value} otherwise"),
    _text("unit", "unit", trust="platform"),
    _measure("value_pct", "%", "share", "{subject} came to {value}"),
    _measure("baseline_pct", "%", "share otherwise", "{subject} stood at {value} otherwise"),
    _measure("value_ms", "ms", "time", "{subject} came to {value}"),
    _measure("baseline_ms", "ms", "time otherwise", "{subject} stood at {value} otherwise"),
    Column("path", "array", trust="external", role="measure", label="path to where it shows"),
    Column("path_verified", "boolean", trust="platform", role="measure", label="path verified"),
    _text("change", "change just before", "the change of {subject} just before was {value}"),
    _text("change_kind", "kind of change", trust="platform"),
    Column("change_at", "time", trust="platform", role="time", label="change"),
    _measure("failing_pp", "pp", "rise of failed requests", "failed requests of users rose by {value} with {subject}"),
    Column("signs", "array", trust="external", role="measure", label="all signs"),
    _text("effect_service", "where it shows"),
    _measure("effect_failed_pct", "%", "failing calls", ""),
    _measure("effect_baseline_failed_pct", "%", "failing calls otherwise", ""),
    _measure("effect_mean_ms", "ms", "waiting time", ""),
    _measure("effect_baseline_mean_ms", "ms", "waiting time otherwise", ""),
    Column("effect_onset_at", "time", trust="platform", role="time", label="onset where it shows"),
    *(_list(f"path_{name}", unit, f"{label} of each service on the path") for name, unit, label in STATIONS),
    Column("rival", "array", trust="external", role="measure", label="others changed at that time"),
    _list("rival_kind", "1", "kinds of their changes"),
    _list("rival_at", "1", "times of their changes"),
)


@dataclass(frozen=True, slots=True)
class SuspectsTool:
    """Ranks suspects in a window, compared with the time around it and before it."""

    store: TelemetryStore
    parameters: Parameters = DEFAULTS
    knowledge: Knowledge = NOTHING

    @property
    def spec(self) -> ToolSpec:
        """What a judge is told."""
        missing = missing_relations(self.store)
        return ToolSpec(
            name=NAME,
            question="Which service began it: who deviates from its baseline, since when, in what, and on which path it reached users?",
            takes=("service", "limit"),
            desks=("sre", "security", "efficiency"),
            keywords=KEYWORDS,
            examples=EXAMPLES,
            available=not missing,
            unavailable_because=missing,
            reads=("spans", "logs", "metrics"),
        )

    async def call(self, call: ToolCall, scope: Scope) -> ToolResult | Refusal:
        """The suspects, best first; none is an answer. With `service`, those that call it or are called by it, and itself."""
        if call.filters.limit < 0:
            return Refusal(NAME, f"limit {call.filters.limit!r} is below 0", "leave it out for all suspects")
        try:
            series = await observe(self.store, scope.window, scope.tenant)
        except StoreTimeoutError as error:
            return ToolResult(self._unanswered(call, scope, "timeout", str(error)))
        except StoreError as error:
            return ToolResult(self._unanswered(call, scope, "error", str(error)))
        found = await asyncio.to_thread(suspects, series.observed, self.parameters)
        kept = tuple(one for one in found if not call.filters.service or call.filters.service in one.connected)
        evidence = self._evidence(call, scope, series, kept)
        made = claims(drafts(evidence, self.knowledge), evidence, self.knowledge)
        return ToolResult(evidence, made, tuple(_findings(kept[: len(evidence.rows)], evidence, made)))

    def _evidence(self, call: ToolCall, scope: Scope, series: Series, found: tuple[Suspect, ...]) -> Evidence:
        limit = call.filters.limit or self.parameters.most_suspects
        shown = tuple(_row(number, one) for number, one in enumerate(found[:limit], start=1))
        return self._as_evidence(
            call,
            scope,
            rows=shown,
            rows_total=len(found),
            truncated=len(found) > len(shown),
            sampled=series.sampled,
            scope_rows=series.events,
            step_s=int(series.observed.step.total_seconds()),
            aggregates={"suspects": len(found), "services_examined": len(series.observed.services())},
            status="ok" if series.events else "empty",
            message="" if series.events else "no data in scope: nothing was stored that could have shown this",
        )

    def _unanswered(self, call: ToolCall, scope: Scope, status: Status, message: str) -> Evidence:
        return self._as_evidence(call, scope, rows=(), rows_total=0, status=status, message=message)

    def _as_evidence(self, call: ToolCall, scope: Scope, **seen: Any) -> Evidence:
        return Evidence(
            id=call.evidence_id,
            tool="composite",
            template=NAME,
            window=scope.window,
            columns=COLUMNS,
            run_id=scope.run_id,
            uid=evidence_uid(scope.run_id, call.evidence_id),
            step=call.step,
            params=call.filters.given(),
            query_sha256=sha256_of([STATEMENTS, scope.window.as_json(), str(self.parameters)]),
            tenant=scope.tenant,
            title=TITLE,
            **seen,
        )


def _row(rank: int, suspect: Suspect) -> Row:
    sign = suspect.strongest
    twins = {"value_pct": None, "baseline_pct": None, "value_ms": None, "baseline_ms": None}
    by_unit = {"%": "pct", "ms": "ms"}.get(sign.unit)
    told = {f"value_{by_unit}": round(sign.value, 2), f"baseline_{by_unit}": round(sign.baseline, 2)} if by_unit else {}
    values: Mapping[str, Any] = {
        "service": suspect.service,
        "rank": rank,
        "component": suspect.component,
        "reason": suspect.reason.replace("_", " "),
        "score": round(suspect.score, 3),
        "onset_at": suspect.onset_at,
        "metric": sign.kind,
        "sign": sign.metric,
        "value": round(sign.value, 2),
        "baseline_value": round(sign.baseline, 2),
        "unit": sign.unit,
        **twins,
        **told,
        "path": list(suspect.path),
        "path_verified": suspect.path_verified,
        "change": f"{suspect.change.kind} at {rfc3339(suspect.change.at)}: {suspect.change.what}" if suspect.change else "",
        "change_kind": suspect.change.kind if suspect.change else "",
        "change_at": suspect.change.at if suspect.change else None,
        "failing_pp": round(100 * suspect.failing, 2),
        "signs": sorted({f"{one.kind} of {one.component}" if one.component else one.kind for one in suspect.signs}),
        **_shown(suspect),
    }
    return cells.row([values[column.name] for column in COLUMNS], COLUMNS)


def _shown(suspect: Suspect) -> Mapping[str, Any]:
    """Where it shows, every service on the way there, and who else was changed at that time."""
    told = [_fared(station) for station in suspect.stations]
    last = told[-1] if told else dict.fromkeys(("failed_pct", "baseline_failed_pct", "mean_ms", "baseline_mean_ms", "onset_at"))
    return {
        "effect_service": suspect.path[-1] if told else "",
        **{f"effect_{name}": value for name, value in last.items() if name != "calls"},
        **{f"path_{name}": [one[name] for one in told] for name, _, _ in STATIONS},
        "rival": [one.service for one in suspect.rivals],
        "rival_kind": [one.kind for one in suspect.rivals],
        "rival_at": [rfc3339(one.at) for one in suspect.rivals],
    }


def _fared(station: Station) -> Mapping[str, Any]:
    return {
        "calls": station.calls,
        "failed_pct": round(station.failed_pct, 2),
        "baseline_failed_pct": round(station.usual_failed_pct, 2),
        "mean_ms": round(station.mean_ms, 2),
        "baseline_mean_ms": round(station.usual_mean_ms, 2),
        "onset_at": rfc3339(station.begun_at),
    }


def _findings(found: tuple[Suspect, ...], evidence: Evidence, made: tuple[Any, ...]) -> list[Finding]:
    """The first suspect as a finding: others are rivals, not findings of their own."""
    return [
        Finding(
            id=f"{evidence.id}.F1",
            desk="sre",
            kind="root_cause",
            entity=Entity("service", suspect.service),
            count=len(suspect.signs),
            severity=severity(suspect),
            first_seen=suspect.onset_at,
            claims=rests_on(made),
            evidence=(evidence.id,),
            details={name: evidence.rows[0][name] for name in ("reason", "component", "score", "path", "path_verified", "change", "signs")},
        )
        for suspect in found[:1]
    ]


def severity(suspect: Suspect) -> Severity:
    """By what users felt: the rise of the share of their requests that failed."""
    if suspect.failing >= GRAVER:
        return "critical"
    return "high" if suspect.failing >= GRAVE else "medium"
