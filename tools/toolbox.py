"""The toolbox: what an agent may call. Read-only, typed, and never raising at the one who asks."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.calls import Filters, Refusal, Scope, ToolCall, ToolResult, ToolSpec
from domain.errors import StoreError, StoreTimeoutError, WrongUseError
from domain.evidence import Evidence
from domain.ids import DEFAULT_TENANT, RunId, Tenant
from domain.ports import StoreQuery, Table, TelemetryStore
from domain.window import Window, parse_rfc3339
from grounding.knowledge import NOTHING, Knowledge
from tools.answers import answered, failed
from tools.candidates import claims, drafts
from tools.composite import CompositeTool
from tools.findings import findings_of
from tools.queries import Asked, control_query, rows_query
from tools.registry import Registry
from tools.requests import foreign_filter, missing_columns, refusal
from tools.taint import taint_problem
from tools.template import MetricTemplate


@dataclass(frozen=True, slots=True)
class Toolbox:
    """Metric templates over one store, and composite tools; a store's columns are looked at once."""

    store: TelemetryStore
    registry: Registry
    composites: Sequence[CompositeTool] = ()
    knowledge: Knowledge = NOTHING
    _specs: tuple[ToolSpec, ...] = field(init=False)

    def __post_init__(self) -> None:
        specs = (template.spec(missing_columns(template, self.store)) for template in self.registry.templates.values())
        object.__setattr__(self, "_specs", (*specs, *(tool.spec for tool in self.composites)))

    def menu(self, desk: str = "") -> tuple[ToolSpec, ...]:
        """The tools of a desk, or all; what this store cannot answer is marked with the reason."""
        return tuple(spec for spec in self._specs if not desk or desk in spec.desks)

    async def call(self, call: ToolCall, scope: Scope) -> ToolResult | Refusal:
        """Evidence with its candidate claims and findings; a Refusal says what was wrong with the request.

        A store that fails or takes too long gives evidence of status `error` or `timeout`.
        """
        if broken := taint_problem(call, scope):
            return broken
        composite = next((tool for tool in self.composites if tool.spec.name == call.tool), None)
        if composite:
            return foreign_filter(composite.spec, call.filters) or await composite.call(call, scope)
        template = self.registry.template(call.tool)
        if template is None:
            return Refusal(call.tool, f"there is no tool {call.tool!r}", f"one of: {', '.join(spec.name for spec in self._specs)}")
        refused = refusal(template, call, self.store)
        if refused:
            return refused
        return _result(template, await self._evidence(Asked(template, call, scope)), self.knowledge)

    async def replay(self, document: Mapping[str, Any]) -> Evidence:
        """The evidence that the same template and parameters give now. Raises WrongUseError when they no longer fit."""
        call = _call(document)
        answer = await self.call(call, _scope(document))
        if isinstance(answer, Refusal):
            raise WrongUseError(f"evidence {document.get('id')!r} cannot be replayed: {answer.reason}; {answer.hint}")
        return answer.evidence

    def statement(self, document: Mapping[str, Any]) -> StoreQuery | None:
        """The query that an evidence's template makes of its parameters today; None where it is no single template, or no longer fits."""
        template, call = self.registry.template(str(document["template"])), _call(document)
        if template is None or refusal(template, call, self.store):
            return None
        return rows_query(Asked(template, call, _scope(document)))

    async def _evidence(self, asked: Asked) -> Evidence:
        query = rows_query(asked)
        try:
            rows, control = await self._both(query, control_query(asked))
        except StoreTimeoutError as error:
            return failed(asked, query, "timeout", str(error))
        except StoreError as error:
            return failed(asked, query, "error", str(error))
        return answered(asked, query, rows, control)

    async def _both(self, rows: StoreQuery, control: StoreQuery) -> tuple[Table, Table]:
        found = await asyncio.gather(self.store.query(rows), self.store.query(control))
        return found[0], found[1]


def _result(template: MetricTemplate, evidence: Evidence, knowledge: Knowledge) -> ToolResult:
    flagged = findings_of(template, evidence)
    made = claims([*flagged.first, *drafts(template, evidence), *flagged.rest, *flagged.advice(knowledge)], evidence, knowledge)
    return ToolResult(evidence, made, flagged.findings(made))


def _call(document: Mapping[str, Any]) -> ToolCall:
    fields = set(Filters.__dataclass_fields__)
    filters = Filters(**{name: value for name, value in document["params"].items() if name in fields})
    baseline = document.get("baseline_window")
    return ToolCall(
        str(document["template"]),
        filters,
        evidence_id=str(document["id"]),
        baseline=_window(baseline) if baseline else None,
        step=int(document.get("step", 0)),
    )


def _scope(document: Mapping[str, Any]) -> Scope:
    return Scope(_window(document["window"]), RunId(document.get("run_id", "")), Tenant(document.get("tenant", DEFAULT_TENANT)))


def _window(document: Mapping[str, Any]) -> Window:
    return Window(parse_rfc3339(document["start"]), parse_rfc3339(document["end"]), document.get("tz", "UTC"))
