"""`watchfloor serve plane|receiver|worker`: the data plane, or one side of it, with health and metrics on its port."""

from collections.abc import Mapping
from typing import Any

import uvicorn
from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST

from domain.queue import QueueStatus
from service.guard import LoopbackGuard
from service.invocation import Invocation
from service.listening import GRACE_S, address_of, begin, bound, settle
from service.problems import install_problems
from service.roles import PlaneParts, open_plane
from service.routes.push import push_routes
from service.routes.pushed import pushed_routes
from service.settings import read_settings


async def main(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Receive, write, or both, until stopped."""
    settings, part = read_settings(invocation.data_dir), options["part"]
    listener = bound(options["host"], options["port"])
    address = address_of(options["host"], listener.getsockname()[1])
    begin(settings.log_format)
    async with open_plane(settings, part, address) as parts:
        await parts.plane.start()
        await parts.receiver.warm_up()
        settle()
        invocation.announce(f"Watchfloor {part} on {address} (data in {settings.data_dir}); Ctrl-C stops it.")
        app = small_app(parts, takes_pushes=part != "worker")
        config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=GRACE_S)
        async with parts.keeper.working(), parts.scheduler.working():
            await uvicorn.Server(config).serve(sockets=[listener])
    return 0


def small_app(parts: PlaneParts, *, takes_pushes: bool) -> FastAPI:
    """Health, metrics and, where wanted, the routes that take pushes."""
    app = FastAPI(title="Watchfloor data plane", docs_url=None, redoc_url=None)

    @app.get("/health/live")
    async def live() -> Mapping[str, str]:
        return {"status": "ok"}

    @app.get("/health/queue")
    async def queue() -> QueueStatus:
        return await parts.plane.status()

    @app.get("/metrics")
    async def metrics() -> Response:
        return Response(parts.metrics.text(), media_type=CONTENT_TYPE_LATEST)

    for routes in (push_routes, pushed_routes) if takes_pushes else ():
        app.include_router(routes(parts))
    install_problems(app)
    app.add_middleware(LoopbackGuard)
    return app
