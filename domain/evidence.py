"""Evidence: what a tool saw, as typed cells that code can recompute; immutable and content-addressed."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from domain.ids import DEFAULT_TENANT, EvidenceUid, RunId, Tenant
from domain.window import Window

ColumnType = Literal["string", "integer", "number", "time", "boolean", "array"]
Trust = Literal["platform", "operator", "external"]
Role = Literal["key", "measure", "time"]
Status = Literal["ok", "empty", "error", "timeout"]
Cell = Any  # a JSON value: str, int, float, bool, None or a list of them
Row = Mapping[str, Cell]

SIGNIFICANT_DIGITS = 12
HASHED = ("tool", "template", "params", "window", "status", "rows_total", "rows", "aggregates")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of evidence. `label` is the noun phrase used in prose; `phrase` an optional sentence with {subject} and {value}."""

    name: str
    type: ColumnType = "string"
    unit: str = "1"
    agg: str = "none"
    trust: Trust = "external"
    role: Role = "key"
    label: str = ""
    phrase: str = ""

    def as_json(self) -> dict[str, str]:
        """The column as documents carry it."""
        shown = ("name", "type", "unit", "agg", "trust", "role", "label", "phrase")
        return {name: getattr(self, name) for name in shown if getattr(self, name) or name == "name"}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One tool answer. `scope_rows` is the positive control: rows that could have shown the thing asked for."""

    id: str
    tool: str
    template: str
    window: Window
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    rows_total: int
    run_id: RunId = RunId("")
    uid: EvidenceUid = EvidenceUid("")
    step: int = 0
    params: Mapping[str, Any] = field(default_factory=dict)
    query_sha256: str = ""
    tenant: Tenant = DEFAULT_TENANT
    status: Status = "ok"
    truncated: bool = False
    sampled: bool = False
    lag_s: float = 0.0
    scope_rows: int = 0
    aggregates: Mapping[str, Cell] = field(default_factory=dict)
    step_s: int = 0
    baseline_window: Window | None = None
    title: str = ""
    message: str = ""

    @property
    def sha256(self) -> str:
        """The hash of what was asked and seen (not of ids or the clock), equal for a faithful replay."""
        return sha256_of([self.window.as_json() if name == "window" else getattr(self, name) for name in HASHED])

    def column(self, name: str) -> Column | None:
        """The column of that name, if there is one."""
        return next((column for column in self.columns if column.name == name), None)

    def keys(self) -> tuple[str, ...]:
        """Names of the key columns: what a row is about."""
        return tuple(column.name for column in self.columns if column.role == "key")

    def as_json(self) -> dict[str, Any]:
        """The evidence as documents carry it."""
        window = {**self.window.as_json(), "step_s": self.step_s}
        baseline = {"baseline_window": self.baseline_window.as_json()} if self.baseline_window else {}
        plain = ("id", "uid", "run_id", "step", "tool", "template", "title", "params", "query_sha256", "tenant", "status", "truncated")
        more = ("sampled", "lag_s", "scope_rows", "rows_total", "aggregates", "message", "sha256")
        return {
            **{name: getattr(self, name) for name in plain},
            "window": window,
            **baseline,
            **{name: getattr(self, name) for name in more},
            "rows_returned": len(self.rows),
            "columns": [column.as_json() for column in self.columns],
            "rows": [dict(row) for row in self.rows],
        }


_AS_THEY_ARE = frozenset((str, int, bool))  # most cells by far: told first


def canonical(value: Cell) -> Cell:
    """A JSON value with floats cut to 12 significant digits and tuples as lists, so that equal data hash equally."""
    if value is None or type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, float):
        return float(f"{value:.{SIGNIFICANT_DIGITS}g}")
    if isinstance(value, Mapping):
        return {str(key): canonical(value[key]) for key in sorted(value, key=str)}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [canonical(item) for item in value]
    return value


def sha256_of(value: Cell) -> str:
    """SHA-256 over the canonical JSON of a value, in hex."""
    text = json.dumps(canonical(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def document_sha256(document: Mapping[str, Any]) -> str:
    """The hash that an evidence document must carry, from what it holds now."""
    window = {name: document["window"][name] for name in ("start", "end", "tz")}
    told = {**document, "window": window}
    return sha256_of([told[name] for name in HASHED])
