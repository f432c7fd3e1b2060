"""The knowledge base, drafts of notices, and tickets over HTTP."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query

from domain.documents import document
from domain.incidents import Draft, DraftState, IssueStatus, Ticket
from service.incidents import ByRequest, by_whom
from service.parts import Parts

Document = Mapping[str, Any]
Limit = Annotated[int, Query(ge=1, le=500)]


def knowledge_routes(parts: Parts) -> APIRouter:
    """Routes of what follows from incidents."""
    router = APIRouter(prefix="/api", tags=["knowledge"])
    room = parts.incidents

    @router.get("/kb/search", summary="Known issues like a text, nearest first; without one the newest")
    async def search(
        q: str = "", status: IssueStatus | None = None, ai_generated: bool | None = None, limit: Limit = 10
    ) -> list[dict[str, Any]]:
        asked = {"status": status, "ai_generated": ai_generated}
        return await room.knowledge.search(q.strip(), {name: value for name, value in asked.items() if value is not None}, limit)

    @router.get("/drafts", summary="Drafts of notices, newest first")
    async def drafts(state: DraftState | None = None, limit: Limit = 100) -> list[Document]:
        return [document(draft) for draft in await room.records.all(Draft, limit, state=state)]

    @router.post("/drafts/{alert_id}/approve", summary="Approve a draft; nothing is sent")
    async def approve(alert_id: str, body: ByRequest | None = None) -> Document:
        return document(await room.notices.decide(alert_id, "approved", by_whom(body)))

    @router.post("/drafts/{alert_id}/reject", summary="Reject a draft")
    async def reject(alert_id: str, body: ByRequest | None = None) -> Document:
        return document(await room.notices.decide(alert_id, "rejected", by_whom(body)))

    @router.get("/tickets", summary="Tickets of critical incidents, newest first")
    async def tickets(limit: Limit = 100) -> list[Document]:
        return [document(ticket) for ticket in await room.records.all(Ticket, limit)]

    return router
