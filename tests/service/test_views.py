"""The page's other views in a real browser: live events, a forced anomaly, the incident it makes, its analysis, a briefing."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.service.pages import PHONE, WITH_BROWSER, watched
from tests.service.processes import Service, served

SOON_MS, LATER_MS = 30_000, 120_000
REPORTED = "Somebody cannot log in"
pytestmark = WITH_BROWSER


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The demo world, with an anomaly forced as soon as it runs."""
    with served(tmp_path_factory.mktemp("views"), "--demo") as running:
        called(running, "monitoring/anomaly", {"kind": "cascade"})
        yield running


@pytest.fixture
def page(browser: Browser, service: Service) -> Iterator[Page]:
    with watched(browser, service.address) as opened:
        yield opened


@pytest.fixture(scope="module")
def reported(service: Service) -> str:
    """The id of an incident that nothing merges with and only people end: somebody's alert about a service nobody calls."""
    alert = {
        "title": REPORTED,
        "severity": "critical",
        "service": "sshd",
        "started_at": f"{datetime.now(UTC) - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}",
    }
    (incident,) = called(service, "alerts/generic", alert)["incidents"]
    return str(incident)


def called(service: Service, name: str, body: object = None) -> Any:
    """What the service says beside the page."""
    data = None if body is None else json.dumps(body).encode()
    request = Request(f"{service.address}/api/{name}", data, {"Content-Type": "application/json"})
    with urlopen(request, timeout=30) as answer:
        return json.load(answer)


def open_view(page: Page, name: str) -> Locator:
    page.locator("#tabs a", has_text=name).click()
    expect(page.locator("#tabs a[aria-current]")).to_have_text(name)
    return page.locator(f"#view-{name.lower()}")


def open_incident(page: Page, incident: str) -> Locator:
    """An incident's page, once it has been analysed."""
    view = open_view(page, "Incidents")
    view.locator(f"a.incident[href='#incident={incident}']").click(timeout=SOON_MS)
    expect(view.locator(".claims .claim").first).to_be_visible(timeout=SOON_MS)
    return view


def test_the_live_feed_is_stopped_started_and_paced(page: Page, service: Service) -> None:
    view = open_view(page, "Live")
    expect(view.locator("#live-events td.when").first).to_be_visible(timeout=SOON_MS)
    switch, state = view.locator("#live-switch"), view.locator(".live-state")
    switch.click()
    expect(state).to_contain_text("stopped", timeout=SOON_MS)
    expect(switch).to_have_text("Start")
    assert called(service, "monitoring/status")["running"] is False
    switch.click()
    expect(state).to_contain_text("running", timeout=SOON_MS)
    view.locator("#live-rate").fill("45")
    page.keyboard.press("Enter")
    expect(state).to_contain_text("45 a minute", timeout=SOON_MS)


def test_an_anomaly_is_forced_on_the_page_and_stands_in_the_chart(page: Page, service: Service) -> None:
    view = open_view(page, "Live")
    view.locator("#live-kind").select_option("database")
    view.locator("#live-force").click()
    expect(view.locator(".live-state")).to_contain_text("Forced", timeout=SOON_MS)
    forced = called(service, "monitoring/status")["forced"]
    expect(view.locator(".forced text").last).to_have_text(f"database · {forced['service']}", timeout=SOON_MS)
    expect(view.locator("#live-events tr.flagged, #live-events tr.critical").first).to_be_visible(timeout=SOON_MS)


def test_a_briefing_is_there_that_nobody_asked_for(page: Page) -> None:
    view = open_view(page, "Briefings")
    view.locator("a.incident").first.click(timeout=LATER_MS)
    expect(view.locator(".tile").first).to_be_visible(timeout=SOON_MS)
    expect(view.locator(".score")).to_contain_text("claims recomputed")
    view.locator("button.tile").first.click()
    expect(page.locator("#panel .facts").first).to_be_visible()
    page.keyboard.press("Escape")
    view.locator(".fold summary").last.click()
    claim = view.locator(".fold .claim").first
    claim.click()
    expect(page.locator("#panel .claim-text")).to_contain_text(claim.locator(".claim-words").inner_text())
    assert page.locator("#panel .bound").count() > 0


