"""How a command reaches the product: through the service that holds the data folder, or by opening the folder itself."""

import importlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

from service.folder import holder
from service.invocation import Invocation
from service.settings import Settings, read_settings

ReportBytes = Callable[[int], None]


class Session(Protocol):
    """The product as a command sees it."""

    async def ask(self, request: Mapping[str, Any]) -> Mapping[str, Any]: ...
    async def ingest(self, path: Path, request: Mapping[str, Any], report: ReportBytes) -> Mapping[str, Any]: ...
    async def read(self, route: str, asked: Mapping[str, Any] | None = None) -> Any: ...
    async def fetch(self, route: str, asked: Mapping[str, Any]) -> bytes: ...
    async def send(self, route: str, body: Mapping[str, Any], method: str = "POST") -> Any: ...
    async def run_metric(self, name: str, request: Mapping[str, Any]) -> Mapping[str, Any]: ...


@asynccontextmanager
async def open_session(invocation: Invocation, command: str) -> AsyncIterator[Session]:
    """The session of one command. Raises DataFolderError when another command holds the folder."""
    settings = read_settings(invocation.data_dir)
    async with _opened(settings, command) as session:
        yield session


def _opened(settings: Settings, command: str) -> AbstractAsyncContextManager[Session]:
    held = holder(settings.data_dir)
    opened: AbstractAsyncContextManager[Session]
    if held and held.address:
        opened = importlib.import_module("service.remote").remote_session(held.address)
    else:
        opened = importlib.import_module("service.local").local_session(settings, command)
    return opened
