"""The vector index on Qdrant: local in the process, or a server."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from uuid import NAMESPACE_URL, uuid5

from qdrant_client import QdrantClient, models
from qdrant_client.http.exceptions import ApiException

from domain.errors import DataFolderError, StoreError
from domain.ids import Tenant
from domain.ports import VectorHit

ResultT = TypeVar("ResultT")


class QdrantVectorIndex:
    """Collections of points with tenant, id and data in the payload. One thread talks to Qdrant: its local mode is not thread-safe."""

    def __init__(self, client: QdrantClient) -> None:
        self._client = client
        self._thread = ThreadPoolExecutor(1, "vectors")

    async def upsert(self, collection: str, items: Mapping[str, tuple[Sequence[float], Mapping[str, Any]]], tenant: Tenant) -> None:
        """Keeps vectors by id, in place of what was kept. The first one settles a collection's size; StoreError on another."""
        if items:
            await self._run(partial(self._upsert, collection, items, tenant))

    async def search(
        self, collection: str, vector: Sequence[float], tenant: Tenant, limit: int = 5, where: Mapping[str, Any] | None = None
    ) -> tuple[VectorHit, ...]:
        """The nearest vectors, best first; `where` keeps those whose payload has these values (a list means any of them)."""
        return await self._run(partial(self._search, collection, list(vector), _filter(tenant, where or {}), limit))

    async def delete(self, collection: str, ids: Sequence[str], tenant: Tenant) -> None:
        await self._run(partial(self._delete, collection, ids, tenant))

    async def close(self) -> None:
        await self._run(self._client.close)
        self._thread.shutdown()

    def _upsert(self, collection: str, items: Mapping[str, tuple[Sequence[float], Mapping[str, Any]]], tenant: Tenant) -> None:
        size = len(next(iter(items.values()))[0])
        if not self._client.collection_exists(collection):
            self._client.create_collection(collection, models.VectorParams(size=size, distance=models.Distance.COSINE))
        points = [_point(name, vector, payload, tenant) for name, (vector, payload) in items.items()]
        self._client.upsert(collection, points, wait=True)

    def _search(self, collection: str, vector: list[float], wanted: models.Filter, limit: int) -> tuple[VectorHit, ...]:
        if not self._client.collection_exists(collection):
            return ()
        found = self._client.query_points(collection, vector, query_filter=wanted, limit=limit, with_payload=True).points
        return tuple(_hit(point) for point in found)

    def _delete(self, collection: str, ids: Sequence[str], tenant: Tenant) -> None:
        if ids and self._client.collection_exists(collection):
            self._client.delete(collection, models.PointIdsList(points=[_point_id(name, tenant) for name in ids]), wait=True)

    async def _run(self, work: Callable[[], ResultT]) -> ResultT:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except (ApiException, ValueError, RuntimeError, OSError) as error:
            raise StoreError(f"the vector index failed: {str(error)[:300]}") from error


def open_local(path: Path | None) -> QdrantVectorIndex:
    """Opens the index in a folder held by this process alone, or in memory for None. Raises DataFolderError."""
    if path is None:
        return QdrantVectorIndex(QdrantClient(location=":memory:"))
    try:
        return QdrantVectorIndex(QdrantClient(path=str(path), force_disable_check_same_thread=True))
    except (RuntimeError, OSError) as error:
        raise DataFolderError(
            f"the vector index {str(path)!r} cannot be opened ({error}); end the process that holds it, or ask that one"
        ) from error


def open_server(url: str) -> QdrantVectorIndex:
    """Connects to a Qdrant server such as `http://host:6333`. Raises StoreError when it does not answer."""
    client = QdrantClient(url=url, timeout=10, check_compatibility=False)
    try:
        client.get_collections()
    except (ApiException, ValueError, OSError) as error:
        client.close()
        raise StoreError(f"no Qdrant answers at {url!r} ({error}); check the address and that it runs") from error
    return QdrantVectorIndex(client)


def _point_id(name: str, tenant: Tenant) -> str:
    # Qdrant takes only UUIDs; the tenant is part of it, so equal names of two tenants never meet.
    return str(uuid5(NAMESPACE_URL, f"{tenant}\n{name}"))


def _point(name: str, vector: Sequence[float], payload: Mapping[str, Any], tenant: Tenant) -> models.PointStruct:
    kept = {"id": name, "tenant": str(tenant), "data": dict(payload)}
    return models.PointStruct(id=_point_id(name, tenant), vector=list(vector), payload=kept)


def _filter(tenant: Tenant, where: Mapping[str, Any]) -> models.Filter:
    mine = models.FieldCondition(key="tenant", match=models.MatchValue(value=str(tenant)))
    return models.Filter(must=[mine, *(_condition(f"data.{name}", value) for name, value in where.items())])


def _condition(key: str, value: Any) -> models.FieldCondition:
    if isinstance(value, list | tuple):
        return models.FieldCondition(key=key, match=models.MatchAny(any=list(value)))
    if isinstance(value, float):
        return models.FieldCondition(key=key, range=models.Range(gte=value, lte=value))
    return models.FieldCondition(key=key, match=models.MatchValue(value=value))


def _hit(point: models.ScoredPoint) -> VectorHit:
    payload = point.payload or {}
    return VectorHit(str(payload["id"]), float(point.score), payload["data"])
