"""POST /api/alerts/…: alerts of other systems, in their own shapes."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter
from starlette.exceptions import HTTPException

from domain.incidents import Alert
from service.alerts import AlertmanagerGroup, GenericAlert
from service.parts import Parts


def alert_routes(parts: Parts) -> APIRouter:
    """Routes of alert intake; each answers once the incidents are stored, and analyses go on behind it."""
    router = APIRouter(prefix="/api/alerts", tags=["alerts"])

    @router.post("/alertmanager", summary="Alerts of Prometheus Alertmanager (webhook version 4)")
    async def alertmanager(body: AlertmanagerGroup) -> Mapping[str, Any]:
        return await _taken(parts, body.alerts("alertmanager"))

    @router.post("/grafana", summary="Alerts of Grafana, in Alertmanager's shape")
    async def grafana(body: AlertmanagerGroup) -> Mapping[str, Any]:
        return await _taken(parts, body.alerts("grafana"))

    @router.post("/generic", summary="One alert of any sender")
    async def generic(body: GenericAlert) -> Mapping[str, Any]:
        return await _taken(parts, body.alerts("generic"))

    @router.post("/{sender}", summary="Senders that are not taken yet (pagerduty, sentry): 501")
    async def other(sender: str) -> Mapping[str, Any]:
        taken = "alertmanager, grafana and generic"
        raise HTTPException(HTTPStatus.NOT_IMPLEMENTED, f"Alerts of {sender!r} are not taken yet; {taken} are: post a generic alert.")

    return router


async def _taken(parts: Parts, alerts: Sequence[Alert]) -> Mapping[str, Any]:
    room = parts.incidents
    names = await room.intake.take(alerts, await room.watcher.links(parts.clock.now()))
    await room.follow.of(names)
    return {"accepted": len(alerts), "incidents": list(names)}