def test_a_cause_shows_its_score_onset_change_and_the_way_it_took(page: Page, service: Service) -> None:
    page.fill("#question", "Which service is the root cause of the failed requests?")
    page.keyboard.press("Enter")
    cause = page.locator("#view-ask .cause").first
    expect(cause.locator(".blamed strong")).to_have_text("payment", timeout=SOON_MS)
    expect(cause.locator(".blamed")).to_contain_text(re.compile(r"score 0\.\d+"))
    expect(cause.locator(".hops li")).to_have_text(["payment", "checkout", "gateway"])
    expect(cause.locator(".way .tag")).to_have_text(re.compile("^path (not )?verified$"))
    named = called(service, f"runs/{page.url.rpartition('=')[2]}")["root_causes"][0]
    # The world ends now, so where its buckets begin, and with them whether the deploy lies before the onset, is the clock's.
    change = r".* just before: deploy at .* payment 3\.18\.0" if named["change"] else ""
    expect(cause).to_contain_text(re.compile(f"began to deviate at{change}"))
    cause.locator(".source").click()
    expect(page.locator("#panel .facts").first).to_contain_text("suspects")


def test_an_answer_keeps_its_evidence_while_other_views_are_looked_at(page: Page, service: Service) -> None:
    page.fill("#question", "Which routes fail most?")
    page.keyboard.press("Enter")
    claim = page.locator("#view-ask .claims .claim").first
    expect(claim).to_be_visible(timeout=SOON_MS)
    run = called(service, f"runs/{page.url.rpartition('=')[2]}")
    (evidence,) = [one for one in run["evidence"] if one["id"] == run["claims"][0]["bind"][0]["evidence"]]
    open_view(page, "Briefings").locator("a.incident").first.click(timeout=LATER_MS)
    open_view(page, "Ask")
    claim.click()
    expect(page.locator("#panel .facts").first).to_contain_text(evidence["template"])
    expect(page.locator("#panel .bound").first).to_be_visible()


def test_new_events_wait_while_somebody_reads_further_down(page: Page) -> None:
    view = open_view(page, "Live")
    expect(view.locator("#live-events tr").nth(25)).to_be_attached(timeout=LATER_MS)
    view.locator(".live-scroll").evaluate("place => { place.scrollTop = 60 }")
    expect(view.locator(".fresh")).to_contain_text("new", timeout=SOON_MS)
    assert view.locator(".live-scroll").evaluate("place => place.scrollTop") == 60
    before = view.locator("#live-events tr").first.inner_text()
    view.locator(".fresh").click()
    expect(view.locator(".fresh")).to_be_hidden()
    assert view.locator("#live-events tr").first.inner_text() != before


def test_a_forced_anomaly_became_an_incident_that_was_analysed_without_being_asked(page: Page) -> None:
    view = open_view(page, "Incidents")
    view.locator("a.incident.edge-critical").filter(has_not_text=REPORTED).first.click(timeout=LATER_MS)
    expect(view.locator(".claims .claim").first).to_be_visible(timeout=LATER_MS)
    expect(view.locator("h2.headline .tag")).to_have_text("critical")
    expect(view.locator(".state-line")).to_contain_text(re.compile(r"since \d{4}-\d\d-\d\d \d\d:\d\d UTC, for \d"))
    expect(view.locator(".part-picture .band")).to_have_count(1)
    assert view.locator(".part-picture .bar.bad").count() > 0
    assert view.locator(".part-affected .names li").count() > 1
    view.locator(".part-alarms summary").click()
    expect(view.locator(".part-alarms tbody tr").first).to_be_visible()


