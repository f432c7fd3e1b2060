"""The audit of runs."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query

from service.audit import listed, verified
from service.parts import Parts

SHOWN, MOST = 100, 10_000


def audit_routes(parts: Parts) -> APIRouter:
    """Entries, and a walk along the chain."""
    router = APIRouter(prefix="/api/audit", tags=["runs"])

    @router.get("", summary="What runs did, newest first; of one run or kind")
    async def entries(run_id: str = "", kind: str = "", limit: Annotated[int, Query(ge=1, le=MOST)] = SHOWN) -> list[Mapping[str, Any]]:
        return await listed(parts.audit, run_id, kind, limit)

    @router.get("/verify", summary="Walk the whole chain, and say where it breaks")
    async def whole() -> Mapping[str, Any]:
        return await verified(parts.audit)

    return router
