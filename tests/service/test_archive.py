"""The routes of the cold archive, over files that are really there."""

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import ASGITransport, AsyncClient

from adapters.archive import open_archive
from domain.archive import RawStore, Rows, Shelf
from domain.errors import NothingFoundError
from pipeline.retention.expiry import Limits
from pipeline.retention.job import Retention
from service.commands import replay
from service.invocation import Invocation
from service.problems import install_problems
from service.remote import RemoteSession
from service.routes.archive import archive_routes
from tests.fakes import FakeClock

DAY = date(2026, 2, 1)
AT = datetime(2026, 2, 1, 12, tzinfo=UTC)


@dataclass(slots=True)
class Restoring:
    """A store that has some rows already and takes the others."""

    there: set[str] = field(default_factory=set)
    kept_for: list[int] = field(default_factory=list)

    def restore(self, shelf: Shelf, batches: Iterable[Rows], now: datetime, keep_days: int) -> int:
        self.kept_for.append(keep_days)
        found = {identity for batch in batches for identity in cast("pa.Table", batch).column("RecordId").to_pylist()}
        fresh = found - self.there
        self.there |= fresh
        return len(fresh)


@dataclass(frozen=True, slots=True)
class Wired:
    """What the routes ask of the parts."""

    retention: Retention
    clock: FakeClock = field(default_factory=FakeClock)


def archived(folder: Path, service: str, count: int) -> None:
    stamps = pa.array([AT] * count, pa.timestamp("ns", "UTC"))
    rows = pa.table({"Timestamp": stamps, "IngestedAt": stamps, "RecordId": [f"{service}-{n}" for n in range(count)]})
    open_archive(str(folder)).keep(Shelf(DAY, service, "logs"), [rows], AT)


@pytest.fixture
def store() -> Restoring:
    return Restoring()


@pytest.fixture
def client(tmp_path: Path, store: Restoring) -> Iterator[TestClient]:
    archived(tmp_path, "cart", 3)
    archived(tmp_path, "a/b", 2)
    app = FastAPI()
    retention = Retention(lambda: nullcontext(cast("RawStore", store)), lambda: open_archive(str(tmp_path)), Limits(1))
    app.include_router(archive_routes(Wired(retention)))
    install_problems(app)
    with TestClient(app, base_url="http://127.0.0.1") as made:
        yield made


@asynccontextmanager
async def session(client: TestClient) -> AsyncIterator[RemoteSession]:
    async with AsyncClient(transport=ASGITransport(client.app), base_url="http://127.0.0.1") as made:
        yield RemoteSession(made)


def restored(client: TestClient, **asked: Any) -> Any:
    answer = client.post("/api/archive/restore", json={"day": str(DAY), **asked})
    assert answer.status_code == 200
    return answer.json()


def test_the_manifest_is_listed_by_day_and_service(client: TestClient) -> None:
    assert [file["service"] for file in client.get("/api/archive").json()] == ["a/b", "cart"]
    (file,) = client.get("/api/archive", params={"day": str(DAY), "service": "cart"}).json()
    assert (file["day"], file["rows"], file["signal"]) == (str(DAY), 3, "logs")
    assert client.get("/api/archive", params={"day": "2020-01-01"}).json() == []


def test_a_day_comes_back_once(client: TestClient, store: Restoring) -> None:
    first = restored(client)
    assert (first["services"], first["files"], first["rows"], first["restored"]) == (["a/b", "cart"], 2, 5, 5)
    assert store.kept_for == [7, 7]
    again = restored(client, service="cart", keep_days=30)
    assert (again["restored"], again["there_already"], store.kept_for[-1]) == (0, 3, 30)


def test_a_day_that_is_not_archived_says_which_are(client: TestClient) -> None:
    answer = client.post("/api/archive/restore", json={"day": "2020-01-01"})
    said = "nothing of 2020-01-01 is archived; the archive goes from 2026-02-01 to 2026-02-01"
    assert (answer.status_code, answer.json()["detail"]) == (404, said)
    assert client.post("/api/archive/restore", json={"day": "yesterday"}).status_code == 422


def test_a_file_is_fetched_as_it_is(client: TestClient) -> None:
    (file,) = client.get("/api/archive", params={"service": "a/b"}).json()
    answer = client.get("/api/archive/file", params={"day": str(DAY), "path": file["path"]})
    assert pq.read_table(pa.BufferReader(answer.content)).num_rows == 2


@pytest.mark.parametrize("path", ["../../etc/passwd", "day=2026-02-01/service=cart/logs-0001.json", "nothing"])
def test_only_what_the_manifest_names_is_given(client: TestClient, path: str) -> None:
    assert client.get("/api/archive/file", params={"day": str(DAY), "path": path}).status_code == 404


def test_a_damaged_file_is_not_given(client: TestClient, tmp_path: Path) -> None:
    (file,) = client.get("/api/archive", params={"service": "cart"}).json()
    (tmp_path / file["path"]).write_bytes(b"PAR1")
    assert client.get("/api/archive/file", params={"day": str(DAY), "path": file["path"]}).status_code == 503
    assert "SHA-256" in client.post("/api/archive/restore", json={"day": str(DAY), "service": "cart"}).json()["detail"]


async def test_the_command_fetches_files_under_their_names(client: TestClient, tmp_path: Path) -> None:
    async with session(client) as opened:
        await replay.fetch(Invocation(None, as_json=True), opened, {"day": str(DAY), "service": "cart"}, tmp_path / "out")
        with pytest.raises(NothingFoundError, match="nothing of 2020-01-01"):
            await replay.fetch(Invocation(None, as_json=True), opened, {"day": "2020-01-01", "service": ""}, tmp_path / "out")
    (fetched,) = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert pq.read_table(fetched).num_rows == 3


async def test_the_command_says_what_came_back(client: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    async with session(client) as opened:
        for _ in range(2):
            await replay.restore(Invocation(None, as_json=False), opened, {"day": str(DAY), "service": ""}, 14)
    assert capsys.readouterr().out.splitlines() == [
        "5 of 5 rows of 2026-02-01 (a/b, cart) are back for 14 days.",
        "0 of 5 rows of 2026-02-01 (a/b, cart) are back for 14 days; 5 were there already.",
    ]
