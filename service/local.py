"""The session inside this process: opens the data folder for the length of one command."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from domain.errors import WrongUseError
from pipeline.loader import Progress, Source
from service import actions, readings
from service.parts import Parts
from service.requests import ChatRequest, IngestRequest, MetricRequest
from service.sessions import ReportBytes
from service.settings import Settings
from service.wiring import open_parts

RequestT = TypeVar("RequestT", bound=BaseModel)


class LocalSession:
    """Calls the wired product directly."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def ask(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """One analysis document."""
        return (await actions.ask(self._parts, checked(ChatRequest, request))).as_json()

    async def ingest(self, path: Path, request: Mapping[str, Any], report: ReportBytes) -> Mapping[str, Any]:
        """Load one file; `report` gets the bytes read so far."""

        def progress(step: Progress) -> None:
            report(step.bytes_read)

        return await actions.ingest(self._parts, Source.of_path(path), checked(IngestRequest, request), progress)

    async def read(self, route: str) -> Any:
        """What GET /api/{route} would give."""
        return await readings.read(self._parts, route)

    async def run_metric(self, name: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """One evidence document."""
        return await actions.run_metric(self._parts, name, checked(MetricRequest, request))


@asynccontextmanager
async def local_session(settings: Settings, command: str) -> AsyncIterator[LocalSession]:
    """The product opened on its data folder for one command."""
    async with open_parts(settings, command) as parts:
        yield LocalSession(parts)


def checked(kind: type[RequestT], request: Mapping[str, Any]) -> RequestT:
    """A request checked as the API would. Raises WrongUseError naming the field."""
    try:
        return kind.model_validate(dict(request))
    except ValidationError as error:
        first = error.errors()[0]
        raise WrongUseError(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from error
