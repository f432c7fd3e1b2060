"""What a sentence quotes names its subject, and says nothing of what was measured."""

from datetime import UTC, datetime

import pytest

from domain.claims import Binding, Claim
from domain.evidence import Column, Evidence
from domain.window import Window
from grounding.rendering import render
from grounding.verifier import verify

WINDOW = Window(datetime(2026, 3, 1, 10, tzinfo=UTC), datetime(2026, 3, 1, 11, tzinfo=UTC))
COLUMNS = (
    Column("pattern", role="key", label="message"),
    Column("events", "integer", agg="sum", trust="platform", role="measure", label="errors"),
    Column("seen_services", "integer", agg="count", trust="platform", role="measure", label="services"),
)


@pytest.mark.parametrize("pattern", ["a call to the service below failed", "two services were gone", "no services answered in time"])
def test_a_quoted_message_with_the_name_of_another_column_is_no_other_metric(pattern: str) -> None:
    row = {"pattern": pattern, "events": 2, "seen_services": 1}
    source = Evidence("E1", "metric", "top_errors", WINDOW, COLUMNS, (row,), 1, scope_rows=9)
    slots = {"subject": {"pattern": pattern}, "metric": "events", "agg": "sum", "op": "=", "value": 2, "unit": "1"}
    claim = Claim("C1", "quantity", slots, (Binding("E1", "rows[0].events"),))
    said = Claim("C1", "quantity", slots, claim.bind, render(claim, {"E1": source}, run_window=WINDOW))
    (judged,) = verify([said], {"E1": source})
    assert (judged.verdict, judged.reason) == ("supported", "recomputed")
    (other,) = verify([Claim("C1", "quantity", slots, claim.bind, f"“{pattern}” came from 2 services.")], {"E1": source})
    assert other.verdict == "contradicted"
