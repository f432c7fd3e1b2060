"""The Pipeline view in a real browser, over a pipeline whose state the test sets."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Locator, Page, expect

from domain.queue import QueueStatus
from observability.metrics import Metrics
from service.pipeline_view import pipeline_view
from service.routes.status import mount_page
from tests.service.pages import PHONE, SOON_MS, WITH_BROWSER, watched
from tests.serving import serving

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
SPOOLING = "since 2026-03-02T11:58:00Z: redis: connection refused"
pytestmark = WITH_BROWSER


@dataclass(slots=True)
class Told:
    """What the service says; each time it is asked two seconds are over and 100 records have come."""

    status: QueueStatus = field(default_factory=lambda: QueueStatus("redis"))
    metrics: Metrics = field(default_factory=Metrics)
    failure: str = ""
    at: datetime = START

    def view(self) -> Mapping[str, Any]:
        self.at += timedelta(seconds=2)
        self.metrics.add("pipeline_received_records_total", 100, source="shop", signal="logs")
        return pipeline_view(self.metrics, self.status, self.at, self.failure)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def address(told: Told) -> Iterator[str]:
    app = FastAPI()
    answers: Mapping[str, Any] = {"/health/ready": {"status": "ok"}, "/api/overview": {"rows": {"logs": 1}}, "/api/runs": []}
    for path, answer in answers.items():
        app.add_api_route(path, lambda answer=answer: answer)
    app.add_api_route("/api/pipeline", told.view)
    mount_page(app)
    with serving(app) as url:
        yield url


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with watched(browser, f"{address}/#pipeline") as opened:
        yield opened


def tile(page: Page, name: str) -> Locator:
    return page.locator("#view-pipeline .tile", has_text=name)


def test_rates_and_what_waits_are_drawn_while_the_page_is_open(page: Page, told: Told) -> None:
    told.status = QueueStatus("redis", depth=7, pending=5, records=650, oldest_at=START - timedelta(seconds=30))
    expect(tile(page, "Received").locator("strong")).to_have_text("50/s", timeout=SOON_MS)
    expect(tile(page, "Records waiting")).to_contain_text("7 entries, 2 not picked up yet")
    expect(tile(page, "Records waiting").locator("strong")).to_have_text("650")
    expect(page.locator("path.line-received")).to_have_attribute("d", re.compile(r"^M.+L"), timeout=SOON_MS)


def test_a_step_down_is_a_banner_until_it_is_undone(page: Page, told: Told) -> None:
    view = page.locator("#view-pipeline")
    expect(view.locator(".ladder .now")).to_contain_text("Queue", timeout=SOON_MS)
    expect(view.locator(".notice")).to_have_count(0)
    told.metrics.set("pipeline_fallback_step", 1)
    told.status = QueueStatus("redis", "degraded", "…", steps={"spool": SPOOLING})
    expect(view.locator(".notice")).to_contain_text("Everything goes to the spool", timeout=SOON_MS)
    expect(view.locator(".notice")).to_contain_text("since 11:58 UTC, for 2 min")
    expect(view.locator(".notice")).to_contain_text("redis: connection refused")
    expect(view.locator(".ladder .now")).to_contain_text("Spool on disk")
    told.metrics.set("pipeline_fallback_step", 0)
    told.status = QueueStatus("redis")
    expect(view.locator(".notice")).to_have_count(0, timeout=SOON_MS)


def test_errors_that_were_not_all_kept_stand_out(page: Page, told: Told) -> None:
    for service, kept in (("cart", "true"), ("checkout", "false")):
        told.metrics.add("pipeline_retention_total", 9_999, **{"service": service, "class": "error", "kept": "true"})
        told.metrics.add("pipeline_retention_total", 1, **{"service": service, "class": "error", "kept": kept})
    rows = page.locator(".kept-grid tbody tr")
    expect(rows.filter(has_text="cart").locator(".tag.good")).to_have_text("100 %", timeout=SOON_MS)
    expect(rows.filter(has_text="checkout").locator(".tag.bad")).to_have_text("99.9 %")


def test_dead_letters_and_drops_are_told_by_cause(page: Page, told: Told) -> None:
    told.metrics.add("pipeline_dead_letters_total", 2, kind="poison", cause="refused")
    told.metrics.add("pipeline_outcomes_total", 1_200, outcome="shed", reason="debug", signal="logs")
    told.metrics.add("pipeline_duplicate_requests_total", 3, source="shop")
    expect(tile(page, "Dead letters").locator("strong")).to_have_text("2", timeout=SOON_MS)
    expect(page.locator(".pipeline-tables tr", has_text="refused")).to_contain_text("poison")
    expect(page.locator(".pipeline-tables tr", has_text="debug")).to_contain_text("1,200")
    expect(tile(page, "Duplicates avoided").locator("strong")).to_have_text("3")


def test_the_view_fits_a_phone(browser: Browser, address: str, told: Told) -> None:
    told.failure = "the store does not answer"
    with watched(browser, f"{address}/#pipeline", PHONE) as page:
        expect(page.locator("#view-pipeline .notice")).to_contain_text("The store takes no rows", timeout=SOON_MS)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
