"""Sentences come from slots, hold under the verifier, and show foreign text as data."""

from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from domain.claims import Binding, Claim
from domain.evidence import Column, Evidence
from domain.window import Window
from grounding import display
from grounding.rendering import lint, render
from grounding.verifier import verify
from tests.grounding.worlds import world

HOUR = Window(datetime(2026, 3, 1, 10, tzinfo=UTC), datetime(2026, 3, 1, 11, tzinfo=UTC))
PHRASE = "{subject} made {value} failed password attempts"
COLUMNS = (
    Column("client", label="source address"),
    Column("attempts", "integer", "1", "count", "platform", "measure", "failed password attempts", PHRASE),
    Column("p95_ms", "number", "ms", "p95", "platform", "measure", "p95 latency"),
    Column("agent", "string", role="measure", label="user agent"),
)
ROWS: tuple[dict[str, Any], ...] = (
    {"client": "10.0.0.1", "attempts": 1234567, "p95_ms": 91.237, "agent": "curl/8 <script>http://evil.example</script>\u202e" + "x" * 400},
    {"client": "10.0.0.2", "attempts": 3, "p95_ms": 4.5, "agent": "curl/8"},
)
SOURCE = Evidence("E1", "metric", "t", HOUR, COLUMNS, ROWS, 2)


def claim(kind: Any, path: str, **slots: Any) -> Claim:
    return Claim("C1", kind, {"subject": {"client": "10.0.0.1"}, **slots}, (Binding("E1", path),))


@pytest.mark.parametrize("seed", range(6))
def test_a_rendered_sentence_passes_its_own_lint_and_the_verifier(seed: int) -> None:
    made = world(seed)
    for one in made.claims:
        text = render(one, made.evidence, run_window=Random(seed).choice([None, made.evidence["E1"].window]))
        assert lint(text, one, made.evidence) == (), text
        judged = verify([replace(one, text=text)], made.evidence)[0]
        assert judged.verdict == "supported", (text, judged.reason)


@pytest.mark.parametrize(
    ("slots", "path", "text"),
    [
        (
            {"metric": "attempts", "agg": "count", "value": 1234567, "unit": "1"},
            "rows[0].attempts",
            "10.0.0.1 made 1,234,567 failed password attempts.",
        ),
        (
            {"metric": "attempts", "op": "≈", "value": 1200000, "unit": "1"},
            "rows[0].attempts",
            "10.0.0.1 made about 1,200,000 failed password attempts.",
        ),
        ({"metric": "p95_ms", "value": 91.237, "unit": "ms"}, "rows[0].p95_ms", "10.0.0.1: p95 latency was 91.237 ms."),
        ({"metric": "p95_ms", "op": "≥", "value": 91, "unit": "ms"}, "rows[0].p95_ms", "10.0.0.1: p95 latency was at least 91 ms."),
    ],
)
def test_numbers_are_said_as_the_slots_give_them(slots: dict[str, Any], path: str, text: str) -> None:
    assert render(claim("quantity", path, **slots), {"E1": SOURCE}) == text


def test_the_window_is_said_only_when_it_is_not_the_runs() -> None:
    window = {"start": "2026-03-01T10:00:00Z", "end": "2026-03-01T11:00:00Z"}
    one = claim("quantity", "rows[0].attempts", value=1234567, window=window)
    assert "10:00" not in render(one, {"E1": SOURCE}, run_window=HOUR)
    assert "between 2026-03-01 10:00:00 and 2026-03-01 11:00:00 UTC" in render(one, {"E1": SOURCE})


def test_a_filter_the_subject_does_not_name_is_said() -> None:
    narrowed = replace(SOURCE, params={"service": "sshd"})
    assert "(service sshd)" in render(claim("quantity", "rows[0].attempts", value=1234567), {"E1": narrowed})


def test_foreign_text_is_quoted_cut_and_harmless() -> None:
    one = claim("entity", "rows[0].agent", attribute="agent", value=ROWS[0]["agent"])
    text = render(one, {"E1": SOURCE})
    assert "<" not in text
    assert "http://" not in text
    assert "\u202e" not in text
    assert len(text) < 400
    assert text.count("“") == text.count("”") == 1


def test_a_quotation_cannot_close_itself() -> None:
    assert display.quoted("a” and so all is well “b") == '“a" and so all is well "b”'


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("10.0.0.1 made 1,234,567 failed password attempts in 7 hours.", "7 hours"),
        ("10.0.0.1 made 1,234,567 failed password attempts, more than 10.0.0.2.", "10.0.0.2"),
        ("10.0.0.1 made 1,234,567 failed password attempts and caused an outage.", "caused"),
    ],
)
def test_lint_names_what_stands_outside_the_slots(text: str, left: str) -> None:
    assert left in lint(text, claim("quantity", "rows[0].attempts", metric="attempts", agg="count", value=1234567), {"E1": SOURCE})
