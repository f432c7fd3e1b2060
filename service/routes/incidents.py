"""Incidents over HTTP: what is known of them, what people do with them, and detection over history."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query

from domain.documents import document
from service.detection import DetectRequest, detect
from service.incidents import (
    AssignRequest,
    ByRequest,
    ChangeRequest,
    CommentRequest,
    MergeRequest,
    SnoozeRequest,
    SplitRequest,
    by_whom,
    snooze_until,
)
from service.parts import Parts

Document = Mapping[str, Any]
Limit = Annotated[int, Query(ge=1, le=1_000)]


def incident_routes(parts: Parts) -> APIRouter:
    """Routes of incidents."""
    router = APIRouter(prefix="/api", tags=["incidents"])
    _reading(router, parts)
    _caring(router, parts)
    _sorting(router, parts)
    return router


def _reading(router: APIRouter, parts: Parts) -> None:
    life = parts.incidents.lifecycle

    @router.get("/incidents", summary="Incidents, the gravest first")
    async def listed(status: str = "", severity: str = "", service: str = "", limit: Limit = 100) -> list[Document]:
        found = await life.listed(limit, status=status, severity=severity, service=service)
        return [document(incident) for incident in found]

    @router.get("/incidents/{incident_id}", summary="One incident")
    async def show(incident_id: str) -> Document:
        return document(await life.show(incident_id))

    @router.post("/incidents/{incident_id}/analyze", summary="Look into an incident now; the analysis document")
    async def analyze(incident_id: str) -> Document:
        return await parts.incidents.analyses.analyse(incident_id)

    @router.post("/detect", summary="Replay detection over stored history; `write` keeps the incidents it finds")
    async def detected(body: DetectRequest) -> list[Document]:
        return [document(incident) for incident in await detect(parts, body)]


def _caring(router: APIRouter, parts: Parts) -> None:
    life = parts.incidents.lifecycle

    @router.post("/incidents/{incident_id}/acknowledge", summary="Somebody has seen the incident")
    async def acknowledge(incident_id: str, body: ByRequest | None = None) -> Document:
        return document(await life.acknowledge(incident_id, by_whom(body)))

    @router.post("/incidents/{incident_id}/assign", summary="Give the incident to somebody")
    async def assign(incident_id: str, body: AssignRequest) -> Document:
        return document(await life.assign(incident_id, body.to))

    @router.post("/incidents/{incident_id}/comment", summary="Write something on the incident")
    async def comment(incident_id: str, body: CommentRequest) -> Document:
        return document(await life.comment(incident_id, body.by, body.text))

    @router.post("/incidents/{incident_id}/snooze", summary="Start nothing by itself for the incident for a while")
    async def snooze(incident_id: str, body: SnoozeRequest) -> Document:
        return document(await life.snooze(incident_id, snooze_until(parts, body)))

    @router.post("/incidents/{incident_id}/resolve", summary="The incident is over")
    async def resolve(incident_id: str, body: ByRequest | None = None) -> Document:
        return document(await life.resolve(incident_id, by_whom(body)))


def _sorting(router: APIRouter, parts: Parts) -> None:
    life = parts.incidents.lifecycle

    @router.patch("/incidents/{incident_id}", summary="Change title, severity, status or assignee")
    async def change(incident_id: str, body: ChangeRequest) -> Document:
        return document(await life.change(incident_id, body.model_dump(exclude_unset=True)))

    @router.post("/incidents/{incident_id}/confirm", summary="A person agrees that it is an incident")
    async def confirm(incident_id: str, body: ByRequest | None = None) -> Document:
        return document(await life.confirm(incident_id, by_whom(body)))

    @router.post("/incidents/{incident_id}/merge", summary="The incident is part of another one; that one")
    async def merge(incident_id: str, body: MergeRequest) -> Document:
        return document(await life.merge(incident_id, body.into))

    @router.post("/incidents/{incident_id}/split", summary="Make some services an incident of their own; that one")
    async def split(incident_id: str, body: SplitRequest) -> Document:
        return document(await life.split(incident_id, tuple(body.services)))
