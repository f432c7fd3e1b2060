"""The two store queries of a metric template: its rows, and its positive control with totals over the whole scope."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from domain.calls import Filters, Scope, ToolCall
from domain.ports import StoreQuery
from domain.window import Window
from tools.template import PLACEHOLDER, SOURCE, MetricTemplate

STEPS_S = (60, 300, 900, 3_600, 86_400)
HOUR_S, DAY_S = 3_600, 86_400
MAX_BUCKETS = 200
ROWS_TOTAL, SCOPE_ROWS, HEAVIEST = "rows_total_", "scope_rows_", "heaviest_"
UNWINDOWED = frozenset({"log_templates"})
WINDOWED = frozenset({"logs", "spans", "metrics", "counts", "rollups", "gauge_rollups"})
# How many events a relation's rows stand for, and the heaviest weight among them; counts and roll-ups are of everything that came.
EVENTS: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(("logs", "spans"), ("sum(toUInt64(weight))", "max(weight)")),
    **dict.fromkeys(("counts", "rollups"), ("sum(events)", "toUInt32(1)")),
    "gauge_rollups": ("sum(points)", "toUInt32(1)"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: the template, the call, and where it may look."""

    template: MetricTemplate
    call: ToolCall
    scope: Scope

    @property
    def step_s(self) -> int:
        """The bucket size in seconds; 0 without buckets."""
        return step_s(self.template, self.scope.window)

    @property
    def limit(self) -> int:
        """How many rows may come back."""
        return self.call.filters.limit or self.template.limit

    @property
    def filters(self) -> dict[str, Any]:
        """The filters in force, with the template's defaults."""
        return {**self.template.given_defaults(), **self.call.filters.given()}


def step_s(template: MetricTemplate, window: Window) -> int:
    """The bucket size in seconds: 0 without buckets; `auto` is the finest that gives at most `MAX_BUCKETS`."""
    if template.step != "auto":
        return {"": 0, "hour": HOUR_S, "day": DAY_S}[template.step]
    length = window.length.total_seconds()
    return next((step for step in STEPS_S if length / step <= MAX_BUCKETS), DAY_S)


def rows_query(asked: Asked) -> StoreQuery:
    """The rows in ranking order; each also carries the count of all rows and the totals over them."""
    template = asked.template
    columns = [column.name for column in template.columns]
    counted = [] if template.rows_total else [f"count() OVER () AS {ROWS_TOTAL}"]
    totals = [f"{total.sql} OVER () AS total_{total.name}" for total in template.row_totals]
    sql = (
        f"SELECT {', '.join([*columns, *counted, *totals])} FROM (\n{template.sql.strip()}\n)"  # noqa: S608  templates are ours, values are bound
        f" ORDER BY {template.order_by} LIMIT {{row_limit_:UInt32}}"
    )
    values = {**_parameters(asked, sql), "row_limit_": asked.limit}
    return StoreQuery(sql, _windows(asked, sql), values, asked.scope.tenant, max_rows=asked.limit)


def control_query(asked: Asked) -> StoreQuery:
    """One row: events that could have shown the thing, the heaviest sampling weight, and the totals over the scope."""
    template, control = asked.template, asked.template.control
    counted = EVENTS.get(control.relation.removesuffix("_before"), ("count()", "toUInt32(1)"))
    named = [f"{sql} AS {name}" for sql, name in zip(counted, (SCOPE_ROWS, HEAVIEST), strict=True)]
    totals = [f"{total.sql} AS total_{total.name}" for total in template.scope_totals]
    sql = f"SELECT {', '.join([*named, *totals])} FROM {control.relation} WHERE {control.where.strip()}"  # noqa: S608  templates are ours
    return StoreQuery(sql, _windows(asked, sql), _parameters(asked, sql), asked.scope.tenant, max_rows=1)


def _parameters(asked: Asked, sql: str) -> dict[str, Any]:
    window = asked.scope.window
    automatic = {"tz": window.tz, "step_s": asked.step_s, "window_s": max(window.length.total_seconds(), 1.0)}
    values = {**asdict(Filters()), **asked.template.bound_constants(), **automatic, **asked.filters}
    return {name: values[name] for name in dict.fromkeys(PLACEHOLDER.findall(sql)) if name in values}


def _windows(asked: Asked, sql: str) -> dict[str, Window]:
    current, before = asked.scope.window, asked.call.baseline
    read = dict.fromkeys(SOURCE.findall(sql))
    names = [name for name in read if name.removesuffix("_before") in WINDOWED]
    return {name: (before if name.endswith("_before") else None) or current for name in names}
