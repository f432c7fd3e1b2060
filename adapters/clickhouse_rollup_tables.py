"""Tables of roll-ups, one a family and tier, and how each is made from a finer one."""

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.clickhouse_schema import COUNTS, GAUGES, create_table
from domain.rollups import FAMILIES, TIERS, Family, Tier

_WORD = "LowCardinality(String) CODEC(ZSTD(1))"
_NUMBER = "UInt64 CODEC(ZSTD(1))"
_VALUE = "Float64 CODEC(ZSTD(1))"
_MERGED = "sumMap(LatencyBuckets, LatencyEvents)"
_HOST = "arrayFirst(x -> x != '', [Attributes['host.name'], Attributes['host'], ResourceAttributes['host.name']])"


@dataclass(frozen=True, slots=True)
class Shape:
    """A family's columns: keys (type, and how the source's rows give them) and values (type, from rows, from a finer tier)."""

    source: str
    time: str
    arrival: str
    where: str
    keys: Mapping[str, tuple[str, str]]
    values: Mapping[str, tuple[str, str, str]]


_COUNTS = Shape(
    source=COUNTS,
    time="Minute",
    arrival="CountedAt",
    where="Signal != ''",
    keys={
        **{name: (_WORD, name) for name in ("Signal", "Service", "Route")},
        "Status": ("UInt16", "Status"),
        **{name: (_WORD, name) for name in ("ErrorCode", "Severity")},
    },
    values={
        **{name: (_NUMBER, f"sum({name})", f"sum({name})") for name in ("Events", "Rows")},
        "LatencyBuckets": ("Array(Int16) CODEC(ZSTD(1))", f"{_MERGED}.1", f"{_MERGED}.1"),
        "LatencyEvents": ("Array(UInt64) CODEC(ZSTD(1))", f"{_MERGED}.2", f"{_MERGED}.2"),
    },
)
_GAUGES = Shape(
    source=GAUGES,
    time="TimeUnix",
    arrival="IngestedAt",
    where="isFinite(Value)",
    keys={
        "Service": (_WORD, "ServiceName"),
        "Name": (_WORD, "MetricName"),
        "Unit": (_WORD, "MetricUnit"),
        "Host": (_WORD, _HOST),
    },
    values={
        "Points": (_NUMBER, "count()", "sum(Points)"),
        "Total": (_VALUE, "sumKahan(Value)", "sumKahan(Total)"),
        "Lowest": (_VALUE, "min(Value)", "min(Lowest)"),
        "Highest": (_VALUE, "max(Value)", "max(Highest)"),
        # Of several values at the last moment the highest, so that the answer is the same every time.
        "LastValue": (_VALUE, "max((TimeUnix, Value)).2", "max((LastAt, LastValue)).2"),
        "LastAt": ("DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1))", "max(TimeUnix)", "max(LastAt)"),
    },
)
SHAPES: Mapping[Family, Shape] = {"counts": _COUNTS, "gauges": _GAUGES}


def table_of(family: Family, tier: Tier) -> str:
    """The name of a tier's table."""
    return f"wf_rollup_{family}_{tier.name}"


ROLL_UPS = tuple(table_of(family, tier) for family in FAMILIES for tier in TIERS)


def lifetimes() -> Mapping[str, int]:
    """For how many days each table is kept, by the newest `ArrivedAt` of its partitions."""
    return {table_of(family, tier): tier.lifetime.days for family in FAMILIES for tier in TIERS}


def rollup_statements(database: str) -> tuple[str, ...]:
    """What makes the tables where they are missing.

    The number of source rows is the version: of two writings of a bucket the one that saw more is right, whenever it was written.
    """
    return tuple(_create(f"{database}.{table_of(family, tier)}", SHAPES[family]) for family in FAMILIES for tier in TIERS)


def _create(table: str, shape: Shape) -> str:
    columns = {
        "Tenant": "LowCardinality(String)",
        "Bucket": "DateTime64(0, 'UTC') CODEC(Delta(8), ZSTD(1))",
        **{name: kind for name, (kind, _) in shape.keys.items()},
        **{name: kind for name, (kind, *_) in shape.values.items()},
        "ArrivedAt": "DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1))",
        "ArrivedOn": "Date",
        "Sources": _NUMBER,
    }
    order = ", ".join(["Tenant", "Bucket", *shape.keys, "ArrivedOn"])
    return create_table(table, columns, (), f"ENGINE = ReplacingMergeTree(Sources) PARTITION BY ArrivedOn ORDER BY ({order})")
