"""The audit of runs, and how well their answers were grounded."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query

from service.audit import listed, verified
from service.grounding import grounding
from service.parts import Parts

SHOWN, MOST = 100, 10_000
DAYS, LONGEST_DAYS = 30.0, 3_660.0


def audit_routes(parts: Parts) -> APIRouter:
    """Entries, and a walk along the chain."""
    router = APIRouter(prefix="/api", tags=["runs"])

    @router.get("/audit", summary="What runs did, newest first; of one run or kind")
    async def entries(run_id: str = "", kind: str = "", limit: Annotated[int, Query(ge=1, le=MOST)] = SHOWN) -> list[Mapping[str, Any]]:
        return await listed(parts.audit, run_id, kind, limit)

    @router.get("/audit/verify", summary="Walk the whole chain, and say where it breaks")
    async def whole() -> Mapping[str, Any]:
        return await verified(parts.audit)

    @router.get("/grounding", summary="How well the answers of the last days were grounded: what stood, what did not, why")
    async def grounded(days: Annotated[float, Query(gt=0, le=LONGEST_DAYS)] = DAYS) -> Mapping[str, Any]:
        return await grounding(parts, days)

    return router
