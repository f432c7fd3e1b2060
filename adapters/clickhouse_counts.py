"""Exact counts as rows, and the questions that tell what is stored already."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

import pyarrow as pa

from adapters.clickhouse_rows import NANOS, checked, constant, texts
from adapters.clickhouse_schema import COUNTS, GAUGES, HISTOGRAMS, SUMS
from domain.counts import Count, CountBatch, CountKey
from domain.errors import StoreRefusedError
from domain.ids import Tenant
from domain.queue import EntryKey

Question = tuple[str, Mapping[str, Any]]
ItemT = TypeVar("ItemT")

MAX_ROWS = 500_000
AT_ONCE = 500  # keys a question: over HTTP they are one field of a form, and a server takes 128 KiB of that
# The engine joins what it is given up to these sizes before it makes a block, so a batch is one block.
ONE_BLOCK: Mapping[str, int] = {"min_insert_block_size_rows": 2 * MAX_ROWS, "min_insert_block_size_bytes": 0, "max_insert_threads": 1}
_NO_KEY = CountKey(0, "logs", "")


def counts_table(batch: CountBatch) -> pa.Table:
    """Columns of `wf_counts`, first the rows that name the entries. Raises StoreRefusedError on a value out of range or too many rows."""
    entries, counted = len(batch.entries), len(batch.counts)
    if entries + counted > MAX_ROWS:
        raise StoreRefusedError(
            f"a batch has {counted:,} counts of {entries:,} entries; one block takes {MAX_ROWS:,} together, so split it"
        )
    keys, values = [*[_NO_KEY] * entries, *batch.counts], [*[Count()] * entries, *batch.counts.values()]
    own = {
        "Tenant": constant(batch.tenant, len(keys)),
        "Signal": pa.array([*[""] * entries, *(key.signal for key in batch.counts)], pa.string()),
        "Entry": texts([*batch.entries, *[""] * counted]),
    }
    return checked(lambda: pa.table({**own, **_keys(keys), **_values(values), "CountedAt": _moments(batch.counted_at_ns, len(keys))}))


def entry_questions(database: str, entries: Sequence[EntryKey], tenant: Tenant) -> Iterator[Question]:
    """Which of these entries are named by a batch of counts."""
    sql = (
        f"SELECT DISTINCT Entry FROM {database}.{COUNTS} "  # noqa: S608  names are ours, values are bound
        "WHERE Tenant = {tenant:String} AND Signal = '' AND Entry IN {keys:Array(String)}"
    )
    for keys in _chunks(entries):
        yield sql, {"keys": list(keys), "tenant": str(tenant)}


def recent_question(database: str, at_ns: int, limit: int, tenant: Tenant) -> Question:
    """Which entries are named by batches of counts from a time (epoch ns) on, at most so many."""
    sql = (
        f"SELECT DISTINCT Entry FROM {database}.{COUNTS} WHERE Tenant = {{tenant:String}} AND Signal = '' "  # noqa: S608  names are ours, values are bound
        "AND CountedAt >= fromUnixTimestamp64Nano({at:Int64}, 'UTC') LIMIT {limit:UInt64}"
    )
    return sql, {"tenant": str(tenant), "at": at_ns, "limit": limit}


def id_questions(database: str, tables: Sequence[str], record_ids: Mapping[str, int], tenant: Tenant) -> Iterator[Question]:
    """Which of these record ids (with their times in nanoseconds) have a row; neighbours in time are asked for together."""
    parts = [_id_question(f"{database}.{table}", _time_column(table)) for table in tables]
    for near in _chunks(sorted(record_ids.items(), key=lambda item: item[1])):
        values = {"ids": [name for name, _ in near], "first": near[0][1], "last": near[-1][1], "tenant": str(tenant)}
        yield " UNION DISTINCT ".join(parts), values


def _chunks(items: Sequence[ItemT]) -> Iterator[Sequence[ItemT]]:
    return (items[first : first + AT_ONCE] for first in range(0, len(items), AT_ONCE))


def _id_question(table: str, time: str) -> str:
    first, last = (f"fromUnixTimestamp64Nano({{{edge}:Int64}}, 'UTC')" for edge in ("first", "last"))
    scope = f"Tenant = {{tenant:String}} AND {time} >= {first} AND {time} <= {last}"
    return f"SELECT DISTINCT RecordId FROM {table} WHERE {scope} AND RecordId IN {{ids:Array(String)}}"  # noqa: S608  names are ours, values are bound


def _time_column(table: str) -> str:
    return "TimeUnix" if table in (GAUGES, SUMS, HISTOGRAMS) else "Timestamp"


def _keys(keys: Sequence[CountKey]) -> dict[str, pa.Array]:
    return {
        "Minute": pa.array([key.minute * 60 for key in keys], pa.timestamp("s", "UTC")),
        "Service": texts([key.service for key in keys]),
        "Route": texts([key.route for key in keys]),
        "Status": pa.array([key.status for key in keys], pa.uint16()),
        "ErrorCode": texts([key.error_code for key in keys]),
        "Severity": texts([key.severity for key in keys]),
        "TemplateId": texts([key.template_id for key in keys]),
    }


def _values(values: Sequence[Count]) -> dict[str, pa.Array]:
    return {
        "Events": pa.array([value.events for value in values], pa.uint64()),
        "Rows": pa.array([value.rows for value in values], pa.uint64()),
        "LatencyBuckets": pa.array([list(value.latencies) for value in values], pa.list_(pa.int16())),
        "LatencyEvents": pa.array([list(value.latencies.values()) for value in values], pa.list_(pa.uint64())),
    }


def _moments(at_ns: int, length: int) -> pa.Array:
    return pa.repeat(pa.scalar(at_ns, NANOS), length)
