"""What every vector index holds to."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from adapters.qdrant import open_local
from adapters.vectors import open_index
from domain.errors import StoreError
from domain.ids import Tenant
from domain.ports import VectorIndex
from tests.fakes import FakeVectorIndex


@pytest.fixture(params=["fake", "memory", "folder", "late"])
async def index(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[VectorIndex]:
    paths = {"memory": None, "folder": tmp_path / "vectors"}
    made: dict[str, Callable[[], VectorIndex]] = {"fake": FakeVectorIndex, "late": lambda: open_index("", tmp_path / "vectors")}
    opened = made[request.param]() if request.param in made else open_local(paths[request.param])
    yield opened
    await opened.close()


async def fill(index: VectorIndex, tenant: Tenant) -> None:
    items = {
        "east": ([1.0, 0.0], {"service": "cart", "level": 3, "share": 0.5}),
        "north": ([0.0, 2.0], {"service": "cart", "level": 4, "share": 0.25}),
        "west": ([-1.0, 0.0], {"service": "pay", "level": 3, "tags": ["a"]}),
    }
    await index.upsert("incidents", items, tenant)


async def test_neighbours_come_nearest_first_with_cosine(index: VectorIndex, tenant: Tenant) -> None:
    await fill(index, tenant)
    hits = await index.search("incidents", [3.0, 3.0], tenant)
    assert [hit.id for hit in hits][2] == "west"
    assert [round(hit.similarity, 4) for hit in hits] == [0.7071, 0.7071, -0.7071]
    (east,) = await index.search("incidents", [5.0, 0.1], tenant, limit=1)
    assert (east.id, dict(east.payload)) == ("east", {"service": "cart", "level": 3, "share": 0.5})


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"service": "cart"}, {"east", "north"}),
        ({"service": "cart", "level": 4}, {"north"}),
        ({"service": ["pay", "none"]}, {"west"}),
        ({"share": 0.5}, {"east"}),
        ({"service": "nobody"}, set()),
        ({"unknown": 1}, set()),
    ],
)
async def test_where_keeps_only_what_matches(index: VectorIndex, tenant: Tenant, where: dict[str, object], expected: set[str]) -> None:
    await fill(index, tenant)
    assert {hit.id for hit in await index.search("incidents", [1.0, 1.0], tenant, where=where)} == expected


async def test_equal_ids_of_two_tenants_never_meet(index: VectorIndex, tenant: Tenant) -> None:
    other = Tenant(f"{tenant}-other")
    await index.upsert("incidents", {"a": ([1.0, 0.0], {"of": "one"})}, tenant)
    await index.upsert("incidents", {"a": ([1.0, 0.0], {"of": "other"})}, other)
    assert [hit.payload for hit in await index.search("incidents", [1.0, 0.0], tenant)] == [{"of": "one"}]
    await index.delete("incidents", ["a"], other)
    assert len(await index.search("incidents", [1.0, 0.0], tenant)) == 1
    assert await index.search("incidents", [1.0, 0.0], other) == ()


async def test_an_id_is_kept_once(index: VectorIndex, tenant: Tenant) -> None:
    await fill(index, tenant)
    await index.upsert("incidents", {"east": ([0.0, 1.0], {"service": "moved"})}, tenant)
    hits = await index.search("incidents", [0.0, 1.0], tenant, where={"service": "moved"})
    assert [(hit.id, round(hit.similarity, 6)) for hit in hits] == [("east", 1.0)]
    assert len(await index.search("incidents", [0.0, 1.0], tenant)) == 3


async def test_what_is_deleted_is_gone(index: VectorIndex, tenant: Tenant) -> None:
    await fill(index, tenant)
    await index.delete("incidents", ["east", "never there"], tenant)
    assert {hit.id for hit in await index.search("incidents", [1.0, 0.0], tenant)} == {"north", "west"}


async def test_an_unknown_collection_is_empty(index: VectorIndex, tenant: Tenant) -> None:
    await index.upsert("nothing", {}, tenant)
    await index.delete("nothing", ["a"], tenant)
    assert await index.search("nothing", [1.0], tenant) == ()


async def test_a_vector_of_another_size_is_an_error(index: VectorIndex, tenant: Tenant) -> None:
    await fill(index, tenant)
    with pytest.raises(StoreError):
        await index.upsert("incidents", {"b": ([1.0, 0.0, 0.0], {})}, tenant)
