from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from instrument.asgi import WideEvents
from instrument.routes import masked
from tests.instrument.receiver import Heard


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/", "/"),
        ("/api/v2/orders", "/api/v2/orders"),
        ("/orders/17/items/3", "/orders/{id}/items/{id}"),
        ("/users/6f9619ff-8b86-d011-b42d-00cf4fc964ff", "/users/{id}"),
        ("/blobs/deadbeef01/", "/blobs/{id}/"),
        ("/decade/facade", "/decade/facade"),
        ("/t/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx", "/t/{id}"),
        ("/orders/ORD-1234", "/orders/{id}"),
        ("/s3/http2", "/s3/http2"),
        ("/static/app.3f2a9c.js", "/static/app.3f2a9c.js"),
        ("/how-to-write-a-very-long-title", "/how-to-write-a-very-long-title"),
    ],
)
def test_a_path_without_its_ids(path: str, route: str) -> None:
    assert masked(path) == route


def test_a_path_is_cut() -> None:
    assert len(masked("/" + "a" * 10_000)) == 200


def shop() -> FastAPI:
    app, router, inner = FastAPI(), APIRouter(prefix="/v2"), FastAPI()

    @router.get("/items/{item:int}")
    async def item(item: int) -> int:
        return item

    @app.get("/files/{path:path}")
    async def file(path: str) -> str:
        return path

    @inner.get("/users/{user}")
    async def user(user: str) -> str:
        return user

    def plain(_request: Any) -> PlainTextResponse:
        return PlainTextResponse("ok")

    app.include_router(router, prefix="/api")
    app.mount("/sub", inner)
    app.mount("/of/{tenant}", Starlette(routes=[Mount("/deep", routes=[Route("/z/{q}", plain)])]))
    return app


@pytest.mark.parametrize("root", ["", "/proxied"])
@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/api/v2/items/0017", "/api/v2/items/{item}"),
        ("/files/a/b/c.txt", "/files/{path}"),
        ("/sub/users/ada", "/sub/users/{user}"),
        ("/of/41/deep/z/x", "/of/{id}/deep/z/{q}"),
        ("/nowhere/17", "/nowhere/{id}"),
        ("/sub/nowhere/17", "/sub/nowhere/{id}"),
    ],
)
async def test_the_route_is_the_frameworks_template_with_what_stands_before_it(path: str, route: str, root: str) -> None:
    heard = Heard()
    inside = httpx.ASGITransport(WideEvents(shop(), heard), root_path=root)
    async with httpx.AsyncClient(transport=inside, base_url="http://shop") as client:
        await client.get(root + path)
    assert heard[0]["route"] == route
