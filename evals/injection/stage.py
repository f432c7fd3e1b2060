"""The product as attacks meet it: every way in, an analysis under any judge, and everything that is published or kept."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from domain.calls import ToolSpec
from domain.ports import Judge, PromptSource
from domain.tasks import Task

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Watched:
    """An analysis document with what was streamed meanwhile: (event name, data) in order."""

    document: Document
    events: tuple[tuple[str, Mapping[str, Any]], ...] = ()

    @property
    def streamed(self) -> str:
        """The text that a watching client was sent."""
        return "".join(str(data.get("text", "")) for name, data in self.events if name == "token")

    def calls(self) -> list[Mapping[str, Any]]:
        """The tool calls that were made."""
        return [data for name, data in self.events if name == "tool" and data.get("state") == "start"]


@dataclass(frozen=True, slots=True)
class Kept:
    """What the product keeps of an incident: itself, its issue, drafts and tickets."""

    incident: Document = field(default_factory=dict)
    issue: Document = field(default_factory=dict)
    notices: tuple[Document, ...] = ()


class Stage(Protocol):
    """One opened data folder. Requests have the shapes of the HTTP routes; `judge` None is the house.

    Tool answers are remembered until something is loaded, so that many judges can look at one world.
    """

    @property
    def prompts(self) -> PromptSource: ...
    def menu(self) -> tuple[ToolSpec, ...]: ...
    def listening(self, asked: list[str]) -> Judge:
        """The house, which writes down what a model would have been sent."""
        ...

    def understood(self, task: Task[Any], reply: str) -> Any:
        """The typed answer in a model's reply. Raises JudgeAnswerError where it does not fit."""
        ...

    def served(self, base_url: str, model: str) -> Judge:
        """A model of a chat server."""
        ...

    async def load(self, path: Path, options: Mapping[str, Any]) -> Mapping[str, Any]: ...
    async def load_for(self, tenant: str, service: str, lines: tuple[str, ...], at: datetime) -> None:
        """Log lines of another tenant, at a time."""
        ...

    async def ask(self, judge: Judge | None, request: Mapping[str, Any]) -> Watched: ...
    async def investigate(self, judge: Judge | None, request: Mapping[str, Any]) -> Watched: ...
    async def alert(self, payload: Mapping[str, Any]) -> str:
        """Take an alert in; the id of its incident."""
        ...

    async def comment(self, incident: str, text: str) -> None: ...
    async def analyse(self, judge: Judge | None, incident: str) -> Watched:
        """The analysis of an incident with all that follows from it."""
        ...

    async def kept(self, incident: str) -> Kept: ...
    async def forget(self, incident: str) -> None:
        """Remove an incident with all that was kept because of it, also from what is searched."""
        ...


StageFactory = Callable[[Path], AbstractAsyncContextManager[Stage]]
