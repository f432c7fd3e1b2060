"""The page in a real browser over the demo world: ask, watch, read a claim beside its evidence, ask on."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.service.pages import WITH_BROWSER, watched
from tests.service.processes import Service, served

SLOW_MS = 30_000
BREAK_IN = "Which addresses tried to break in over SSH, how often, and did any succeed?"
pytestmark = WITH_BROWSER


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with served(tmp_path_factory.mktemp("browser"), "--demo") as running:
        yield running


@pytest.fixture
def page(browser: Browser, service: Service) -> Iterator[Page]:
    """The page, watched."""
    with watched(browser, service.address) as opened:
        yield opened


def ask(page: Page, question: str) -> None:
    page.fill("#question", question)
    page.keyboard.press("Enter")
    expect(page.locator("p.asked")).to_have_text(question, timeout=SLOW_MS)


def test_the_strip_says_what_is_loaded(page: Page) -> None:
    expect(page.locator("#strip")).to_contain_text("ready")
    expect(page.locator("#strip")).to_contain_text(re.compile(r"[\d,]+ logs, [\d,]+ spans, [\d,]+ metric points"))


def test_an_example_is_asked_watched_and_answered_with_marks(page: Page) -> None:
    page.locator(".examples button", has_text="break in over SSH").click()
    lanes = page.locator("#steps .lane-name")
    expect(lanes.first).to_have_text("Router", timeout=SLOW_MS)
    expect(page.locator("h2.headline")).to_contain_text("addresses", timeout=SLOW_MS)
    page.locator("#steps summary").click()
    expect(lanes).to_have_text(["Router", "Security desk", "Writer", "Verifier"])
    claims = page.locator("section .claims .claim")
    marks = page.locator("section .claims .claim .mark.good")
    assert claims.count() == marks.count() > 3
    expect(page.locator("article .tag[class*=sev-]").first).to_be_visible()
    assert page.locator(".examples").is_hidden()


def test_a_claim_opens_beside_the_cell_it_was_recomputed_from(page: Page) -> None:
    ask(page, BREAK_IN)
    claim = page.locator("section .claims .claim", has_text=re.compile(r"made \d+ failed password attempts")).first
    claim.click()
    panel = page.locator("#panel")
    expect(panel).to_be_visible()
    facts = dict(zip(panel.locator(".facts dt").all_inner_texts(), panel.locator(".facts dd").all_inner_texts(), strict=True))
    assert facts["Template"] == "ssh_logins_by_source"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d to .* UTC", facts["Window"])
    assert facts["Parameters"]
    assert re.fullmatch(r"[0-9a-f]{64}", facts["SHA-256"])
    bound = panel.locator("td.bound.num")
    (stated,) = re.findall(r"made ([\d,]+) failed password attempts", claim.inner_text())
    assert bound.all_inner_texts() == [stated]
    assert panel.locator("tbody tr").count() > 1
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()


def test_evidence_is_asked_again_from_its_panel(page: Page) -> None:
    ask(page, BREAK_IN)
    page.locator("section .claims .claim", has_text="failed password attempts").first.click()
    panel = page.locator("#panel")
    panel.locator("button", has_text="Replay this look-up").click()
    told = panel.locator(".replayed [role=status].notice")
    expect(told).to_have_class(re.compile("good"), timeout=SLOW_MS)
    rows = re.search(r"([\d,]+) of ([\d,]+) rows shown", panel.inner_text())
    assert rows is not None
    expect(told).to_contain_text(f"The same: {rows[2]} rows")


def test_every_claim_shows_a_bound_cell(page: Page) -> None:
    ask(page, "Which routes fail most?")
    claims = page.locator("section .claims .claim")
    assert claims.count() > 0
    for number in range(claims.count()):
        claims.nth(number).click()
        assert page.locator("#panel .bound").count() > 0, claims.nth(number).inner_text()


def test_a_follow_up_stays_in_its_thread(page: Page) -> None:
    ask(page, BREAK_IN)
    expect(page.locator(".thread-line")).to_contain_text("Follow-up to 1 question")
    ask(page, "And which accounts did they try?")
    expect(page.locator(".thread-line")).to_contain_text("Follow-up to 2 questions")
    expect(page.locator("#thread .turn strong")).to_have_text([BREAK_IN])
    thread = page.evaluate("fetch('api/runs').then((answer) => answer.json()).then((runs) => runs.slice(0, 2).map((run) => run.thread_id))")
    assert len(set(thread)) == 1


def test_an_unknown_service_is_answered_honestly(page: Page) -> None:
    ask(page, "How many errors did the warehouse service have?")
    expect(page.locator("h2.headline")).to_contain_text("No data: Nothing is stored of a service named 'warehouse'")
    assert page.locator("section .claims .claim").count() == 0
    expect(page.locator("article")).to_contain_text("No claim was published for this question.")
    expect(page.locator(".score")).to_contain_text("nothing could be checked")


def test_a_run_is_found_again_by_its_address(page: Page) -> None:
    ask(page, "Which routes fail most?")
    headline, address = page.locator("h2.headline").inner_text(), page.url
    assert "#run=" in address
    page.reload()
    expect(page.locator("h2.headline")).to_have_text(headline, timeout=SLOW_MS)


def test_a_mistake_is_said_on_the_page_and_nothing_is_sent(page: Page) -> None:
    page.locator("#ask button.go").click()
    expect(page.locator(".mistake")).to_have_text("Write a question first.")
    assert page.locator("#steps").is_hidden()
