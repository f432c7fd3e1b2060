"""The index that opens late: at its first use, once, and again after a failure."""

import asyncio
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.vectors import LateVectorIndex, open_index
from domain.errors import StoreError
from domain.ids import DEFAULT_TENANT
from domain.ports import VectorIndex
from tests.fakes import FakeVectorIndex

VECTORS = {"a": ([1.0, 0.0], {"service": "cart"})}


async def test_many_first_uses_open_it_once() -> None:
    opened: list[VectorIndex] = []

    def opening() -> VectorIndex:
        opened.append(FakeVectorIndex())
        return opened[-1]

    index = LateVectorIndex(opening)
    await asyncio.gather(*(index.upsert("incidents", VECTORS, DEFAULT_TENANT) for _ in range(5)))
    assert len(opened) == 1


async def use_for_nothing(index: VectorIndex) -> None:
    await index.upsert("incidents", {}, DEFAULT_TENANT)
    await index.delete("incidents", [], DEFAULT_TENANT)
    await index.close()


def test_nothing_to_do_opens_nothing(tmp_path: Path) -> None:
    asyncio.run(use_for_nothing(open_index("", tmp_path / "vectors")))
    assert list(tmp_path.iterdir()) == []


async def test_a_failed_opening_is_tried_again() -> None:
    answers: list[VectorIndex | None] = [None, FakeVectorIndex()]

    def opening() -> VectorIndex:
        answer = answers.pop(0)
        if answer is None:
            raise StoreError("not yet")
        return answer

    index = LateVectorIndex(opening)
    with pytest.raises(StoreError, match="not yet"):
        await index.search("incidents", [1.0, 0.0], DEFAULT_TENANT)
    assert await index.search("incidents", [1.0, 0.0], DEFAULT_TENANT) == ()


async def test_each_use_is_an_event(caplog: pytest.LogCaptureFixture) -> None:
    index = LateVectorIndex(FakeVectorIndex)
    with caplog.at_level(logging.INFO):
        await index.upsert("incidents", VECTORS, DEFAULT_TENANT)
        await index.search("incidents", [1.0, 0.0], DEFAULT_TENANT, limit=3)
        await index.delete("incidents", ["a"], DEFAULT_TENANT)
    told = [(record.message, record.__dict__["collection"], record.__dict__["count"]) for record in caplog.records]
    assert told == [("vector.insert", "incidents", 1), ("vector.search", "incidents", 3), ("vector.delete", "incidents", 1)]


async def test_a_server_that_does_not_answer_is_named_by_the_first_use() -> None:
    index = open_index("http://127.0.0.1:9", Path("unused"))
    with pytest.raises(StoreError, match=r"no Qdrant answers at 'http://127\.0\.0\.1:9'"):
        await index.search("incidents", [1.0], DEFAULT_TENANT)


async def test_vectors_of_a_folder_outlive_the_process_that_wrote_them(tmp_path: Path) -> None:
    for _ in range(2):
        index = open_index("", tmp_path / "vectors")
        await index.upsert("incidents", VECTORS, DEFAULT_TENANT)
        await index.close()
    index = open_index("", tmp_path / "vectors")
    assert [hit.payload for hit in await index.search("incidents", [1.0, 0.0], DEFAULT_TENANT)] == [{"service": "cart"}]
    await index.close()


@pytest.mark.parametrize("library", ["qdrant_client", "openai", "alembic"])
def test_wiring_the_product_does_not_load_what_few_starts_need(library: str) -> None:
    code = f"import sys, service.wiring; sys.exit({library!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
