"""`watchfloor doctor`: checks configuration, stores and model, and says what to do."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from domain.errors import WatchfloorError
from service.health import model_health
from service.invocation import Invocation
from service.queues import queue_standing
from service.sessions import open_session
from service.settings import Settings, read_settings


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    ok: bool
    detail: str
    advice: str = ""


async def main(invocation: Invocation, _options: Mapping[str, Any]) -> int:
    """Exit 1 when something needs attention."""
    settings = read_settings(invocation.data_dir)
    looks = {"stores": _stores(invocation), "queue": _queue(settings), "model": _model(settings)}
    checks = [await _timed(name, look) for name, look in looks.items()]
    document = {"ok": all(check.ok for check in checks), "checks": [vars_of(check) for check in checks]}
    lines = [
        f"{'ok ' if check.ok else 'BAD'} {check.name:<8} {check.detail}" + (f" → {check.advice}" if check.advice else "")
        for check in checks
    ]
    invocation.show(document, "\n".join(lines))
    return 0 if document["ok"] else 1


def vars_of(check: Check) -> Mapping[str, Any]:
    """A check as JSON."""
    return {"name": check.name, "ok": check.ok, "detail": check.detail, "advice": check.advice}


async def _timed(name: str, look: Callable[[], Awaitable[tuple[bool, str, str]]]) -> Check:
    begin = time.perf_counter()
    ok, detail, advice = await look()
    return Check(name, ok, f"{detail} ({(time.perf_counter() - begin) * 1e3:.0f} ms)", advice)


def _stores(invocation: Invocation) -> Callable[[], Awaitable[tuple[bool, str, str]]]:
    async def look() -> tuple[bool, str, str]:
        try:
            async with open_session(invocation, "doctor") as session:
                overview = await session.read("overview")
        except WatchfloorError as error:
            return False, str(error), ""
        rows = ", ".join(f"{count:,} {signal}" for signal, count in overview["rows"].items()) or "empty"
        return True, rows, "" if overview["rows"] else "load something: watchfloor ingest FILE"

    return look


def _queue(settings: Settings) -> Callable[[], Awaitable[tuple[bool, str, str]]]:
    async def look() -> tuple[bool, str, str]:
        ok, detail = await queue_standing(settings)
        return ok, detail, "" if ok else "set it as said, or unset WATCHFLOOR_REDIS_URL for the embedded queue"

    return look


def _model(settings: Settings) -> Callable[[], Awaitable[tuple[bool, str, str]]]:
    async def look() -> tuple[bool, str, str]:
        found = await model_health(settings)
        ill = found.state == "degraded"
        return not ill, found.detail, "start the server, check URL and key, or unset WATCHFLOOR_MODEL_BASE_URL" if ill else ""

    return look
