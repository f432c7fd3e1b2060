"""POST /api/investigate: an incident, an alert or a window looked into by every desk."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter

from service.inquiries import InvestigateRequest, investigate
from service.parts import Parts


def investigate_routes(parts: Parts) -> APIRouter:
    """The route of investigations."""
    router = APIRouter(prefix="/api", tags=["incidents"])

    @router.post("/investigate", summary="Look into an incident, or into a window; an analysis document")
    async def look_into(body: InvestigateRequest) -> Mapping[str, Any]:
        return (await investigate(parts, body)).as_json()

    return router
