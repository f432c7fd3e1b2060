"""`watchfloor serve`: the service in one process, stopped cleanly by Ctrl-C or SIGTERM."""

import signal
import socket
import sys
from collections.abc import Mapping
from typing import Any

import uvicorn

from domain.errors import WatchfloorError, WrongUseError
from observability.events import log_json
from service.app import build_app
from service.briefings import briefing_jobs
from service.demo import load_demo
from service.guard import is_loopback
from service.invocation import Invocation
from service.parts import Parts
from service.settings import read_settings
from service.watching import watching
from service.wiring import VERSION, open_parts

GRACE_S = 3


async def main(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Serve until stopped."""
    settings = read_settings(invocation.data_dir)
    listener = bound(options["host"], options["port"])
    address = address_of(options["host"], listener.getsockname()[1])
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, _ended)
    if settings.log_format == "json":
        log_json(sys.stderr)
    async with open_parts(settings, "serve", address) as parts:
        if options["demo"]:
            await load_demo(parts, invocation.say)
            parts.live.start()
        parts.scheduler.jobs += briefing_jobs(parts)
        config = uvicorn.Config(build_app(parts, VERSION), log_level="warning", timeout_graceful_shutdown=GRACE_S)
        invocation.say(f"Watchfloor {VERSION} on {address} (data in {settings.data_dir}); Ctrl-C stops it.")
        await parts.plane.start()
        async with parts.keeper.working(), parts.scheduler.working(), watching(parts):
            await Server(config, parts).serve(sockets=[listener])
    return 0


class Server(uvicorn.Server):
    """A server that ends the event streams when it stops: nobody would ever finish reading them."""

    def __init__(self, config: uvicorn.Config, parts: Parts) -> None:
        super().__init__(config)
        self._parts = parts

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._parts.live.recent.close()
        await super().shutdown(sockets)


def _ended(number: int, _frame: object) -> None:
    """Unwind instead of dying on the spot: stores are closed, the folder is let go. uvicorn raises its signal again when done."""
    sys.exit(128 + number)


def address_of(host: str, port: int) -> str:
    """The URL a host and port are reached at."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def bound(host: str, port: int) -> socket.socket:
    """A socket listening on a loopback address. Raises WrongUseError for other addresses, WatchfloorError for a taken port."""
    if not is_loopback(host):
        raise WrongUseError(f"Without API keys the service binds to loopback only, not to {host!r}; use 127.0.0.1 behind a reverse proxy.")
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()  # who comes while the demo loads waits for the answer instead of being turned away
    except OSError as error:
        listener.close()
        raise WatchfloorError(f"Port {port} on {host} cannot be bound ({error.strerror}); choose another with --port.") from error
    return listener
