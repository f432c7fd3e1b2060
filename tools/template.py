"""A metric template: a question, its SQL over logical relations, and what may be claimed of the answer."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.calls import ToolSpec
from domain.evidence import Column, ColumnType, Role, Trust
from domain.findings import DeskName

FilterName = Literal["service", "route", "client", "user", "severity", "status", "text", "limit"]
Relation = Literal["logs", "logs_before", "spans", "spans_before", "metrics", "log_templates", "counts", "rollups", "gauge_rollups"]
RuleKind = Literal["total", "rows", "extreme", "moment", "value", "change", "absence", "quote"]
Steps = Literal["", "auto", "hour", "day"]
FindingRule = Literal[
    "",
    "brute_force",
    "shared_account",
    "web_scanning",
    "credential_stuffing",
    "costly_routes",
    "slowing_routes",
    "slow_queries",
    "repeated_queries",
    "chatty_calls",
    "retry_waste",
    "cache_misses",
    "payload_sizes",
    "debug_logging",
    "noisy_logs",
    "idle_capacity",
]
Unit = Literal["1", "ms", "s", "min", "h", "B", "KB", "MB", "GB", "%", "pp", "1/s", "1/min"]

WORDED = frozenset({"string", "array"})
AUTOMATIC = frozenset({"tz", "step_s", "window_s"})
PLACEHOLDER = re.compile(r"\{(\w+):\w+(?:\(\w+\))?\}")
SHARED = re.compile(r"\$(\w+)")
SOURCE = re.compile(r"\b(?:FROM|JOIN)\s+(\w+)", re.IGNORECASE)
NAMED = re.compile(r"(?:\bWITH\b|,)\s*(\w+)\s+AS\s+\(", re.IGNORECASE)
# Each gave different answers for the same data in repeated runs, reads the clock, or counts stored rows instead of events.
UNSTABLE = re.compile(
    r"\b(quantile|quantiles|quantileTDigest|quantilesTDigest|median|topK|any|anyLast|avg|uniq|uniqHLL12|rand|now|now64|today|count|countIf)\s*\(",
    re.IGNORECASE,
)


class Part(BaseModel):
    """Anything written in a template file: unknown keys are refused, nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ColumnSpec(Part):
    """A column of the answer, with the words a reader sees."""

    name: str
    type: ColumnType = "string"
    unit: Unit = "1"
    agg: str = "none"
    trust: Trust | None = None
    role: Role = "measure"
    label: str
    phrase: str = ""

    @model_validator(mode="after")
    def _says_whose_words_it_holds(self) -> Self:
        if self.trust is None and self.type in WORDED:
            raise ValueError(f"the column {self.name!r} holds text: say its trust, platform (made by us), operator (confirmed) or external")
        return self

    def column(self) -> Column:
        """The column as evidence carries it."""
        return Column(**{**self.model_dump(), "trust": self.trust or "platform"})


class Aggregate(Part):
    """A named total: over all rows of the answer (before any cut), or over every event the control covers."""

    name: str
    sql: str
    over: Literal["rows", "scope"] = "rows"
    type: Literal["integer", "number", "time"] = "integer"
    unit: Unit = "1"
    agg: str = "count"
    label: str


class Control(Part):
    """The positive control: rows of `relation` that could have shown the thing asked for."""

    relation: Relation
    where: str = "1"


class ClaimRule(Part):
    """How candidate claims come of the answer; `top` rows are looked at, in the order of the answer or down `by` a column.

    total: an aggregate · rows: quantities of a row · extreme: the row that is most, least, first or last `by` a column ·
    moment: when a row's thing happened · value: an attribute of a row · change: a column against its `baseline` column ·
    absence: said when nothing was found although the control saw events · quote: the text of a cell.
    """

    kind: RuleKind
    columns: tuple[str, ...] = ()
    aggregates: tuple[str, ...] = ()
    baseline: str = ""
    by: str = ""
    quantifier: Literal["", "most", "least", "first", "last"] = ""
    what: str = ""
    top: int = 10
    zero: bool = False
    materiality: Literal["high", "normal", "low"] = "normal"


