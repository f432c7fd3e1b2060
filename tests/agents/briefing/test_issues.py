"""Spells of failure become issues: a symptom is not an issue of its own."""

from dataclasses import replace

from agents.briefing.dossier import Dossier
from agents.briefing.issues import issues, traced
from agents.briefing.looks import by_impact
from tests.agents.briefing.files import PERIOD, calls, evidence, requests, spells

SHOP = calls("E2", ("gateway", "checkout"), ("checkout", "payment"), ("gateway", "search"), ("payment", "orders-db"))


def test_the_service_furthest_down_is_the_issue_and_those_above_felt_it() -> None:
    found = issues(Dossier(PERIOD, (spells("E1", ("gateway", 10, 40, 52), ("checkout", 10, 40, 50), ("payment", 15, 40, 48)), SHOP)))
    assert [(issue.service, issue.services, issue.failures) for issue in found] == [("payment", ("payment", "gateway", "checkout"), 52)]


def test_two_at_once_that_do_not_call_each_other_are_two() -> None:
    found = issues(Dossier(PERIOD, (spells("E1", ("gateway", 10, 40, 70), ("search", 10, 20, 30), ("payment", 25, 40, 40)), SHOP)))
    assert {issue.service for issue in found} == {"search", "payment"}


def test_a_service_that_fails_again_soon_is_one_issue_and_later_another() -> None:
    found = issues(Dossier(PERIOD, (spells("E1", ("search", 0, 10, 5), ("search", 25, 35, 6), ("search", 80, 90, 7)), SHOP)))
    assert sorted(issue.failures for issue in found) == [7, 11]


def test_without_calls_the_one_that_failed_most_stands_for_those_at_its_time() -> None:
    found = issues(Dossier(PERIOD, (spells("E1", ("web", 10, 40, 52), ("cron", 12, 30, 9)),)))
    assert [(issue.service, issue.services) for issue in found] == [("web", ("web", "cron"))]


def test_a_spell_is_cut_at_the_ends_of_the_period() -> None:
    (issue,) = issues(Dossier(PERIOD, (spells("E1", ("search", -5, 130, 5)), SHOP)))
    assert issue.window == PERIOD


def test_suspicion_names_the_service_and_one_cause_of_two_symptoms_is_one_issue() -> None:
    files = (spells("E1", ("checkout", 10, 40, 50), ("search", 12, 38, 9)), SHOP)
    windows = [issue.window for issue in issues(Dossier(PERIOD, files))]
    ranked = [evidence(f"E{3 + place}", "suspects", window, [{"service": "orders-db"}]) for place, window in enumerate(windows)]
    found = traced(Dossier(PERIOD, (*files, *ranked)))
    assert [(issue.service, set(issue.services)) for issue in found] == [("orders-db", {"orders-db", "checkout", "search"})]


def test_the_issue_that_most_users_felt_comes_first() -> None:
    files = (spells("E1", ("payment", 10, 40, 50), ("search", 60, 80, 9)), SHOP)
    windows = {issue.service: issue.window for issue in issues(Dossier(PERIOD, files))}
    felt = (requests("E3", 300, 4, windows["payment"]), requests("E4", 300, 9, windows["search"]))
    assert [issue.service for issue in by_impact(Dossier(PERIOD, (*files, *felt)))] == ["search", "payment"]


def test_an_answer_that_failed_is_no_evidence() -> None:
    broken = replace(spells("E1", ("search", 0, 10, 5)), status="error")
    assert issues(Dossier(PERIOD, (broken, SHOP))) == ()
