"""Many runs' checks in one document."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from grounding.summary import summary

Count = tuple[str, str, str, int]


def checked(counts: Sequence[Count], removed: Sequence[Mapping[str, Any]] = (), score: float | None = 100.0, prompt: str = "house") -> Any:
    named = [{"verdict": verdict, "kind": kind, "desk": desk, "n": n} for verdict, kind, desk, n in counts]
    return {"counts": named, "removed": removed, "score": score, "draft_score": score, "prompt_version": prompt, "corrected": ["C1"]}


def failed(verdict: str, family: str, reason: str) -> Mapping[str, Any]:
    bound = {"evidence": "E1", "path": "rows[0].errors", "template": "top_errors"}
    return {"kind": "quantity", "verdict": verdict, "family": family, "reason": reason, "text": "cart had 9 errors", "bind": [bound]}


RUNS = (
    checked([("supported", "quantity", "sre", 6), ("consistent", "causal", "sre", 1)]),
    checked(
        [("supported", "quantity", "security", 1), ("contradicted", "quantity", "security", 2), ("out-of-scope", "text", "model", 4)],
        [failed("contradicted", "wrong value", "recomputed: 3"), failed("contradicted", "wrong value", "recomputed: 17")],
        score=40.0,
        prompt="2",
    ),
    checked([("unverified", "text", "model", 1)], [failed("unverified", "words not covered", "text: unread")], score=None, prompt="2"),
)


def test_what_stood_is_a_share_of_what_was_judged_in_scope() -> None:
    found = summary(RUNS)
    assert (found["runs"], found["claims"], found["failed"], found["corrected"]) == (3, 15, 3, 3)
    assert found["success_rate"] == pytest.approx(8 / 11, abs=1e-4)
    assert found["verdicts"] == {"consistent": 1, "contradicted": 2, "out-of-scope": 4, "supported": 7, "unverified": 1}


def test_failed_claims_are_counted_by_kind_desk_prompt_and_reason() -> None:
    found = summary(RUNS)
    assert found["by_kind"][0] == {"name": "quantity", "claims": 9, "contradicted": 2, "unverified": 0}
    assert [(row["name"], row["contradicted"], row["unverified"]) for row in found["by_desk"]] == [
        ("security", 2, 0),
        ("model", 0, 1),
        ("sre", 0, 0),
    ]
    assert found["by_prompt_version"][0] == {"name": "2", "claims": 8, "contradicted": 2, "unverified": 1}
    assert [row["name"] for row in found["by_reason"]] == ["wrong value", "words not covered"]


def test_shapes_are_of_reasons_without_their_values() -> None:
    first = summary(RUNS)["patterns"][0]
    assert (first["n"], first["source"], first["column"], first["reason"]) == (2, "top_errors", "errors", "recomputed: #")
    assert first["share"] == pytest.approx(2 / 15, abs=1e-4)


def test_scores_are_counted_in_buckets_and_runs_without_one_apart() -> None:
    scores = summary(RUNS)["scores"]["score"]
    assert (scores["runs"], scores["not_graded"], scores["mean"], scores["median"]) == (2, 1, 70.0, 100.0)
    assert {bucket["up_to"]: bucket["runs"] for bucket in scores["buckets"] if bucket["runs"]} == {50: 1, 100: 1}


def test_nothing_checked_is_no_rate() -> None:
    found = summary([])
    assert (found["success_rate"], found["scores"]["score"]["mean"], found["patterns"]) == (None, None, [])
    assert summary([checked([("out-of-scope", "text", "model", 2)])])["success_rate"] is None
