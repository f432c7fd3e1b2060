"""What the loopback guard lets through."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from service.guard import LoopbackGuard


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()

    @app.post("/change")
    async def change() -> dict[str, str]:
        return {"status": "changed"}

    @app.get("/look")
    async def look() -> dict[str, str]:
        return {"status": "seen"}

    app.add_middleware(LoopbackGuard)
    return TestClient(app, base_url="http://127.0.0.1:8080")


def test_a_foreign_host_name_is_refused(client: TestClient) -> None:
    answer = client.get("/look", headers={"host": "evil.example:8080"})
    assert answer.status_code == 421
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("host", ["127.0.0.1.evil.example", "localhost.evil.example", "0.0.0.0:8080", "192.168.1.4", "[::1", ""])
def test_what_only_looks_like_loopback_is_refused(client: TestClient, host: str) -> None:
    assert client.get("/look", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "[::1]:8080", "127.0.0.2:8080"])
def test_loopback_names_are_served(client: TestClient, host: str) -> None:
    assert client.get("/look", headers={"host": host}).status_code == 200


def test_a_foreign_origin_may_read_nothing_it_changes(client: TestClient) -> None:
    answer = client.post("/change", json={}, headers={"origin": "http://evil.example"})
    assert answer.status_code == 403


def test_our_own_page_may_post(client: TestClient) -> None:
    assert client.post("/change", json={}, headers={"origin": "http://127.0.0.1:8080"}).status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""])
def test_bodies_a_form_can_send_are_refused(client: TestClient, kind: str) -> None:
    assert client.post("/change", content=b"{}", headers={"content-type": kind}).status_code == 415


def test_a_change_without_a_body_needs_no_content_type(client: TestClient) -> None:
    assert client.post("/change").status_code == 200
    assert client.post("/change", headers={"sec-fetch-site": "cross-site"}).status_code == 415
    assert client.post("/change", headers={"origin": "http://evil.example"}).status_code == 403
    assert client.post("/change", content=iter([b"{}"])).status_code == 415
