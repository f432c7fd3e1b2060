"""`watchfloor serve`: the service in one process, stopped cleanly by Ctrl-C or SIGTERM."""

import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

from service.app import build_app
from service.briefings import briefing_jobs
from service.demo import load_demo
from service.housekeeping import housekeeping_jobs
from service.invocation import Invocation
from service.letters import letters_job
from service.listening import GRACE_S, address_of, begin, bound, settle
from service.parts import Parts
from service.roles import require_shared_queue
from service.settings import read_settings
from service.watching import watching
from service.wiring import VERSION, open_parts


async def main(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Serve until stopped."""
    settings = read_settings(invocation.data_dir)
    listener = bound(options["host"], options["port"])
    address = address_of(options["host"], listener.getsockname()[1])
    begin(settings.log_format)
    part = options["part"]
    if part != "all":
        require_shared_queue(settings, f"serve {part}")
    async with open_parts(settings, f"serve {part}".removesuffix(" all"), address, has_worker=part == "all") as parts:
        if options["demo"]:
            await load_demo(parts, invocation.say)
            parts.live.start()
        housekeeping = housekeeping_jobs(parts.rollups, parts.retention, parts.clock)
        parts.scheduler.jobs += [*briefing_jobs(parts), *housekeeping, letters_job(parts)]
        config = uvicorn.Config(build_app(parts, VERSION), log_level="warning", timeout_graceful_shutdown=GRACE_S)
        invocation.announce(f"Watchfloor {VERSION} on {address} (data in {settings.data_dir}); Ctrl-C stops it.")
        await parts.plane.start()
        await parts.receiver.warm_up()
        settle()
        async with parts.keeper.working(), _jobs(parts, part):
            await Server(config, parts).serve(sockets=[listener])
    return 0


@asynccontextmanager
async def _jobs(parts: Parts, part: str) -> AsyncIterator[None]:
    """Work on a clock: everywhere but beside an API that runs alone."""
    if part == "api":
        yield
        return
    async with parts.scheduler.working(), watching(parts):
        yield


class Server(uvicorn.Server):
    """A server that ends the event streams when it stops: nobody would ever finish reading them."""

    def __init__(self, config: uvicorn.Config, parts: Parts) -> None:
        super().__init__(config)
        self._parts = parts

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._parts.live.recent.close()
        await super().shutdown(sockets)
