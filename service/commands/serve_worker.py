"""`watchfloor serve worker`: writes what is queued, with health and metrics on its port."""

from collections.abc import Mapping
from typing import Any

import uvicorn
from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST

from service.guard import LoopbackGuard
from service.invocation import Invocation
from service.listening import GRACE_S, address_of, begin, bound
from service.roles import WorkerParts, open_worker
from service.settings import read_settings


async def main(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Work until stopped."""
    settings = read_settings(invocation.data_dir)
    listener = bound(options["host"], options["port"])
    address = address_of(options["host"], listener.getsockname()[1])
    begin(settings.log_format)
    async with open_worker(settings) as parts:
        await parts.plane.start()
        invocation.say(f"Watchfloor worker, metrics on {address} (data in {settings.data_dir}); Ctrl-C stops it.")
        config = uvicorn.Config(small_app(parts), log_level="warning", timeout_graceful_shutdown=GRACE_S)
        async with parts.keeper.working():
            await uvicorn.Server(config).serve(sockets=[listener])
    return 0


def small_app(parts: WorkerParts) -> FastAPI:
    """Health and metrics alone."""
    app = FastAPI(title="Watchfloor worker", docs_url=None, redoc_url=None)

    @app.get("/health/live")
    async def live() -> Mapping[str, str]:
        return {"status": "ok"}

    @app.get("/metrics")
    async def metrics() -> Response:
        await parts.plane.status()
        return Response(parts.metrics.text(), media_type=CONTENT_TYPE_LATEST)

    app.add_middleware(LoopbackGuard)
    return app
