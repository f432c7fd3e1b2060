"""The analysis document has the shape that scripts and other programs rely on."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.analysis import Analysis, Recommendation, Usage
from domain.claims import Binding, Claim, Grounding, Judged
from domain.evidence import Evidence
from domain.findings import Entity, Finding
from domain.ids import RunId, ThreadId
from domain.window import Window

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WINDOW = Window(datetime(2026, 3, 1, tzinfo=UTC), NOON)
CLAIM = Claim("C1", "quantity", {"value": 7}, (Binding("E1", "rows[0].errors"),), "cart logged 7 errors.", materiality="high", agent="sre")
JUDGED = Judged(CLAIM, "supported", "7 is 7")
ANALYSIS = Analysis(
    run_id=RunId("run_1"),
    thread_id=ThreadId("thr_1"),
    trigger="question",
    question="How many errors?",
    window=WINDOW,
    desks=("sre",),
    headline="cart logged 7 errors.",
    answer_markdown="**cart logged 7 errors.**",
    claims=(JUDGED,),
    evidence=(Evidence("E1", "metric", "errors", WINDOW, (), (), 0),),
    findings=(Finding("F1", "sre", "new_error", Entity("service", "cart"), 7),),
    severity="low",
    grounding=Grounding(97.0, 88.2, 1.0, 0.97, 9, 1, {"supported": 8}),
    removed_claims=(Judged(replace(CLAIM, id="C2"), "contradicted", "8 is not 7"),),
    could_not_check=("latency: no data",),
    model="house",
    fallback=False,
    status="ok",
    final_decision="answered",
    as_of=NOON,
    usage=Usage(total_ms=12.5),
    trace_id="0af7",
    prompt_versions={"route": "1"},
    recommendations=(Recommendation("Roll back.", "rollback", "cart", justified=True, claims=("C1",)),),
    root_causes=({"service": "cart", "score": 0.8},),
    notes=("a note",),
)
# What is promised to the outside; extended freely, never renamed.
PROMISED = {
    "": {
        "run_id", "thread_id", "trigger", "question", "window", "desks", "headline", "answer_markdown", "claims", "evidence", "findings",
        "root_causes", "severity", "incident_ids", "similar_incidents", "recommendations", "grounding", "removed_claims",
        "could_not_check", "model", "fallback", "schema_version", "status", "as_of", "lag_s", "lang", "charts", "usage", "trace_id",
        "prompt_versions",
    },
    "window": {"start", "end"},
    "claims": {"id", "kind", "text", "slots", "bind", "verdict", "reason", "materiality", "agent"},
    "removed_claims": {"id", "kind", "text", "slots", "bind", "verdict", "reason", "materiality", "agent"},
    "evidence": {"id", "tool", "template", "params", "status", "columns", "rows", "rows_total", "truncated", "sha256"},
    "findings": {
        "id", "desk", "kind", "entity", "count", "succeeded", "accounts", "first_seen", "last_seen", "technique", "saving", "severity",
        "claims", "evidence",
    },
    "recommendations": {"text", "action", "target", "justified", "claims"},
    "grounding": {"score", "draft_score", "precision", "coverage", "claims_total", "claims_removed", "verdicts"},
    "usage": {
        "input_tokens", "output_tokens", "cost_usd", "model_ms", "tool_ms", "verify_ms", "store_ms", "overhead_ms", "total_ms",
    },
}  # fmt: skip


@pytest.fixture
def document() -> dict[str, Any]:
    return dict(json.loads(json.dumps(ANALYSIS.as_json())))


@pytest.mark.parametrize("part", sorted(PROMISED))
def test_every_promised_key_is_there(document: dict[str, Any], part: str) -> None:
    value = document[part] if part else document
    inner = value[0] if isinstance(value, list) else value
    assert PROMISED[part] - set(inner) == set()


def test_values_are_carried_as_they_are(document: dict[str, Any]) -> None:
    names = ("run_id", "thread_id", "question", "headline", "severity", "model", "status", "trace_id", "notes", "desks")
    shown = tuple(document[name] for name in names)
    assert shown == ("run_1", "thr_1", "How many errors?", "cart logged 7 errors.", "low", "house", "ok", "0af7", ["a note"], ["sre"])
    assert document["window"] == {"start": "2026-03-01T00:00:00Z", "end": "2026-03-01T12:00:00Z"}
    assert (document["as_of"], document["lang"], document["schema_version"]) == ("2026-03-01T12:00:00Z", "en", 1)
    assert (document["usage"]["total_ms"], document["prompt_versions"]) == (12.5, {"route": "1"})


def test_a_claim_keeps_its_binding_and_its_verdict(document: dict[str, Any]) -> None:
    (claim,), (removed,) = document["claims"], document["removed_claims"]
    assert claim["bind"] == [{"evidence": "E1", "path": "rows[0].errors", "role": "value"}]
    assert (claim["verdict"], claim["reason"], removed["verdict"]) == ("supported", "7 is 7", "contradicted")


def test_nothing_checked_is_a_null_score_not_a_hundred() -> None:
    bare = replace(ANALYSIS, claims=(), removed_claims=(), grounding=Grounding(None, None, None, None))
    assert bare.as_json()["grounding"]["score"] is None


def test_only_bindings_of_a_role_are_given_in_their_order() -> None:
    binds = (Binding("E1", "a"), Binding("E1", "b", "baseline"), Binding("E2", "c"))
    assert replace(CLAIM, bind=binds).bound("value") == (binds[0], binds[2])
    assert replace(CLAIM, bind=binds).bound("quote") == ()
