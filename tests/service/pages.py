"""A page in a real browser, watched for complaints and for fetches from elsewhere."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
SOON_MS = 15_000
PHONE = 390
WITH_BROWSER = [pytest.mark.server, pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine")]


@contextmanager
def watched(browser: Browser, address: str, width: int = 1440) -> Iterator[Page]:
    """The page in a fresh window; at the end nothing may have complained, and nothing may have been fetched from elsewhere."""
    complaints: list[str] = []
    asked: set[str] = set()
    window = browser.new_context(viewport={"width": width, "height": 900})
    opened = window.new_page()
    opened.on("console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("request", lambda request: asked.add(request.url))
    opened.goto(address)
    yield opened
    window.close()
    assert complaints == []
    origin = "/".join(address.split("/")[:3])
    assert {url for url in asked if not url.startswith((origin, "data:"))} == set()
