"""The session inside this process: opens the data folder for the length of one command."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from domain.errors import WrongUseError
from pipeline.loader import Progress, Source
from service import actions
from service.app import build_app
from service.parts import Parts
from service.remote import RemoteSession
from service.requests import ChatRequest, IngestRequest, MetricRequest
from service.sessions import ReportBytes
from service.settings import Settings
from service.wiring import VERSION, open_parts

RequestT = TypeVar("RequestT", bound=BaseModel)


class LocalSession:
    """Calls the wired product directly; `api` speaks to its own routes, without a socket."""

    def __init__(self, parts: Parts, api: RemoteSession) -> None:
        self._parts = parts
        self._api = api

    async def ask(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """One analysis document."""
        return (await actions.ask(self._parts, checked(ChatRequest, request))).as_json()

    async def ingest(self, path: Path, request: Mapping[str, Any], report: ReportBytes) -> Mapping[str, Any]:
        """Load one file; `report` gets the bytes read so far."""

        def progress(step: Progress) -> None:
            report(step.bytes_read)

        return await actions.ingest(self._parts, Source.of_path(path), checked(IngestRequest, request), progress)

    async def read(self, route: str, asked: Mapping[str, Any] | None = None) -> Any:
        """What GET /api/{route} gives."""
        return await self._api.read(route, asked)

    async def fetch(self, route: str, asked: Mapping[str, Any]) -> bytes:
        """The file that GET /api/{route} gives."""
        return await self._api.fetch(route, asked)

    async def send(self, route: str, body: Mapping[str, Any], method: str = "POST") -> Any:
        """What a request with a JSON body to /api/{route} gives."""
        return await self._api.send(route, body, method)

    async def run_metric(self, name: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """One evidence document."""
        return await actions.run_metric(self._parts, name, checked(MetricRequest, request))


@asynccontextmanager
async def local_session(settings: Settings, command: str) -> AsyncIterator[LocalSession]:
    """The product opened on its data folder for one command."""
    async with open_parts(settings, command) as parts:
        transport = httpx.ASGITransport(build_app(parts, VERSION))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            yield LocalSession(parts, RemoteSession(client))


def checked(kind: type[RequestT], request: Mapping[str, Any]) -> RequestT:
    """A request checked as the API would. Raises WrongUseError naming the field."""
    try:
        return kind.model_validate(dict(request))
    except ValidationError as error:
        first = error.errors()[0]
        raise WrongUseError(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from error
