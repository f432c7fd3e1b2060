"""Evidence by its address or its run, and asked again."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter

from service.evidence import replay, snapshot, snapshot_of_run
from service.parts import Parts


def evidence_routes(parts: Parts) -> APIRouter:
    """Snapshots and replays."""
    router = APIRouter(prefix="/api", tags=["runs"])

    @router.get("/runs/{run_id}/evidence/{evidence_id}", summary="One evidence of a run")
    async def of_run(run_id: str, evidence_id: str) -> Mapping[str, Any]:
        return await snapshot_of_run(parts, run_id, evidence_id)

    @router.get("/evidence/{uid}", summary="An evidence snapshot by its global address, checked against its hashes")
    async def one(uid: str) -> Mapping[str, Any]:
        return await snapshot(parts, uid)

    @router.post("/evidence/{uid}/replay", summary="Ask the same again, and say what differs from the snapshot")
    async def again(uid: str) -> Mapping[str, Any]:
        return await replay(parts, uid)

    return router
