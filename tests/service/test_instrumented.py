"""An application with our middleware and log handler tells a running service of its requests."""

import json
import logging
import time
from collections.abc import Iterator
from typing import Any
from urllib.request import urlopen

import httpx
import pytest
from fastapi import FastAPI

from instrument.asgi import WideEvents
from instrument.logs import EventHandler
from instrument.request import annotate
from instrument.sender import Sender
from tests.service.processes import Service, served
from tests.serving import serving

PATIENCE_S = 30
pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with served(tmp_path_factory.mktemp("instrumented")) as running:
        yield running


def shop(log: logging.Logger) -> FastAPI:
    app = FastAPI()

    @app.get("/orders/{order}")
    def order(order: int) -> dict[str, int]:
        annotate(customer_id="C-17", user_id="ada")
        log.warning("stock of order %d is low", order)
        return {"order": order}

    @app.get("/boom")
    def boom() -> None:
        raise LookupError("no rate for EUR")

    return app


def seen(service: Service, count: int) -> list[dict[str, Any]]:
    """The shop's events as the service shows them, once they are as many."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        with urlopen(f"{service.address}/api/monitoring/events?service=shop&limit=50", timeout=10) as answer:
            found: list[dict[str, Any]] = json.load(answer)
        if len(found) >= count:
            return found
        time.sleep(0.1)
    raise AssertionError(f"{len(found)} of {count} events after {PATIENCE_S} s")


def test_requests_and_their_log_lines_arrive_once_with_what_was_said_of_them(service: Service) -> None:
    sender = Sender(service.address, "shop", fields={"region": "eu"})
    log = logging.getLogger("tests.shop")
    log.addHandler(EventHandler(sender))
    asked(shop(log), sender)
    stats = sender.close()
    assert (stats.sent, stats.dropped, stats.refused, stats.failures) == (3, 0, 0, 0)
    events = {(event["route"], event["severity"]): event for event in seen(service, 3)}
    told, line, failed = events["/orders/{order}", "INFO"], events["", "WARN"], events["/boom", "ERROR"]
    assert (told["status_code"], told["customer_id"], told["user_id"], told["region"]) == (200, "C-17", "ada", "eu")
    assert (told["event_type"], told["request_id"], told["http_method"]) == ("api", "r-1", "GET")
    assert (line["body"], line["request_id"]) == ("stock of order 7 is low", "r-1")
    assert (failed["status_code"], failed["error_code"], failed["error_message"]) == (500, "LookupError", "no rate for EUR")


def asked(app: FastAPI, sender: Sender) -> None:
    """One request that works and one that does not."""
    app.add_middleware(WideEvents, sender=sender)
    with serving(app) as url:
        httpx.get(f"{url}/orders/7", headers={"x-request-id": "r-1"})
        httpx.get(f"{url}/boom")
