"""The connection of the queue to one Redis or Valkey server, and what its errors mean to a sender."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from redis import asyncio as redis_asyncio
from redis import exceptions
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.commands.core import AsyncScript

from domain.errors import QueueError, QueueFullError

CONNECT_S = 2.0
Argument = str | bytes | int | float
Revive = Callable[[], Awaitable[None]]


class RefusedQueueError(QueueError):
    """The server answered no: nothing of the call was done."""


class NoGroupError(RefusedQueueError):
    """The consumer group or its stream is gone: somebody flushed the server."""


class Link:
    """Runs commands and scripts, each once: a repeated XADD would be a second entry. Every failure is a QueueError.

    `revive` brings back a server that is our own child; it runs before the first call after the connection broke.
    """

    def __init__(self, url: str, timeout_s: float, revive: Revive | None = None) -> None:
        self.timeout_s = timeout_s
        self._client = redis_asyncio.Redis.from_url(
            url, protocol=2, socket_timeout=timeout_s, socket_connect_timeout=CONNECT_S, retry=Retry(NoBackoff(), 0)
        )
        self._revive = revive
        self._is_broken = False
        self._reviving: asyncio.Task[None] | None = None
        self._scripts: dict[str, AsyncScript] = {}

    async def command(self, *words: Argument) -> Any:
        """One command's reply."""
        return await self._run(lambda: self._client.execute_command(*words))  # type: ignore[no-untyped-call]

    async def pending(self, stream: str, group: str, consumer: str, after: str, count: int) -> Mapping[str, int]:
        """A consumer's entries that are delivered and not done, in order, each with how often it was delivered."""
        rows = await self._run(lambda: self._client.xpending_range(stream, group, after, "+", count, consumer))
        return {row["message_id"].decode(): int(row["times_delivered"]) for row in rows}

    async def script(self, text: str, keys: Sequence[str], arguments: Sequence[Argument]) -> Any:
        """One script's reply: all of it happens or nothing."""
        if text not in self._scripts:
            self._scripts[text] = self._client.register_script(text)
        return await self._run(lambda: self._scripts[text](keys=keys, args=arguments))

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    async def _run(self, call: Callable[[], Awaitable[Any]]) -> Any:
        if self._is_broken and self._revive is not None:
            await self._revived(self._revive)
        try:
            return await call()
        except exceptions.OutOfMemoryError as error:
            raise QueueFullError(f"the queue's server has used up its memory ({error}); send again later") from error
        except exceptions.BusyLoadingError as error:
            raise RefusedQueueError(f"the queue's server is still reading its file ({error}); send again later") from error
        except exceptions.ResponseError as error:
            raise _refusal(error) from error
        except (exceptions.RedisError, OSError) as error:
            self._is_broken = True
            raise QueueError(f"the queue's server does not answer ({error or type(error).__name__}); send again later") from error

    async def _revived(self, revive: Revive) -> None:
        if self._reviving is None or self._reviving.done():
            self._reviving = asyncio.ensure_future(_awaited(revive))
            self._reviving.add_done_callback(lambda task: task.cancelled() or task.exception())
        try:
            async with asyncio.timeout(self.timeout_s):
                await asyncio.shield(self._reviving)
        except TimeoutError as error:
            raise QueueError("the queue's server is starting again; send again later") from error
        self._is_broken = False


async def _awaited(revive: Revive) -> None:
    await revive()


def _refusal(error: exceptions.ResponseError) -> QueueError:
    said = str(error)
    if "OOM " in said or "maxmemory" in said:
        return QueueFullError(f"the queue's server has used up its memory ({said}); send again later")
    if said.startswith(("NOGROUP", "UNBLOCKED")):
        return NoGroupError(f"the queue's server was emptied: {said}")
    if "compiling script" in said:
        return RefusedQueueError(f"the queue needs Redis 7 or newer, or Valkey: {said}")
    return RefusedQueueError(f"the queue's server refused: {said}")
