"""What columns of any evidence are for, told by their names: who is meant, what was usual, since when, who calls whom."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from domain.evidence import Column, Evidence, Row
from grounding import units, vocabulary
from grounding.wordlists import words

SignalKind = Literal["errors", "saturation", "cache", "latency", "traffic", "messages", "calls", "change", "measure"]

_WORD = re.compile(r"[A-Z]?[a-z]+\d*|\d+[a-z]*|[A-Z]+(?![a-z])")
SERVICE = frozenset(
    words("service services app application component node workload deployment system suspect entity database host pod instance container")
)
_BASELINE = frozenset(
    words("baseline before previous prev prior usual usually normal normally expected typical otherwise reference ref historical past base")
)
_NOW = frozenset(words("now current value observed actual after during inside measured"))
_SPREAD = frozenset(words("std stddev stdev deviation mad sigma sd spread"))
_BEGINNING = frozenset(words("onset start started starts began begin begins begun beginning first since from deviated deviates deviating"))
_END = frozenset(words("last end ended ends resolved until latest finished stop stopped over"))
_CHANGED = frozenset(
    words("change changed deploy deployed deployment release released rollout flag flagged config configured migration upgrade upgraded")
)
_NAMES_CHANGES = frozenset(words("kind type event change action category"))
CHANGES = frozenset(
    words(
        """deploy deployed deployment release rollout rollback flag feature-flag feature_flag featureflag toggle config configuration
        config-change config_change migration upgrade restart scale scaling change patch schema"""
    )
)
PAIRED = (
    ("caller", "callee"), ("calling", "called"), ("source", "target"), ("source", "destination"), ("src", "dst"), ("src", "dest"),
    ("parent", "child"), ("client", "server"), ("from", "to"), ("dependent", "dependency"), ("service", "depends"),
    ("service", "dependency"),
        ("caller", "called"), ("service", "callee"), ("caller", "service"), ("origin", "destination"),
)  # fmt: skip
_DEPENDS = frozenset({"depends on", "dependencies", "depends", "calls to", "callees", "downstream dependencies", "calls services"})
_CALLED_BY = frozenset({"called by", "callers", "dependents", "used by"})
_ADVERSE_DOWN = frozenset(words("success succeeded available availability free hit hits idle remaining uptime healthy"))
_KINDS: tuple[tuple[SignalKind, frozenset[str]], ...] = (
    (
        "errors",
        frozenset(
            words("error errors fail failed failing failure failures failing 5xx exception exceptions timeout timeouts refused unavailable")
        ),
    ),
    ("cache", frozenset(words("cache hit hits miss misses"))),
    (
        "saturation",
        frozenset(
            words("cpu memory mem heap rss disk pool connections threads utilization utilisation saturation queue lag backlog pending load")
        ),
    ),
    ("latency", frozenset(words("latency duration time slow ms p50 p90 p95 p99 elapsed wait waiting waited response"))),
    ("traffic", frozenset(words("request requests call calls throughput rps qps tps traffic hits volume bytes"))),
    ("messages", frozenset(words("message messages log logs event events occurrences lines pattern template"))),
)
MEASURES = frozenset({"integer", "number"})


@lru_cache(maxsize=4096)
def parts(name: str) -> frozenset[str]:
    """The words of a column's name, in lower case."""
    return frozenset(word.lower() for word in _WORD.findall(name))


def is_measure(column: Column) -> bool:
    """Whether a column holds numbers."""
    return column.type in MEASURES


def names_service(column: Column) -> bool:
    """Whether a column says which service a row is about."""
    return column.type == "string" and bool(parts(column.name) & SERVICE)


def is_beginning(column: Column) -> bool:
    """Whether a time column says since when."""
    said = parts(column.name) | parts(column.label)
    return column.type == "time" and bool(said & _BEGINNING) and not said & _END


def is_instant(column: Column) -> bool:
    """Whether a time column says when, without meaning an end."""
    return column.type == "time" and not parts(column.name) & _END


def tells_change(column: Column) -> bool:
    """Whether a time column says when something was changed."""
    return column.type == "time" and bool(parts(column.name) & _CHANGED)


def change_of(row: Row, columns: Sequence[Column]) -> str:
    """What kind of change a row is about; empty when it is about none."""
    for column in columns:
        value = row.get(column.name)
        if isinstance(value, str) and parts(column.name) & _NAMES_CHANGES and value.strip().casefold() in CHANGES:
            return value.strip().casefold()
    return ""


def is_baseline(column: Column) -> bool:
    """Whether a column holds what was usual."""
    return is_measure(column) and bool(parts(column.name) & _BASELINE)


def baseline_of(column: Column, evidence: Evidence) -> Column | None:
    """The column that says what was usual for a measure; None where there is none."""
    if not is_measure(column) or is_baseline(column):
        return None
    wanted = parts(column.name) - _NOW
    usual = [one for one in evidence.columns if is_baseline(one)]
    exact = next((one for one in usual if parts(one.name) - _BASELINE - _NOW == wanted), None)
    if exact:
        return exact
    alike = [one for one in usual if one.unit == column.unit and parts(one.name) - _BASELINE - _NOW <= wanted]
    return alike[0] if len(alike) == 1 else None


def spread_of(column: Column, evidence: Evidence) -> Column | None:
    """The column that says how far a measure usually strays."""
    own = parts(column.name) - _NOW
    found = [one for one in evidence.columns if is_measure(one) and parts(one.name) & _SPREAD and one.name != column.name]
    return next((one for one in found if parts(one.name) - _SPREAD - _BASELINE <= own), None)


def edge_columns(evidence: Evidence) -> tuple[Column, Column] | None:
    """The columns of who calls and who is called, in this order; None where rows are no links."""
    named = [column for column in evidence.columns if column.type == "string"]
    for caller, callee in PAIRED:
        one = next((column for column in named if _is_end(column, caller)), None)
        other = next((column for column in named if column is not one and _is_end(column, callee)), None)
        if one and other:
            return one, other
    return None


def _is_end(column: Column, word: str) -> bool:
    said = parts(column.name)
    rest = said - SERVICE - {"name", "id", "on", "svc"}
    return rest == {word} or (word == "service" and said == {"service"})


def depends_on(column: Column) -> bool:
    """Whether an array column lists what the service of its row calls."""
    return column.type == "array" and vocabulary.plain(column.name) in _DEPENDS


def called_by(column: Column) -> bool:
    """Whether an array column lists who calls the service of its row."""
    return column.type == "array" and vocabulary.plain(column.name) in _CALLED_BY


def signal_kind(column: Column, row: Row | None = None) -> SignalKind:
    """What kind of signal a measure is: by its name, its label, the metric its row names, and its unit."""
    told = parts(column.name) | parts(column.label)
    if row is not None and not told - _NOW - {"pct", "share"}:
        told |= {word for name in ("metric", "sign", "measure", "signal", "name") for word in parts(str(row.get(name, "")))}
    found = next((kind for kind, said in _KINDS if told & said), None)
    return found or ("latency" if units.unit_of(column.unit, column.agg).dimension == "time" else "measure")


def direction_of(column: Column, kind: SignalKind, row: Row | None = None) -> int:
    """Which way a measure gets worse: 1 up, -1 down, 0 either."""
    told = parts(column.name) | parts(column.label) | (parts(str(row.get("metric", ""))) if row else frozenset())
    if told & _ADVERSE_DOWN and "error" not in told:
        return -1
    return 0 if kind in {"traffic", "measure", "cache"} else 1
