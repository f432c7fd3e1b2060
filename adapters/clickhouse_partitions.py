"""The raw tables by day: what lies in each, and reading, removing and restoring just what was looked at."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from clickhouse_connect.driver.client import Client

from adapters.clickhouse_client import EMBEDDED_DATABASE, embedded, first_embedded, first_server, prepare, server, stored
from adapters.clickhouse_rollup_tables import lifetimes
from adapters.clickhouse_schema import COUNTS, GAUGES, HISTOGRAMS, LOGS, SUMS, TRACE_TIMES, TRACES
from domain.archive import ChangedError, Lifetime, Lot, Partition, Shelf
from domain.errors import StoreError
from domain.window import to_nanos

SLICE_ROWS = 100_000
DAY_MS = 86_400_000
MOST_DAYS = 65_535
GONE = "NO_SUCH_DATA_PART"
RAW: Mapping[str, str] = {
    "logs": LOGS,
    "traces": TRACES,
    "metrics_gauge": GAUGES,
    "metrics_sum": SUMS,
    "metrics_histogram": HISTOGRAMS,
}
_DUE = "addDays(IngestedAt, KeepDays)"
_LOOK = (
    "SELECT '{signal}', _partition_id, groupUniqArray(_part), count(), countIf(KeepDays > 0), "
    "toUnixTimestamp64Milli(minIf({due}, KeepDays > 0)), toUnixTimestamp64Milli(maxIf({due}, KeepDays > 0)), "
    "toUnixTimestamp64Milli(maxIf(IngestedAt, KeepDays > 0)) FROM {table} GROUP BY _partition_id"
)


class ClickHousePartitions:
    """One connection, used by one thread at a time. Tables without arrival and days to keep (a collector's own) are left alone."""

    def __init__(self, client: Client, database: str, slice_rows: int = SLICE_ROWS) -> None:
        self._client = client
        self._database = database
        self._slice_rows = slice_rows
        found = {signal: _columns(client, database, table) for signal, table in RAW.items()}
        self._columns = {signal: columns for signal, columns in found.items() if {"RecordId", "KeepDays"} <= set(columns)}

    def partitions(self) -> tuple[Partition, ...]:
        if not self._columns:
            return ()
        sizes = self._sizes()
        looks = [_LOOK.format(signal=signal, due=_DUE, table=self._table(signal)) for signal in self._columns]
        return tuple(_partition(row, sizes) for row in self._rows(" UNION ALL ".join(looks)))

    def services(self, lot: Lot) -> Mapping[str, int]:
        sql = f"SELECT ServiceName, count() FROM {self._table(lot.partition.signal)} WHERE {_scope(lot)} GROUP BY ServiceName"  # noqa: S608  names are ours
        return {str(service): int(rows) for service, rows in self._rows(sql)}

    def read(self, lot: Lot, service: str, rows: int) -> Iterator[pa.Table]:
        columns = ", ".join(f"`{name}`" for name in self._columns[lot.partition.signal])
        chosen = f"SELECT {columns} FROM {self._table(lot.partition.signal)} WHERE {_scope(lot)} AND ServiceName = {{service:String}}"  # noqa: S608  names are ours
        came = 0
        for piece in self._slices(lot, service, rows):
            ask = partial(self._client.query_arrow, f"{chosen} AND {piece}", parameters={"service": service}, use_strings=True)
            batch = stored(ask)
            came += batch.num_rows
            yield batch
        if came != rows:
            raise ChangedError(f"{came:,} of {rows:,} rows of {service!r} on {lot.partition.day} were read: the day changed meanwhile")

    def remove(self, lot: Lot, rows: int) -> None:
        table = self._table(lot.partition.signal)
        if rows == lot.partition.rows:
            self._do(f"ALTER TABLE {table} {', '.join(f'DROP PART {_quoted(part)}' for part in lot.partition.parts)}")
        else:
            self._do(f"ALTER TABLE {table} DELETE WHERE {_scope(lot)} SETTINGS mutations_sync = 2")
        self._forget_traces(lot.partition)
        if left := self._left(lot):
            raise ChangedError(f"{left:,} rows of {lot.partition.signal} on {lot.partition.day} are still there after they were removed")

    def restore(self, shelf: Shelf, batches: Iterable[pa.Table], now: datetime, keep_days: int) -> int:
        there = self._ids(shelf)
        came = 0
        for batch in batches:
            self._fits(shelf.signal, batch.column_names)
            ids = batch.column("RecordId")
            fresh = batch.filter(pc.or_(pc.equal(ids, ""), pc.invert(pc.is_in(ids, value_set=there))))
            if fresh.num_rows:
                rows = _kept_until(fresh, now, keep_days)
                stored(partial(self._client.insert_arrow, RAW[shelf.signal], rows, database=self._database))
                there = pa.concat_arrays([there, fresh.column("RecordId").combine_chunks()])
            came += fresh.num_rows
        return came

    def trim(self, lifetime: Lifetime, now: datetime) -> int:
        if not self._columns:
            return 0
        table = f"{self._database}.{lifetime.table}"
        oldest = int((now - timedelta(days=lifetime.days)).timestamp())
        sql = f"SELECT _partition_id, count() FROM {table} GROUP BY _partition_id HAVING toUnixTimestamp(max({lifetime.time})) < {oldest}"  # noqa: S608  names are ours
        gone = self._rows(sql)
        if gone:
            self._do(f"ALTER TABLE {table} {', '.join(f'DROP PARTITION ID {_quoted(name)}' for name, _ in gone)}")
        return sum(int(rows) for _, rows in gone)

    def close(self) -> None:
        self._client.close()

    def _sizes(self) -> dict[tuple[str, str], int]:
        sql = "SELECT table, name, bytes_on_disk FROM system.parts WHERE active AND database = {database:String}"
        found = stored(partial(self._client.query, sql, parameters={"database": self._database}))
        return {(str(table), str(name)): int(size) for table, name, size in found.result_rows}

    def _slices(self, lot: Lot, service: str, rows: int) -> Iterator[str]:
        # Pieces of a day by time, so that a busy service does not have to fit into memory.
        if rows <= self._slice_rows:
            yield "1"
            return
        pieces = math.ceil(rows / self._slice_rows)
        time = _time(lot.partition.signal)
        shares = ", ".join(f"{number / pieces:.9f}" for number in range(1, pieces))
        chosen = f"FROM {self._table(lot.partition.signal)} WHERE {_scope(lot)} AND ServiceName = {{service:String}}"
        sql = f"SELECT quantiles({shares})(toUnixTimestamp64Nano({time})) {chosen}"
        ((edges,),) = stored(partial(self._client.query, sql, parameters={"service": service})).result_rows
        bounds = [f"fromUnixTimestamp64Nano({edge}, 'UTC')" for edge in sorted({int(edge) for edge in edges})]
        yield f"{time} < {bounds[0]}"
        for first, last in pairwise(bounds):
            yield f"{time} >= {first} AND {time} < {last}"
        yield f"{time} >= {bounds[-1]}"

    def _left(self, lot: Lot) -> int:
        day = f"_partition_id = {_quoted(f'{lot.partition.day:%Y%m%d}')}"
        ((rows,),) = self._rows(f"SELECT count() FROM {self._table(lot.partition.signal)} WHERE {day} AND {_condition(lot)}")  # noqa: S608  names are ours
        return int(rows)

    def _forget_traces(self, partition: Partition) -> None:
        # The times of traces are made from the spans of the same day, and are of no use without them.
        day = _quoted(f"{partition.day:%Y%m%d}")
        if partition.signal == "traces" and not self._rows(f"SELECT 1 FROM {self._table('traces')} WHERE _partition_id = {day} LIMIT 1"):  # noqa: S608  names are ours
            self._do(f"ALTER TABLE {self._database}.{TRACE_TIMES} DROP PARTITION ID {day}")

    def _ids(self, shelf: Shelf) -> pa.Array:
        day = f"toDate({_time(shelf.signal)}) = toDate('{shelf.day}')"
        sql = f"SELECT RecordId FROM {self._table(shelf.signal)} WHERE {day} AND ServiceName = {{service:String}} AND RecordId != ''"  # noqa: S608  names are ours
        found = stored(partial(self._client.query, sql, parameters={"service": shelf.service}))
        return pa.array([str(row[0]) for row in found.result_rows], pa.string())

    def _fits(self, signal: str, names: Sequence[str]) -> None:
        unknown = sorted(set(names) - set(self._columns.get(signal, ())))
        if unknown:
            raise StoreError(f"archived {signal} have a column {unknown[0]!r} that this store has not; use the version that wrote them")

    def _table(self, signal: str) -> str:
        return f"{self._database}.{RAW[signal]}"

    def _rows(self, sql: str) -> Sequence[Sequence[Any]]:
        return stored(partial(self._client.query, sql)).result_rows

    def _do(self, sql: str) -> None:
        try:
            stored(partial(self._client.command, sql))
        except StoreError as error:
            if GONE in str(error):
                raise ChangedError(f"parts were merged while they were archived ({error})") from error
            raise


def open_embedded_partitions(path: Path) -> ClickHousePartitions:
    """The days of the embedded store; it may be open already in this process. Raises DataFolderError, StoreError."""
    return _opened(first_embedded(embedded(path), path), EMBEDDED_DATABASE)


def open_server_partitions(url: str) -> ClickHousePartitions:
    """The days of a ClickHouse server. Raises WrongUseError, StoreError."""
    connect, database = server(url)
    return _opened(first_server(connect, url), database)


def made_lifetimes(raw_days: int) -> tuple[Lifetime, ...]:
    """For how long what is made of raw rows is kept: each tier of roll-ups its own days, exact counts as long as the rows."""
    tiers = (Lifetime(table, days, "ArrivedAt") for table, days in lifetimes().items())
    return (*tiers, Lifetime(COUNTS, raw_days, "CountedAt"))


def _opened(client: Client, database: str) -> ClickHousePartitions:
    try:
        prepare(client, database)
        return ClickHousePartitions(client, database)
    except StoreError:
        client.close()
        raise


def _columns(client: Client, database: str, table: str) -> tuple[str, ...]:
    sql = (
        "SELECT name FROM system.columns WHERE database = {database:String} AND table = {table:String} "
        "AND default_kind NOT IN ('ALIAS', 'MATERIALIZED') ORDER BY position"
    )
    found = stored(partial(client.query, sql, parameters={"database": database, "table": table}))
    return tuple(str(row[0]) for row in found.result_rows)


def _partition(row: Sequence[Any], sizes: Mapping[tuple[str, str], int]) -> Partition:
    signal, partition_id, parts, rows, mortal, *moments = row
    first, last, arrived = (_moment(found) if mortal else None for found in moments)
    size = sum(sizes.get((RAW[signal], part), 0) for part in parts)
    return Partition(signal, _day(partition_id), tuple(sorted(parts)), int(rows), size, int(mortal), first, last, arrived)


def _scope(lot: Lot) -> str:
    return f"_part IN ({', '.join(map(_quoted, lot.partition.parts))}) AND {_condition(lot)}"


def _condition(lot: Lot) -> str:
    column = _DUE if lot.reason == "expired" else "IngestedAt"
    return f"KeepDays > 0 AND {column} < fromUnixTimestamp64Milli({to_nanos(lot.before) // 1_000_000}, 'UTC')"


def _quoted(name: str) -> str:
    return "'" + str(name).replace("\\", "\\\\").replace("'", "\\'") + "'"


def _time(signal: str) -> str:
    return "TimeUnix" if signal.startswith("metrics") else "Timestamp"


def _day(partition_id: str) -> date:
    return datetime.strptime(partition_id, "%Y%m%d").replace(tzinfo=UTC).date()


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _kept_until(rows: pa.Table, now: datetime, keep_days: int) -> pa.Table:
    # Days are counted from arrival, so those since then are added.
    arrived = rows.column("IngestedAt").cast(pa.timestamp("ms", "UTC"), safe=False).cast(pa.int64()).to_numpy()
    since = np.maximum(np.ceil((to_nanos(now) // 1_000_000 - arrived) / DAY_MS), 0)
    days = pa.array(np.minimum(since + keep_days, MOST_DAYS).astype(np.uint16))
    return rows.set_column(rows.column_names.index("KeepDays"), "KeepDays", days)
