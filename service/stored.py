"""`python -m service.stored FOLDER`: what the embedded store of a stopped service holds of the oracle's records, as NDJSON on stdout."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from adapters.clock import SystemClock
from domain.ports import StoreQuery, TelemetryStore
from domain.window import Window
from service.folder import DataFolder
from service.settings import read_settings
from service.stores import telemetry_store

STEP = timedelta(minutes=1)
MOST_ROWS = 1_000_000
SHARED = "attributes['oracle'] AS id, toInt64(toUnixTimestamp64Nano(time)) AS at, service, attributes['seq'] AS seq"
QUESTIONS = {
    "logs": f"SELECT {SHARED}, body, severity, trace_id, route, status, toInt64(duration_ms) FROM logs",  # noqa: S608 (ours)
    "spans": f"SELECT {SHARED}, trace_id, span_id, name, status, toInt64(duration_ms) FROM spans",  # noqa: S608 (ours)
    "metrics": f"SELECT {SHARED}, name, toInt64(value) FROM metrics",  # noqa: S608 (ours)
    "counts": "SELECT service, sum(events) FROM counts GROUP BY service",
}


async def told(folder: Path) -> None:
    """Print every row, a JSON list a line: the relation, the id, then the columns; of counts a service's of a minute."""
    settings = read_settings(folder)
    with closing(DataFolder.open(folder, "stored", SystemClock().now())) as held:
        async with telemetry_store(settings, held) as store:
            async for relation, row in _rows(store):
                print(json.dumps([relation, *row]))  # noqa: T201 (the output)


async def _rows(store: TelemetryStore) -> AsyncIterator[tuple[str, tuple[object, ...]]]:
    extent = await store.extent()
    for window in _windows(extent.oldest, extent.newest) if extent else ():
        for relation, sql in QUESTIONS.items():
            for row in (await store.query(StoreQuery(sql, {relation: window}, max_rows=MOST_ROWS, timeout_s=120))).rows:
                yield relation, row


def _windows(oldest: datetime, newest: datetime) -> Iterator[Window]:
    """Whole minutes, so that none of the counts is in two of them; sampled-out records at the edges are counted too."""
    at = oldest.replace(second=0, microsecond=0) - 5 * STEP
    while at <= newest + 5 * STEP:
        yield Window(at, at + STEP)
        at += STEP


if __name__ == "__main__":
    asyncio.run(told(Path(sys.argv[1])))
