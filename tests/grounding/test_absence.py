"""Nothing was there only if somebody looked: otherwise it is "no data"."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.claims import Binding, Claim
from domain.evidence import Column, Evidence
from domain.window import Window
from grounding.verifier import verify

HOUR = Window(datetime(2026, 3, 1, 10, tzinfo=UTC), datetime(2026, 3, 1, 11, tzinfo=UTC))
QUIET = Evidence(
    *("E1", "metric", "errors", HOUR),
    columns=(Column("errors", "integer", "1", "count", "platform", "measure"),),
    rows=(),
    rows_total=0,
    params={"service": "billing"},
    status="empty",
    scope_rows=120,
    aggregates={"errors": 0},
)
NONE = Claim("C1", "absence", {"what": "errors", "subject": {"service": "billing"}}, (Binding("E1", "aggregates.errors"),))


def verdict(claim: Claim, evidence: Evidence) -> tuple[str, str]:
    judged = verify([claim], {"E1": evidence})[0]
    return judged.verdict, judged.reason


def test_a_whole_look_that_saw_nothing_supports_absence() -> None:
    assert verdict(NONE, QUIET)[0] == "supported"
    assert verdict(replace(NONE, bind=(Binding("E1", "rows[*]"),)), QUIET)[0] == "supported"


@pytest.mark.parametrize(
    "change",
    [
        {"scope_rows": 0},
        {"status": "timeout"},
        {"status": "error"},
        {"truncated": True},
        {"rows_total": 4},
        {"sampled": True},
        {"lag_s": 3600.0},
    ],
)
def test_a_look_that_could_have_missed_it_is_no_data(change: dict[str, Any]) -> None:
    found, reason = verdict(NONE, replace(QUIET, **change))
    assert found == "unverified"
    assert reason.startswith("no data")


@pytest.mark.parametrize("what", ["timeouts", "5xx errors", "logins"])
def test_a_look_for_something_else_is_no_data(what: str) -> None:
    assert verdict(replace(NONE, slots={**NONE.slots, "what": what}), QUIET)[0] == "unverified"


def test_something_that_was_there_contradicts_absence() -> None:
    assert verdict(NONE, replace(QUIET, aggregates={"errors": 2}))[0] == "contradicted"


@pytest.mark.parametrize("subject", [{"service": "cart"}, {"service": "billing", "route": "/x"}, "all", "cart"])
def test_silence_about_one_says_nothing_of_others(subject: Any) -> None:
    assert verdict(replace(NONE, slots={**NONE.slots, "subject": subject}), QUIET)[0] != "supported"