class MetricTemplate(Part):
    """One metric template as its file says it."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]+$")
    title: str
    question: str
    desks: tuple[DeskName, ...]
    takes: tuple[FilterName, ...] = ()
    defaults: dict[FilterName, str | int] = Field(default_factory=dict)
    needs: dict[Relation, tuple[str, ...]]
    shared: dict[str, str] = Field(default_factory=dict)  # pieces of SQL used more than once, written $name
    constants: dict[str, str | int | float | tuple[str, ...]] = Field(default_factory=dict)
    step: Steps = ""
    rows_total: str = ""  # for raw rows: the aggregate that says how many there are, so that nothing has to be counted twice
    sql: str
    order_by: str
    limit: Annotated[int, Field(gt=0)] = 50
    row_cap: Annotated[int, Field(gt=0, le=5_000)] = 500
    control: Control
    columns: tuple[ColumnSpec, ...]
    aggregates: tuple[Aggregate, ...] = ()
    claims: tuple[ClaimRule, ...]
    findings: FindingRule = ""
    keywords: tuple[str, ...]
    examples: tuple[str, ...] = Field(min_length=5)

    @property
    def needs_baseline(self) -> bool:
        """Whether the template compares the window with one before it."""
        return any(relation.endswith("_before") for relation in self.needs)

    @property
    def scope_totals(self) -> tuple[Aggregate, ...]:
        """Totals over every event the control covers."""
        return tuple(total for total in self.aggregates if total.over == "scope")

    @property
    def row_totals(self) -> tuple[Aggregate, ...]:
        """Totals over all rows of the answer."""
        return tuple(total for total in self.aggregates if total.over == "rows")

    def bound_constants(self) -> dict[str, str | int | float]:
        """The constants as SQL parameters; a list of regular expressions is bound as their alternation."""
        return {
            name: "|".join(f"(?:{part})" for part in value) if isinstance(value, tuple) else value for name, value in self.constants.items()
        }

    def given_defaults(self) -> dict[str, str | int]:
        """The filters used where a call gives none."""
        return {str(name): value for name, value in self.defaults.items()}

    def spec(self, missing: str = "") -> ToolSpec:
        """What a judge is told; `missing` says why the store cannot answer it."""
        return ToolSpec(
            name=self.name,
            question=self.question,
            takes=self.takes,
            desks=self.desks,
            keywords=self.keywords,
            examples=self.examples,
            needs_baseline=self.needs_baseline,
            available=not missing,
            unavailable_because=missing,
            reads=tuple(self.needs),
        )

    @model_validator(mode="before")
    @classmethod
    def _with_shared_pieces(cls, document: Any) -> Any:
        shared = document.get("shared") if isinstance(document, dict) else None
        return _filled(document, shared) if isinstance(shared, dict) else document

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        faults = [*_sql_faults(self), *_order_faults(self), *_rule_faults(self)]
        if faults:
            raise ValueError("; ".join(faults))
        return self


def _filled(node: Any, shared: Mapping[str, str]) -> Any:
    if isinstance(node, dict):
        return {key: value if key == "shared" else _filled(value, shared) for key, value in node.items()}
    if isinstance(node, list):
        return [_filled(item, shared) for item in node]
    return SHARED.sub(lambda found: shared.get(found[1], found[0]).strip(), node) if isinstance(node, str) else node


def _sql_faults(template: MetricTemplate) -> list[str]:
    text = "\n".join([template.sql, template.control.where, *(total.sql for total in template.aggregates)])
    taken = set(template.takes) - {"limit"}
    used = set(PLACEHOLDER.findall(text))
    known = taken | set(template.constants) | AUTOMATIC
    sources = set(SOURCE.findall(template.sql)) - set(NAMED.findall(template.sql))
    faults = [f"the SQL uses {{{name}}} which is neither taken, constant nor automatic" for name in sorted(used - known)]
    faults += [f"takes {name!r} but the SQL never uses it" for name in sorted(taken - used)]
    faults += [f"the SQL reads {name!r} which `needs` does not list" for name in sorted(sources - set(template.needs))]
    faults += [
        f"the SQL calls {name}() whose answer is not the same every time or not weighted" for name in sorted(set(UNSTABLE.findall(text)))
    ]
    if template.control.relation not in template.needs:
        faults.append(f"the control reads {template.control.relation!r} which `needs` does not list")
    return faults


def _order_faults(template: MetricTemplate) -> list[str]:
    names = {column.name for column in template.columns}
    ordered = {part.split()[0] for part in template.order_by.split(",") if part.strip()}
    keys = {column.name for column in template.columns if column.role == "key"}
    faults = [f"order_by names {name!r} which is no column" for name in sorted(ordered - names)]
    faults += [f"order_by leaves out the key {name!r}, so ties have no order" for name in sorted(keys - ordered)]
    if template.limit > template.row_cap:
        faults.append(f"limit {template.limit} is above row_cap {template.row_cap}")
    return faults


def _rule_faults(template: MetricTemplate) -> list[str]:
    columns = {column.name for column in template.columns}
    totals = {total.name for total in template.aggregates}
    faults = [f"the aggregate {name!r} has the name of a column" for name in sorted(columns & totals)]
    faults += (
        [] if template.rows_total in {"", *(total.name for total in template.scope_totals)} else ["rows_total names no scope aggregate"]
    )
    for rule in template.claims:
        named = {*rule.columns, rule.baseline, rule.by} - {""}
        faults += [f"a {rule.kind} claim names {name!r} which is no column" for name in sorted(named - columns)]
        faults += [f"a {rule.kind} claim names {name!r} which is no aggregate" for name in sorted(set(rule.aggregates) - totals)]
        faults += [f"a {rule.kind} claim lacks {name!r}" for name in _needed(rule.kind) if not getattr(rule, name)]
    return faults


def _needed(kind: RuleKind) -> tuple[str, ...]:
    needed: dict[RuleKind, tuple[str, ...]] = {
        "total": ("aggregates",),
        "rows": ("columns",),
        "extreme": ("columns", "by", "quantifier"),
        "moment": ("columns",),
        "value": ("columns",),
        "change": ("columns", "baseline"),
        "absence": ("what",),
        "quote": ("columns",),
    }
    return needed[kind]
