"""How the data plane is doing: for Prometheus, and for the page."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST

from service.parts import Parts
from service.pipeline_view import pipeline_view
from service.upkeep_view import upkeep_view


def pipeline_routes(parts: Parts) -> APIRouter:
    """Routes about the data plane of this process."""
    router = APIRouter(tags=["pipeline"])

    @router.get("/metrics", summary="Our own metrics in Prometheus' text format", response_class=Response)
    async def metrics() -> Response:
        await parts.plane.status()  # gauges of the queue are set when it is asked
        return Response(parts.metrics.text(), media_type=CONTENT_TYPE_LATEST)

    @router.get("/api/pipeline", summary="Queue, fallback steps, sampling, dead letters and drops")
    async def pipeline() -> Mapping[str, Any]:
        status, version = await parts.plane.status(), parts.policies.current.version
        upkeep = upkeep_view(parts.retention.limits, parts.retention.last, parts.retention.location)
        return pipeline_view(parts.metrics, status, parts.clock.now(), parts.plane.failure, policy=version, upkeep=upkeep)

    return router
