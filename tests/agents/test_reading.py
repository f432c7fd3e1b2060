"""Questions are read by rules."""

import pytest

from agents.followup import resolved
from agents.reading import read
from domain.tasks import Turn
from tests.agents.questions import NONSENSE, QUESTIONS

SERVICES = ("checkout", "cartservice", "ts-order-service", "frontend", "payment")


@pytest.mark.parametrize(
    ("question", "filters"),
    [
        ("Which 5 routes return the most 404s?", {"status": "404", "limit": 5}),
        ("p95 latency of /api/cart on the cart service", {"service": "cartservice", "route": "/api/cart"}),
        ("Did anyone log in as root from 10.0.0.3?", {"client": "10.0.0.3", "user": "root"}),
        ('How many WARN lines mention "disk full"?', {"severity": "WARN", "text": "disk full"}),
        ("How many log lines mention a timeout in checkout?", {"service": "checkout", "text": "timeout"}),
        ("What happened to blk_-1608999687919862906?", {"text": "blk_-1608999687919862906"}),
        ("How many 5xx responses did chekout give?", {"service": "checkout", "status": "5xx"}),
        ("three slowest endpoints", {"limit": 3}),
        ("errors of the order service", {"service": "ts-order-service"}),
        ("How often did elastic_user_0 fail to log in?", {"user": "elastic_user_0"}),
        ("How many java.net.ConnectException errors were there?", {"text": "java.net.ConnectException"}),
        ("Which user failed most often?", {}),
        ("What is the root cause of the errors?", {}),
        ("What failed in the last 3 hours?", {}),
    ],
)
def test_what_is_named_becomes_a_filter(question: str, filters: dict[str, object]) -> None:
    assert read(question, SERVICES).filters.given() == filters


@pytest.mark.parametrize(
    ("question", "ask"),
    [
        ("How many requests failed?", "count"),
        ("top routes", "ranking"),
        ("What changed?", "change"),
        ("Which errors are new?", "new"),
        ("Were there any errors?", "absence"),
        ("Is checkout slow?", "yes_no"),
        ("When did it start?", "when"),
        ("requests per hour", "trend"),
        ("Why is it failing?", "why"),
        ("Show me the log lines", "quote"),
    ],
)
def test_the_form_of_answer_is_seen(question: str, ask: str) -> None:
    assert ask in read(question).asks


def test_questions_about_operations_are_told_from_others() -> None:
    assert [question for question, _ in QUESTIONS if not read(question, SERVICES).about_operations] == []
    assert [question for question in NONSENSE if read(question, SERVICES).about_operations] == []


def test_every_service_named_is_found_in_order() -> None:
    assert read("Compare payment and frontend error rates", SERVICES).services == ("payment", "frontend")


def test_synonyms_meet_in_one_concept() -> None:
    assert "intrusion" in read("did somebody break in?").concepts
    assert read("brute-force").concepts == read("brute force").concepts == frozenset({"intrusion"})
    assert "latency" in read("response time").concepts & read("how slow").concepts


def test_a_follow_up_is_read_with_the_question_before_it() -> None:
    turns = (Turn("Which routes fail most in checkout?", "…"),)
    assert resolved("and for payment?", turns) == "Which routes fail most in checkout and for payment?"
    assert resolved("and yesterday?", turns).startswith("Which routes fail most")
    assert resolved("Which clients use the most bandwidth?", turns) == "Which clients use the most bandwidth?"
    assert resolved("and for payment?", ()) == "and for payment?"


@pytest.mark.parametrize(
    ("question", "unknown"),
    [
        ("How many errors did the billing service have?", ("billing",)),
        ("Is there anything wrong with a service named ledger?", ("ledger",)),
        ("What is the error rate of the service ledger?", ("ledger",)),
        ("What is the error rate of the service warehouse-robots today?", ("warehouse-robots",)),
        ("How many errors did the cart service have?", ()),
        ("What is the error rate of the service cart?", ()),
        ("What is the slowest service?", ()),
        ("Which service is the affected service?", ()),
        ("Which is the service with the most errors?", ()),
    ],
)
def test_a_service_nothing_is_stored_of_is_noticed(question: str, unknown: tuple[str, ...]) -> None:
    assert read(question, ("cart", "checkout")).unknown_services == unknown
