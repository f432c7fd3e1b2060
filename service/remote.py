"""The session over HTTP: a thin client of the service that holds the data folder."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx

from domain.errors import NothingFoundError, WatchfloorError, WrongUseError
from service.sessions import ReportBytes

CHUNK = 1 << 20
TIMEOUT = httpx.Timeout(None, connect=5.0)


class RemoteSession:
    """Speaks to a running service on loopback."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def ask(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """POST /api/chat."""
        return dict(_document(await self._client.post("/api/chat", json=dict(request))))

    async def ingest(self, path: Path, request: Mapping[str, Any], report: ReportBytes) -> Mapping[str, Any]:
        """POST /api/ingest with the file's bytes; `report` gets the bytes sent so far."""
        headers = {"content-type": "application/octet-stream"}
        sent = await self._client.post("/api/ingest", params=dict(request), content=_chunks(path, report), headers=headers)
        return dict(_document(sent))

    async def read(self, route: str, asked: Mapping[str, Any] | None = None) -> Any:
        """GET a route under /api; `asked` are its query parameters, empty ones left out."""
        given = {name: value for name, value in (asked or {}).items() if value not in ("", None)}
        return _document(await self._client.get(f"/api/{route}", params=given))

    async def fetch(self, route: str, asked: Mapping[str, Any]) -> bytes:
        """GET a route under /api that answers with a file."""
        answer = await self._client.get(f"/api/{route}", params=dict(asked))
        return answer.content if answer.is_success else bytes(_document(answer))

    async def send(self, route: str, body: Mapping[str, Any], method: str = "POST") -> Any:
        """POST (or another method) a JSON body to a route under /api."""
        return _document(await self._client.request(method, f"/api/{route}", json=dict(body)))

    async def run_metric(self, name: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """POST /api/metrics/{name}/run."""
        return dict(_document(await self._client.post(f"/api/metrics/{name}/run", json=dict(request))))


@asynccontextmanager
async def remote_session(address: str) -> AsyncIterator[RemoteSession]:
    """A session with the service at an address. Raises WatchfloorError when it does not answer."""
    async with httpx.AsyncClient(base_url=address, timeout=TIMEOUT, trust_env=False) as client:
        try:
            yield RemoteSession(client)
        except httpx.TransportError as error:
            raise WatchfloorError(f"The service at {address} holds the data folder but does not answer ({error!r}); restart it.") from error


async def _chunks(path: Path, report: ReportBytes) -> AsyncIterator[bytes]:
    sent = 0
    with path.open("rb") as file:
        while block := file.read(CHUNK):
            yield block
            sent += len(block)
            report(sent)


def _document(response: httpx.Response) -> Any:
    body = response.json()
    if response.is_success:
        return body
    detail = str(body.get("detail", body))
    if response.status_code == HTTPStatus.NOT_FOUND:
        raise NothingFoundError(detail)
    if response.status_code in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY):
        raise WrongUseError(detail)
    raise WatchfloorError(detail)
