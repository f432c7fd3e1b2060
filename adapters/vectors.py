"""A vector index that is opened by its first use: most commands never need it, and loading Qdrant takes half a second."""

import asyncio
import importlib
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from domain.ids import Tenant
from domain.ports import VectorHit, VectorIndex

log = logging.getLogger(__name__)


class LateVectorIndex:
    """Opens an index once, when it is first used; what could not be opened is tried again by the next use."""

    def __init__(self, opening: Callable[[], VectorIndex]) -> None:
        self._opening = opening
        self._lock = asyncio.Lock()
        self._opened: VectorIndex | None = None

    async def upsert(self, collection: str, items: Mapping[str, tuple[Sequence[float], Mapping[str, Any]]], tenant: Tenant) -> None:
        if items:
            with _told("insert", collection, len(items)):
                await (await self._index()).upsert(collection, items, tenant)

    async def search(
        self, collection: str, vector: Sequence[float], tenant: Tenant, limit: int = 5, where: Mapping[str, Any] | None = None
    ) -> tuple[VectorHit, ...]:
        with _told("search", collection, limit):
            return await (await self._index()).search(collection, vector, tenant, limit, where)

    async def delete(self, collection: str, ids: Sequence[str], tenant: Tenant) -> None:
        if ids:
            with _told("delete", collection, len(ids)):
                await (await self._index()).delete(collection, ids, tenant)

    async def close(self) -> None:
        """Closes what was opened."""
        if self._opened:
            await self._opened.close()

    async def _index(self) -> VectorIndex:
        async with self._lock:
            if self._opened is None:
                self._opened = await asyncio.to_thread(self._opening)
            return self._opened


@contextmanager
def _told(action: str, collection: str, count: int) -> Iterator[None]:
    """One event of our structured log; `count` is how many vectors were given or asked for."""
    begin = time.perf_counter()
    yield
    own = {"component": "vector", "action": action, "collection": collection, "count": count}
    log.info("vector.%s", action, extra={**own, "duration_ms": round((time.perf_counter() - begin) * 1e3, 3)})


def open_index(url: str, folder: Path) -> LateVectorIndex:
    """The index of a Qdrant server, or of a folder when the URL is empty; its first use raises StoreError or DataFolderError."""

    def opening() -> VectorIndex:
        qdrant = importlib.import_module("adapters.qdrant")
        index: VectorIndex = qdrant.open_server(url) if url else qdrant.open_local(folder)
        return index

    return LateVectorIndex(opening)
