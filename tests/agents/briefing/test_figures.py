"""Key figures: what moved and what only varied, and claims that hold."""

import pytest

from agents.briefing.dossier import Dossier
from agents.briefing.figures import figure_claims, readings
from grounding.verifier import verify
from tests.agents.briefing.files import BEFORE, PERIOD, evidence, requests, stored


def dossier(now: tuple[int, int, float], earlier: tuple[int, int, float]) -> Dossier:
    """Requests, failures and p95 of the period, and of the period before."""
    return Dossier(
        PERIOD,
        (
            stored("E1", PERIOD), stored("E2", BEFORE),
            requests("E3", now[0], now[1], PERIOD, now[2]), requests("E4", earlier[0], earlier[1], BEFORE, earlier[2]),
        ),
    )  # fmt: skip


def trends(found: Dossier) -> dict[str, str]:
    return {reading.figure.name: reading.trend for reading in readings(found)}


def test_chance_is_no_trend() -> None:
    assert set(trends(dossier((1000, 5, 205.0), (1040, 9, 198.0))).values()) == {"stable"}


def test_what_moved_beyond_chance_is_told() -> None:
    found = trends(dossier((1000, 90, 320.0), (2000, 20, 200.0)))
    assert found == {"requests": "down", "failed_requests": "up", "failed_request_ratio": "up", "p95_latency": "up"}


def test_a_small_share_of_many_is_no_trend_however_sure_it_is() -> None:
    assert trends(dossier((1_000_000, 10_500, 200.0), (1_000_000, 10_000, 200.0)))["failed_requests"] == "stable"


@pytest.mark.parametrize("now", [(1000, 90, 320.25), (2999, 1, 99.5), (1, 1, 0.5)])
def test_every_claim_of_the_figures_holds(now: tuple[int, int, float]) -> None:
    found = dossier(now, (2000, 20, 200.0))
    made = figure_claims(found)
    judged = verify(made, {item.id: item for item in found.evidence})
    assert len(made) >= 4
    assert [(one.claim.text, one.verdict, one.reason) for one in judged if one.verdict != "supported"] == []


def test_a_claim_of_another_number_would_not_hold() -> None:
    wrong = figure_claims(dossier((1001, 90, 320.0), (2000, 20, 200.0)))
    right = dossier((1000, 90, 320.0), (2000, 20, 200.0))
    judged = verify(wrong, {item.id: item for item in right.evidence})
    assert [one.claim.slots["metric"] for one in judged if one.verdict == "contradicted"][:1] == ["user_requests"]


def test_a_period_before_that_is_stored_in_part_is_not_compared() -> None:
    late = evidence("E2", "data_overview", BEFORE, [{"service": "gateway", "first_seen": "2026-03-01T01:30:00Z"}])
    found = Dossier(PERIOD, (stored("E1", PERIOD), late, requests("E3", 100, 90), requests("E4", 900, 1, BEFORE)))
    assert [(reading.previous, reading.trend) for reading in readings(found)] == [(None, "stable")] * 4


def test_logged_requests_stand_in_where_users_left_no_traces() -> None:
    logged = evidence("E3", "requests_over_time", aggregates={"requests_in_all": 12, "failed_requests": 3})
    assert trends(Dossier(PERIOD, (logged,))).keys() == {"logged_requests", "failed_logged_requests"}
    assert "logged_requests" not in trends(Dossier(PERIOD, (logged, requests("E4", 9, 1))))
