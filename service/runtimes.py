"""The product as evals see it: opened fresh on a folder, loaded and asked like a user would, and filled in bulk for benchmarks."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from agents.house.judge import HouseJudge
from domain.calls import Refusal, Scope, ToolCall, ToolResult, ToolSpec
from domain.telemetry import LogRecord, LogTemplate
from evals.compare.arms import HOUSE, Arm, ArmName, Arms, Conditions
from graph.analyst import Analyst
from pipeline.source import Source
from service import actions
from service.briefings import BriefRequest, brief
from service.inquiries import InvestigateRequest, investigate
from service.local import checked
from service.parts import Parts
from service.requests import ChatRequest, IngestRequest
from service.settings import Settings, read_settings
from service.wiring import judge_maker, open_parts


class PartsRuntime:
    """A runtime over wired parts; with arms, each answers through an analyst of its own over the same stores."""

    def __init__(self, parts: Parts, arms: Sequence[Arm] = ()) -> None:
        self._parts = parts
        self._analysts = {arm.name: _analyst(parts, arm) for arm in arms}

    async def load(self, path: Path, options: Mapping[str, Any]) -> Mapping[str, Any]:
        """`watchfloor ingest` of one file."""
        return await actions.ingest(self._parts, Source.of_path(path), checked(IngestRequest, options), lambda _: None)

    async def ask(self, question: Mapping[str, Any]) -> Mapping[str, Any]:
        """`POST /api/chat`."""
        return (await actions.ask(self._parts, checked(ChatRequest, question))).as_json()

    async def investigate(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """`POST /api/investigate`."""
        return (await investigate(self._parts, checked(InvestigateRequest, request))).as_json()

    async def brief(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """`POST /api/briefings`."""
        return await brief(self._parts, checked(BriefRequest, request))

    async def analysis(self, run_id: str) -> Mapping[str, Any]:
        """`GET /api/runs/{run_id}`."""
        return await actions.analysis_document(self._parts, run_id)

    async def ask_as(self, arm: ArmName, question: Mapping[str, Any]) -> Mapping[str, Any]:
        """`POST /api/chat` under one arm."""
        return (await actions.ask(replace(self._parts, analyst=self._analysts[arm]), checked(ChatRequest, question))).as_json()

    def tools(self) -> Sequence[ToolSpec]:
        """The tools that this store can answer."""
        return [spec for spec in self._parts.toolbox.menu() if spec.available]

    async def measure(self, call: ToolCall, scope: Scope) -> ToolResult | Refusal:
        """One call of one tool."""
        return await self._parts.toolbox.call(call, scope)

    async def write_logs(self, records: Sequence[LogRecord]) -> int:
        """Rows straight into the store."""
        return await self._parts.store.write_logs(records)

    async def write_templates(self, templates: Sequence[LogTemplate]) -> int:
        """Log templates straight into the store."""
        return await self._parts.store.write_templates(templates)


@asynccontextmanager
async def open_runtime(folder: Path) -> AsyncIterator[PartsRuntime]:
    """The product on a folder, with the settings in force."""
    async with open_parts(read_settings(folder), "eval") as parts:
        yield PartsRuntime(parts)


def open_arms(arms: Arms) -> Callable[[Path], AbstractAsyncContextManager[PartsRuntime]]:
    """The product on a folder, with both arms over it."""

    @asynccontextmanager
    async def opened(folder: Path) -> AsyncIterator[PartsRuntime]:
        async with open_parts(read_settings(folder), "eval") as parts:
            yield PartsRuntime(parts, arms)

    return opened


def open_judged(base_url: str) -> Callable[[Path], AbstractAsyncContextManager[PartsRuntime]]:
    """The product on a folder, judged by the model behind an address; a short wait, so that one that does not answer costs little."""
    given = {"model_base_url": base_url, "model": "bad", "model_timeout_s": 10.0}

    @asynccontextmanager
    async def opened(folder: Path) -> AsyncIterator[PartsRuntime]:
        async with open_parts(read_settings(folder).model_copy(update=given), "eval") as parts:
            yield PartsRuntime(parts)

    return opened


def conditions(settings: Settings) -> Conditions:
    """What an arm works under where nothing else is said."""
    budget = {"max_tokens": settings.max_tokens, "max_seconds": settings.max_seconds, "max_tool_calls": settings.max_tool_calls}
    has_server = bool(settings.model_base_url)
    parameters = {**budget, "temperature": 0, "model_timeout_s": settings.model_timeout_s}
    return Conditions(settings.model if has_server else HOUSE, has_server, parameters)


def _analyst(parts: Parts, arm: Arm) -> Analyst:
    house = HouseJudge(parts.toolbox.menu(), parts.embedder)
    given = {"model_base_url": ""} if arm.model == HOUSE else {"model": arm.model}
    return parts.analyst.under(judge_maker(parts.settings.model_copy(update=given), arm.prompts, house), arm.prompts.limits())
