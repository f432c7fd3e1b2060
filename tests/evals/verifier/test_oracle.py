"""The oracle shares no code with the verifier, and says by itself what is true."""

import ast
from pathlib import Path
from typing import Any

import pytest

from evals.verifier.oracle.judgement import anywhere, truth

ORACLE = Path(__file__).resolve().parents[3] / "evals" / "verifier" / "oracle"
FOREIGN = {"grounding", "tools", "agents", "graph", "prompts", "service", "adapters", "analytics", "pipeline", "domain"}
WINDOW = {"start": "2026-03-01T10:00:00Z", "end": "2026-03-01T11:00:00Z"}
ROWS = [
    {"peer": "a", "hits": 120, "wait": 12.346, "seen_at": "2026-03-01T10:05:09Z", "state": "ready"},
    {"peer": "b", "hits": 60, "wait": 30.0, "seen_at": "2026-03-01T10:20:00Z", "state": "down"},
]
DOC: dict[str, Any] = {
    "id": "E1", "template": "peers", "title": "peers", "status": "ok", "truncated": False, "sampled": False, "lag_s": 0, "scope_rows": 9,
    "rows_total": 2, "params": {}, "aggregates": {"refused": 0}, "window": {**WINDOW, "step_s": 0}, "rows": ROWS,
    "columns": [
        {"name": "peer", "role": "key", "type": "string"},
        {"name": "hits", "role": "measure", "type": "integer", "unit": "1", "agg": "count"},
        {"name": "wait", "role": "measure", "type": "number", "unit": "ms", "agg": "p95", "label": "p95 wait"},
        {"name": "seen_at", "role": "time", "type": "time"},
        {"name": "state", "role": "measure", "type": "string"},
    ],
}  # fmt: skip


def claim(kind: str, path: str, slots: dict[str, Any], *more: tuple[str, str]) -> dict[str, Any]:
    bind = [("value", path), *more]
    return {"kind": kind, "slots": slots, "bind": [{"evidence": "E1", "path": each, "role": role} for role, each in bind]}


A, B = {"peer": "a"}, {"peer": "b"}
PAIR = {"subject": A, "other": B, "metric": "hits"}
CASES = [
    (claim("quantity", "rows[0].wait", {"subject": A, "metric": "wait", "op": "=", "value": 12.3, "unit": "ms", "agg": "p95"}), "true"),
    (claim("quantity", "rows[0].wait", {"subject": A, "metric": "wait", "op": "=", "value": 12.4, "unit": "ms"}), "false"),
    (claim("quantity", "rows[0].wait", {"subject": A, "metric": "wait", "op": "=", "value": 0.0123, "unit": "s"}), "true"),
    (claim("quantity", "rows[0].wait", {"subject": A, "metric": "p95 wait", "op": "≥", "value": 12, "unit": "ms"}), "true"),
    (claim("quantity", "rows[0].hits", {"subject": B, "metric": "hits", "op": "=", "value": 120, "unit": "1"}), "false"),
    (claim("quantity", "rows[0].hits", {"subject": A, "metric": "hits", "op": "=", "value": 121, "unit": "1"}), "false"),
    (claim("comparison", "rows[0].hits", {**PAIR, "op": "doubled"}, ("baseline", "rows[1].hits")), "true"),
    (claim("comparison", "rows[0].hits", {**PAIR, "op": "lower"}, ("baseline", "rows[1].hits")), "false"),
    (claim("entity", "rows[1].wait", {"subject": B, "quantifier": "most", "by": "wait"}), "true"),
    (claim("entity", "rows[0].state", {"subject": A, "attribute": "state", "value": "down"}), "false"),
    (claim("temporal", "rows[0].seen_at", {"event": A, "at": "2026-03-01T19:05:09+09:00"}), "true"),
    (claim("temporal", "rows[0].seen_at", {"event": A, "at": "2026-03-01T10:05Z"}), "true"),
    (claim("temporal", "rows[0].seen_at", {"event": A, "at": "2026-03-01T10:05:09"}), "false"),
    (claim("absence", "aggregates.refused", {"what": "refused", "subject": "all"}), "true"),
    (claim("quote", "rows[0].state", {"text": "ready"}), "true"),
    (claim("quote", "rows[0].state", {"text": "re ady"}), "false"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "wanted"), CASES, ids=range(len(CASES)))
def test_it_says_what_the_cells_say(said: dict[str, Any], wanted: str) -> None:
    assert truth(said, {"E1": DOC}) == wanted


def test_nothing_is_absent_from_what_was_not_looked_at() -> None:
    said = claim("absence", "aggregates.refused", {"what": "refused", "subject": "all"})
    for worse in ({"status": "error"}, {"scope_rows": 0}, {"sampled": True}, {"lag_s": 3_600}, {"truncated": True}):
        assert truth(said, {"E1": {**DOC, **worse}}) == "false", worse


def test_a_sentence_may_be_true_of_cells_it_does_not_cite() -> None:
    said = claim("quantity", "rows[0].hits", {"subject": B, "metric": "hits", "op": "=", "value": 60, "unit": "1"})
    assert truth(said, {"E1": DOC}) == "false"
    assert anywhere(said, {"E1": DOC}) == "true"


def test_it_imports_nothing_of_what_it_judges() -> None:
    for path in ORACLE.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        named = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        named |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        assert not {name.split(".")[0] for name in named} & FOREIGN, path.name
        assert all(name.startswith("evals.verifier.oracle") for name in named if name.startswith("evals")), path.name
