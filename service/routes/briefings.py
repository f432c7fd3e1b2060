"""GET and POST /api/briefings: kept briefings, and a new one."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query

from domain.briefing import BriefingKind
from service import briefings
from service.briefings import BriefRequest
from service.parts import Parts


def briefing_routes(parts: Parts) -> APIRouter:
    """Routes of briefings."""
    router = APIRouter(prefix="/api", tags=["briefings"])

    @router.get("/briefings", summary="Kept briefings in short, the latest period first")
    async def listed(kind: BriefingKind | None = None, limit: Annotated[int, Query(ge=1, le=500)] = 50) -> list[Mapping[str, Any]]:
        return await briefings.listed(parts, kind or "", limit)

    @router.post("/briefings", summary="The briefing of the last full hour, day or week; made once unless asked again")
    async def brief(body: BriefRequest) -> Mapping[str, Any]:
        return await briefings.brief(parts, body)

    @router.get("/briefings/{briefing_id}", summary="A kept briefing")
    async def one(briefing_id: str) -> Mapping[str, Any]:
        return await briefings.one(parts, briefing_id)

    return router
