"""Past incidents: the one that is bound, as similar as it is, of this tenant, with its cause word for word."""

from dataclasses import replace
from typing import Any

import pytest

from domain.claims import Binding, Claim
from domain.evidence import Column, Evidence
from domain.ids import Tenant
from domain.window import Window, parse_rfc3339
from grounding.knowledge import Knowledge, KnownIncident
from grounding.rendering import render
from grounding.verifier import verify

WINDOW = Window(parse_rfc3339("2026-03-01T00:00:00Z"), parse_rfc3339("2026-03-01T01:00:00Z"))
COLUMNS = (
    Column("incident_id", trust="platform", label="incident"),
    Column("similarity", "number", trust="platform", role="measure", label="similarity"),
    Column("root_cause", role="measure", label="cause"),
    Column("status", trust="platform", role="measure", label="status"),
)
ROWS = (
    {"incident_id": "INC-7", "similarity": 0.8312, "root_cause": "expired certificate of payments", "status": "resolved"},
    {"incident_id": "INC-9", "similarity": 0.6, "root_cause": "", "status": "open"},
)
EVIDENCE = Evidence("E1", "composite", "similar_incidents", WINDOW, COLUMNS, ROWS, len(ROWS), scope_rows=9, tenant=Tenant("shop"))


def past(row: int = 0, **slots: Any) -> Claim:
    paths = [name for name in ("similarity", "root_cause") if ROWS[row][name]]
    return Claim("P", "past_incident", {"incident_id": "INC-7", **slots}, tuple(Binding("E1", f"rows[{row}].{name}") for name in paths))


def verdict(claim: Claim, knowledge: Knowledge | None = None, **evidence: Any) -> str:
    return verify([claim], {"E1": replace(EVIDENCE, **evidence)}, knowledge or Knowledge())[0].verdict


@pytest.mark.parametrize(
    "slots",
    [
        {},
        {"similarity": 0.83},
        {"similarity": 0.8312},
        {"cause": "expired certificate of payments"},
        {"similarity": 0.83, "cause": "expired  certificate of payments", "status": "resolved"},
        {"window": {"start": "2026-03-01T00:00:00Z", "end": "2026-03-01T01:00:00Z"}},
    ],
)
def test_what_the_row_says_is_supported_and_so_is_its_sentence(slots: dict[str, Any]) -> None:
    claim = past(**slots)
    assert verdict(claim) == "supported"
    said = render(claim, {"E1": EVIDENCE}, run_window=WINDOW)
    assert "INC-7" in said
    assert verdict(replace(claim, text=said)) == "supported", said


@pytest.mark.parametrize(
    ("claim", "wanted"),
    [
        (past(incident_id="INC-9"), "contradicted"),
        (past(row=1), "contradicted"),
        (past(incident_id="INC-1"), "contradicted"),
        (past(incident_id=""), "unverified"),
        (past(similarity=0.84), "contradicted"),
        (past(similarity=0.8313), "contradicted"),
        (past(cause="full disk of payments"), "contradicted"),
        (past(row=1, incident_id="INC-9", cause="expired certificate of payments"), "unverified"),
        (past(status="open"), "contradicted"),
        (past(region="eu"), "unverified"),
        (past(window={"start": "2026-03-01T00:01:00Z", "end": "2026-03-01T01:00:00Z"}), "contradicted"),
        (replace(past(), bind=()), "unverified"),
        (replace(past(), bind=(Binding("E2", "rows[0].similarity"),)), "unverified"),
    ],
)
def test_anything_else_is_not(claim: Claim, wanted: str) -> None:
    assert verdict(claim) == wanted


def test_a_similarity_may_be_a_percentage() -> None:
    assert verdict(past(similarity=83, unit="%")) == "supported"
    assert verdict(past(similarity=84, unit="%")) == "contradicted"


def test_a_wrong_similarity_is_mended() -> None:
    (judged,) = verify([past(similarity=0.5)], {"E1": EVIDENCE})
    assert judged.correction is not None
    assert verdict(judged.correction) == "supported"


def test_an_incident_of_another_tenant_is_none_of_ours() -> None:
    assert verdict(past(), Knowledge(incidents={"INC-7": KnownIncident("INC-7", Tenant("other"))})) == "contradicted"
    assert verdict(past(), Knowledge(incidents={"INC-7": KnownIncident("INC-7", Tenant("shop"))})) == "supported"
    told = replace(EVIDENCE, columns=(*COLUMNS, Column("tenant")), rows=tuple({**row, "tenant": "other"} for row in ROWS))
    assert verify([past()], {"E1": told})[0].verdict == "contradicted"
    foreign = replace(EVIDENCE, id="E2", tenant=Tenant("other"))
    assert verify([past()], {"E1": EVIDENCE, "E2": foreign})[0].verdict == "unverified"


def test_a_cause_on_record_counts_where_the_row_has_none() -> None:
    known = Knowledge(incidents={"INC-9": KnownIncident("INC-9", Tenant("shop"), "bad deploy of cart")})
    claim = past(row=1, incident_id="INC-9", cause="bad deploy of cart")
    assert verdict(claim) == "unverified"
    assert verdict(claim, known) == "supported"
