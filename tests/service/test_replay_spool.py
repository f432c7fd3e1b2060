"""What a stopped service left in its spool: dumped, read back and stored, each record once."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.queue import Entry, EntryKey
from domain.telemetry import LogRecord
from pipeline.entries import Slice, encoded
from service.folder import DataFolder
from tests.pipeline.spools import opened
from tests.service.processes import Ended, many

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
AT_NS = int(AT.timestamp()) * 10**9


def entry(number: int) -> Entry:
    records = tuple(LogRecord(AT_NS + number * 10**9 + n, "shop", f"payment {n} failed", 17, status=503) for n in range(10))
    return Entry(EntryKey(f"entry{number}"), 0, encoded(Slice(records, tuple(str(n) for n in range(10)))), 10, AT_NS)


async def left(spool: Path, entries: Sequence[Entry]) -> None:
    queue = opened(spool)
    await queue.append(entries)
    await queue.close()


@pytest.fixture(scope="module")
def ends(tmp_path_factory: pytest.TempPathFactory) -> list[Ended]:
    """A dump, the spool stored, the empty spool, the dump read back, and the count of errors after it."""
    folder = tmp_path_factory.mktemp("spooled")
    with closing(DataFolder.open(folder / "data", "serve", AT)):
        asyncio.run(left(folder / "data" / "spool", [entry(1), entry(2)]))
    spool = ("replay", "spool", "--json")
    count = ("metrics", "run", "error_rate_by_service", "--from", "2026-03-01T11:00:00Z", "--to", "2026-03-01T13:00:00Z", "--json")
    ended = many(folder, [(*spool, "--dump", "d.ndjson"), spool, spool, (*spool, "--from", "d.ndjson"), count])
    ended.append(Ended(0, (folder / "d.ndjson").read_text("utf-8"), ""))
    return ended


def test_a_dump_tells_what_it_wrote(ends: list[Ended]) -> None:
    assert ends[0].document == {"file": "d.ndjson", "entries": 2, "records": 20, "dead_letters": 0}
    rows = [json.loads(line) for line in ends[-1].out.splitlines()]
    assert [(row["entry"]["key"], row["entry"]["number"]) for row in rows] == [(f"entry{n}", i) for n in (1, 2) for i in range(10)]


def test_the_spool_is_stored_and_then_empty(ends: list[Ended]) -> None:
    assert (ends[1].code, ends[1].document) == (0, {"entries": 2, "records": 20})
    assert (ends[2].code, ends[2].document) == (3, {"entries": 0, "records": 0})


def test_a_dump_read_back_writes_nothing_twice(ends: list[Ended]) -> None:
    assert (ends[3].code, ends[3].document) == (0, {"entries": 2, "records": 20})
    (row,) = ends[4].document["rows"]
    assert row["events"] == 20


def test_a_service_that_holds_the_folder_is_named(tmp_path: Path) -> None:
    with closing(DataFolder.open(tmp_path / "data", "serve", AT, "http://127.0.0.1:1")):
        (ended,) = many(tmp_path, [("replay", "spool", "--dump", "d.ndjson")])
    assert ended.code == 1
    assert "held by 'serve'" in ended.err
    assert "end it first" in ended.err
