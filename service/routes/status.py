"""Health, plain readings, metric runs and the web page."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Query
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles

from domain.errors import StoreError
from service import actions
from service.health import health
from service.parts import Parts
from service.readings import READINGS
from service.requests import MetricRequest
from service.usage import usage

WEB = Path(str(files("service").joinpath("web")))
DAYS, LONGEST_DAYS = 30, 3_660
CONTENT_SECURITY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
PAGE_HEADERS = {
    "content-security-policy": CONTENT_SECURITY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), clipboard-read=()",
    "cache-control": "no-cache",
}


class PageFiles(StaticFiles):
    """The page's files, each with the security headers."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers.update(PAGE_HEADERS)
        return response


def status_routes(parts: Parts) -> APIRouter:
    """Health and readings."""
    router = APIRouter(tags=["status"])

    @router.get("/health/live", summary="The process answers")
    async def live() -> Mapping[str, str]:
        return {"status": "ok"}

    @router.get("/health/ready", summary="The stores answer")
    async def ready() -> JSONResponse:
        checks = {"telemetry": await _answers(parts.store.extent), "state": await _answers(parts.state.runs)}
        healthy = all(state == "ok" for state in checks.values())
        status = HTTPStatus.OK if healthy else HTTPStatus.SERVICE_UNAVAILABLE
        return JSONResponse({"status": "ok" if healthy else "degraded", "checks": checks}, int(status))

    @router.get("/health/full", summary="Each component with its state and a score, 0 to 100")
    async def full() -> JSONResponse:
        found = await health(parts)
        return JSONResponse(found, int(HTTPStatus.SERVICE_UNAVAILABLE if found["state"] == "down" else HTTPStatus.OK))

    @router.get("/api/usage", summary="What the stored runs cost, by day and trigger")
    async def used(days: Annotated[int, Query(ge=1, le=LONGEST_DAYS)] = DAYS) -> Mapping[str, Any]:
        return await usage(parts, days)

    @router.post("/api/metrics/{name}/run", summary="Run one metric template")
    async def run_metric(name: str, body: MetricRequest) -> Mapping[str, Any]:
        return await actions.run_metric(parts, name, body)

    for name, reading in READINGS.items():
        router.add_api_route(f"/api/{name}", _endpoint(parts, reading), methods=["GET"], name=name, summary=reading.__doc__)
    return router


def _endpoint(parts: Parts, reading: Callable[[Parts], Awaitable[Any]]) -> Callable[[], Awaitable[Any]]:
    async def endpoint() -> Any:
        return await reading(parts)

    return endpoint


async def _answers(check: Callable[[], Awaitable[object]]) -> str:
    try:
        await check()
    except StoreError as error:
        return str(error)
    return "ok"


def mount_page(app: FastAPI, language: str = "auto") -> None:
    """Serve the page at / and its files below /web; in a language that is set, else in the browser's."""
    app.mount("/web", PageFiles(directory=WEB), name="web")

    @app.get("/", include_in_schema=False)
    async def page() -> Response:
        if language == "auto":
            return FileResponse(WEB / "index.html", headers=PAGE_HEADERS)
        text = (WEB / "index.html").read_text(encoding="utf-8")
        spoken = text.replace('<html lang="en">', f'<html lang="{language}" data-language="{language}">', 1)
        return HTMLResponse(spoken, headers=PAGE_HEADERS)
