"""The Qdrant index beyond its port."""

from pathlib import Path

import pytest

from adapters.qdrant import open_local, open_server
from domain.errors import DataFolderError, StoreError
from domain.ids import Tenant


async def test_a_folder_keeps_its_vectors(tmp_path: Path) -> None:
    index = open_local(tmp_path / "v")
    await index.upsert("c", {"a": ([1.0, 0.0], {"n": 1})}, Tenant("t"))
    await index.close()
    again = open_local(tmp_path / "v")
    assert [hit.id for hit in await again.search("c", [1.0, 0.0], Tenant("t"))] == ["a"]
    await again.close()


async def test_a_held_folder_says_so(tmp_path: Path) -> None:
    index = open_local(tmp_path / "v")
    with pytest.raises(DataFolderError, match="holds it"):
        open_local(tmp_path / "v")
    await index.close()


def test_a_server_that_is_not_there_is_named() -> None:
    with pytest.raises(StoreError, match=r"127\.0\.0\.1:9"):
        open_server("http://127.0.0.1:9")
