"""A question that names nothing in particular is looked at from every side."""

import pytest

from agents.security import INQUIRY, SecurityDesk
from agents.sre import SreDesk
from domain.tasks import PlannedCall


def attacks_looked_at(question: str) -> set[str]:
    return {call.tool for call in SecurityDesk().companions(question, ())}


def is_cause_looked_for(question: str) -> bool:
    return PlannedCall("suspects") in SreDesk().companions(question, ())


def test_an_open_question_of_attacks_looks_for_every_kind() -> None:
    for question in ("Is anyone attacking us?", "Do you see suspicious activity?"):
        assert attacks_looked_at(question) == set(INQUIRY), question


def test_an_attack_on_log_ins_may_be_one_of_the_web_or_of_ssh() -> None:
    assert attacks_looked_at("When did the log-in attack begin?") == {"credential_stuffing", "ssh_success_after_failures"}


def test_who_names_a_kind_of_attack_or_an_attacker_gets_that() -> None:
    for question in ("Did anyone guess an SSH password?", "Which clients scan us?", "Did 203.0.113.9 attack us?"):
        assert attacks_looked_at(question) == set(), question


@pytest.mark.parametrize("question", ["Is everything ok?", "It blew up, what was it?", "Who is to blame?", "Is the system healthy?"])
def test_mere_trouble_is_traced_to_its_cause(question: str) -> None:
    assert is_cause_looked_for(question)


@pytest.mark.parametrize(
    "question", ["How many errors were there?", "Which routes fail most?", "Are there errors on /cart?", "Any errors?"]
)
def test_who_counts_lists_or_names_something_is_not_told_of_causes(question: str) -> None:
    assert not is_cause_looked_for(question)
