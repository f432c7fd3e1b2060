"""Ending tasks for sure."""

import asyncio
from collections.abc import Iterable
from typing import Any

AGAIN_S = 1.0  # a worker that is storing may take that long to let go


async def ended(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancels tasks and returns when every one has ended; their outcomes are left to be asked for.

    A library may take a cancellation for its own and go on, and a task group never cancels its tasks twice: what has not ended after a
    second is cancelled again. A caller that is cancelled meanwhile is so once they have ended.
    """
    running, is_cancelled = {task for task in tasks if not task.done()}, False
    while running:
        for task in running:
            task.cancel()
        try:
            _, running = await asyncio.wait(running, timeout=AGAIN_S)
        except asyncio.CancelledError:
            is_cancelled = True
    if is_cancelled:
        raise asyncio.CancelledError
