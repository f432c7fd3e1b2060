"""`watchfloor ingest --follow`: one file, read on as it grows, until Ctrl-C."""

import asyncio
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from domain.errors import WrongUseError
from pipeline.source import Source
from service import actions
from service.commands.ingest import readable, request_of
from service.folder import holder
from service.invocation import Invocation
from service.requests import IngestRequest
from service.settings import read_settings
from service.wiring import open_parts


async def main(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Load what is there and what is appended; stopped by Ctrl-C or SIGTERM, which ends with a count."""
    files: Sequence[str] = options["files"]
    if len(files) != 1 or files[0] == "-":
        raise WrongUseError("--follow takes exactly one file.")
    settings = read_settings(invocation.data_dir)
    if held := holder(settings.data_dir):
        raise WrongUseError(
            f"The data folder is held by `watchfloor {held.command}` (pid {held.pid}); --follow opens it itself, so stop that first."
        )
    source = Source.of_path(readable(Path(files[0])))
    request = IngestRequest.model_validate(request_of(options, files[0]))
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    accepted = rejected = 0
    async with open_parts(settings, "ingest --follow") as parts:
        async for step in parts.follower.follow(source, actions.load_options(parts, request), stop):
            accepted, rejected = step.accepted, step.rejected
            invocation.say(f"{accepted:,} accepted, {rejected:,} rejected")
    invocation.show({"accepted": accepted, "rejected_total": rejected}, f"{files[0]}: {accepted:,} accepted, {rejected:,} rejected")
    return 0