def test_an_open_claim_stays_open_while_the_incident_changes(page: Page, service: Service, reported: str) -> None:
    view = open_incident(page, reported)
    view.locator(".claims .claim").first.click()
    panel = page.locator("#panel")
    expect(panel).to_contain_text("Recomputed from")
    view.locator("#comment-text").fill("half a thought")
    called(service, f"incidents/{reported}/comment", {"by": "Ada", "text": "It is the pool of connections."})
    expect(view.locator(".comments")).to_contain_text("It is the pool of connections.", timeout=SOON_MS)
    expect(panel).to_contain_text("Recomputed from")
    expect(view.locator("#comment-text")).to_have_value("half a thought")
    page.locator("#panel .close").click()
    expect(panel).to_be_hidden()


def test_people_acknowledge_assign_comment_and_decide(page: Page, service: Service, reported: str) -> None:
    view = open_incident(page, reported)
    view.locator("#comment-by").fill("Grace")
    view.locator("#comment-text").fill("Seen it.")
    view.get_by_role("button", name="Comment").click()
    expect(view.locator(".comments li", has_text="Grace")).to_contain_text("Seen it.", timeout=SOON_MS)
    view.locator("#assignee").fill("Linus")
    view.get_by_role("button", name="Assign").click()
    view.get_by_role("button", name="Acknowledge").click()
    expect(view.get_by_role("button", name="Acknowledge")).to_have_count(0, timeout=SOON_MS)
    view.get_by_role("button", name="Confirm").click()
    expect(view.locator(".part-affected")).to_contain_text(re.compile(r"Confirmed by\s*Grace"), timeout=SOON_MS)
    expect(view.locator(".draft-card").first).to_be_visible(timeout=SOON_MS)
    view.get_by_role("button", name="Approve").first.click()
    expect(view.locator(".draft-card .tag", has_text="approved")).to_have_count(1, timeout=SOON_MS)
    view.get_by_role("button", name="Reject").first.click()
    expect(view.locator(".draft-card .tag", has_text="rejected")).to_have_count(1, timeout=SOON_MS)
    kept = called(service, f"incidents/{reported}")
    assert (kept["assignee"], kept["acknowledged_by"], kept["confirmed_by"]) == ("Linus", "Grace", "Grace")


def test_an_incident_is_analysed_again_and_resolved(page: Page, service: Service, reported: str) -> None:
    view = open_incident(page, reported)
    before = called(service, f"incidents/{reported}")["run_ids"]
    view.get_by_role("button", name="Analyze again").click()
    expect(view.locator(".analysis .foot")).not_to_contain_text(before[-1], timeout=SOON_MS)
    assert len(called(service, f"incidents/{reported}")["run_ids"]) > len(before)
    view.get_by_role("button", name="Resolve").click()
    expect(view.locator(".state-line .tag")).to_have_text("resolved", timeout=SOON_MS)
    expect(view.get_by_role("button", name="Resolve")).to_have_count(0)


def test_a_refusal_is_said_on_the_page(browser: Browser, service: Service) -> None:
    window = browser.new_context()
    page = window.new_page()
    page.goto(f"{service.address}/#live")
    switch = page.locator("#live-switch")
    expect(switch).to_have_text("Stop", timeout=SOON_MS)
    called(service, "monitoring/stop", {})
    page.locator("#live-force").click()
    expect(page.locator("#view-live .mistake")).to_contain_text("That did not work: ", timeout=SOON_MS)
    called(service, "monitoring/start", {})
    page.goto(f"{service.address}/#incident=INC-none")
    expect(page.locator("#view-incidents [role=alert]")).to_contain_text("INC-none", timeout=SOON_MS)
    window.close()


@pytest.mark.parametrize("name", ["ask", "incidents", "briefings", "live", "pipeline", "grounding"])
def test_an_address_opens_its_view_which_fits_a_phone(browser: Browser, service: Service, name: str) -> None:
    with watched(browser, f"{service.address}/#{name}", PHONE) as page:
        expect(page.locator("#tabs a[aria-current]")).to_have_attribute("href", f"#{name}", timeout=SOON_MS)
        expect(page.locator(f"#view-{name}")).to_be_visible()
        expect(page.locator(f"#view-{name} .busy")).to_have_count(0, timeout=SOON_MS)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
