"""A sentence may not say more than what was recomputed."""

from dataclasses import replace

import pytest

from domain.claims import Binding, Claim
from domain.evidence import Column, Evidence
from domain.window import Window, parse_rfc3339
from grounding.verifier import verify

WINDOW = Window(parse_rfc3339("2026-03-01T00:00:00Z"), parse_rfc3339("2026-03-02T00:00:00Z"))
COLUMNS = (
    Column("source", label="source address"),
    Column("attempts", "integer", agg="sum", role="measure", label="failed password attempts"),
    Column("accepted", "integer", agg="sum", role="measure", label="accepted log-ins"),
)
ROWS = ({"source": "10.0.0.1", "attempts": 120, "accepted": 0}, {"source": "10.0.0.2", "attempts": 7, "accepted": 3})
EVIDENCE = {"E1": Evidence("E1", "metric", "logins", WINDOW, COLUMNS, ROWS, 2, scope_rows=130, title="SSH log-ins by source")}


@pytest.mark.parametrize("addition", ["and got in", ", which broke the database", "; the host is compromised", "but nobody noticed"])
def test_an_addition_nothing_recomputed_is_unverified(addition: str) -> None:
    text = f"10.0.0.1 made 120 failed password attempts {addition}.".replace(" ,", ",").replace(" ;", ";")
    (free,) = verify((Claim("C1", "text", text=text),), EVIDENCE)
    slots = {"subject": {"source": "10.0.0.1"}, "metric": "attempts", "agg": "sum", "op": "=", "value": 120, "unit": "1"}
    (bound,) = verify((Claim("C2", "quantity", slots, (Binding("E1", "rows[0].attempts"),), text),), EVIDENCE)
    assert "supported" not in (free.verdict, bound.verdict)


@pytest.mark.parametrize(
    "text",
    [
        "10.0.0.1 made 120 failed password attempts.",
        "10.0.0.1 made 120 failed password attempts, by source.",
        "10.0.0.1 made 120 failed password attempts between 2026-03-01 00:00 and 2026-03-02 00:00 UTC.",
    ],
)
def test_what_the_cells_say_stays_supported(text: str) -> None:
    (judged,) = verify((Claim("C1", "text", text=text),), EVIDENCE)
    assert judged.verdict == "supported", judged.reason
    assert replace(judged.claim, id="C1").text == text
