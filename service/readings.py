"""The plain readings: name → document; each is GET /api/{name}."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from domain.window import rfc3339
from service import actions
from service.parts import Parts


async def metrics(parts: Parts) -> list[Mapping[str, Any]]:
    """The menu of tools, with the reason where the store cannot answer one."""
    return [
        {"name": tool.name, "question": tool.question, "takes": list(tool.takes), "desks": list(tool.desks)}
        | {"available": tool.available, "unavailable_because": tool.unavailable_because, "examples": list(tool.examples)}
        for tool in parts.toolbox.menu()
    ]


async def runs(parts: Parts) -> list[Mapping[str, Any]]:
    """The last runs, newest first."""
    return [
        {"run_id": run.run_id, "thread_id": run.thread_id, "question": run.question, "status": run.status}
        | {"started_at": rfc3339(run.started_at), "headline": run.document.get("headline", ""), "trigger": run.document.get("trigger", "")}
        for run in await parts.state.runs()
    ]


async def prompts(parts: Parts) -> list[Mapping[str, Any]]:
    """The prompts with version and hash."""
    return [
        {"task": file.task, "version": file.version, "sha256": file.sha256, "current": file.is_current} for file in parts.prompts.listed()
    ]


READINGS: Mapping[str, Callable[[Parts], Awaitable[Any]]] = {
    "overview": actions.overview,
    "metrics": metrics,
    "runs": runs,
    "prompts": prompts,
}
