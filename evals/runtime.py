"""The product as evals see it: something that loads files and answers questions, opened fresh for each world."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Protocol

from domain.telemetry import LogRecord, LogTemplate

Document = Mapping[str, Any]


class Runtime(Protocol):
    """One opened data folder.

    `load` takes the options of `watchfloor ingest` (`signal`, `service`, `year`, `tz`, `format`) and returns its report
    (`accepted`, `rejected`, `rows_per_s`); `ask` takes the body of `POST /api/chat` and returns the analysis document.
    Both raise WatchfloorError.
    """

    async def load(self, path: Path, options: Mapping[str, Any]) -> Mapping[str, Any]: ...
    async def ask(self, question: Mapping[str, Any]) -> Document: ...


RuntimeFactory = Callable[[Path], AbstractAsyncContextManager[Runtime]]
"""Opens the product on an empty data folder. Worlds run one after the other: an embedded store allows one open path a process."""


class InquiringRuntime(Runtime, Protocol):
    """A runtime that also looks into a window by itself: `investigate` takes the body of `POST /api/investigate`."""

    async def investigate(self, request: Mapping[str, Any]) -> Document: ...


InquiringRuntimeFactory = Callable[[Path], AbstractAsyncContextManager[InquiringRuntime]]


class BriefingRuntime(Runtime, Protocol):
    """A runtime that briefs: `brief` takes the body of `POST /api/briefings`; `analysis` gives the document of a run."""

    async def brief(self, request: Mapping[str, Any]) -> Document: ...
    async def analysis(self, run_id: str) -> Document: ...


BriefingRuntimeFactory = Callable[[Path], AbstractAsyncContextManager[BriefingRuntime]]


class BulkRuntime(Runtime, Protocol):
    """A runtime that also takes records straight into its store, past the pipeline; for filling large stores in benchmarks."""

    async def write_logs(self, records: Sequence[LogRecord]) -> int: ...
    async def write_templates(self, templates: Sequence[LogTemplate]) -> int: ...


BulkRuntimeFactory = Callable[[Path], AbstractAsyncContextManager[BulkRuntime]]
