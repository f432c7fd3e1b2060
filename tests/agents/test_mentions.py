"""Names are found in questions."""

import pytest

from agents import mentions


@pytest.mark.parametrize(
    ("question", "routes"),
    [
        ("How slow is /api/v1/cart?", ("/api/v1/cart",)),
        ("requests to / and /health.", ("/", "/health")),
        ("errors and/or warnings on 18/05/2015 at 5/s", ()),
        ("see http://host/x", ()),
    ],
)
def test_routes_stand_alone(question: str, routes: tuple[str, ...]) -> None:
    assert mentions.routes_in(question) == routes


def test_addresses_of_both_families_are_found_and_versions_are_not() -> None:
    assert mentions.clients_in("from 10.0.0.1, 2001:db8::ff00:42 and 1.2.3.4.") == ("10.0.0.1", "2001:db8::ff00:42", "1.2.3.4")
    assert mentions.clients_in("nginx 1.2.3 at 10:00:00") == ()


def test_a_number_is_a_status_only_among_such_words() -> None:
    assert mentions.statuses_in("How many 404s and 5xx responses?") == ("404", "5xx")
    assert mentions.statuses_in("Show 200 lines of the log") == ()
    assert mentions.statuses_in("errors of 10.200.300.404") == ()


def test_accounts_are_told_from_the_next_word_of_the_sentence() -> None:
    assert mentions.users_in("log-ins of user deploy") == ("deploy",)
    assert mentions.users_in("the backup account") == ("backup",)
    assert mentions.users_in("failed to log in as admin") == ("admin",)
    assert mentions.users_in("which user failed, and what user agents are there?") == ()


def test_severities_are_levels_of_records_not_any_error() -> None:
    assert mentions.severities_in("How many warnings and FATAL events?") == ("FATAL", "WARN")
    assert mentions.severities_in("Which errors are new?") == ()


def test_a_limit_is_how_many_results_are_wanted() -> None:
    wanted = {
        "top 5 routes": 5,
        "the ten busiest clients": 10,
        "which 3 services fail": 3,
        "last 3 hours": 0,
        "first 10 minutes": 0,
        "routes": 0,
    }
    assert {question: mentions.limit_in(question) for question in wanted} == wanted


def test_a_service_is_found_by_its_name_its_words_or_a_slip() -> None:
    known = ("cartservice", "ts-order-service", "ts-order-other-service", "checkout", "log")
    assert mentions.services_in("the CHECKOUT and the cart service", known) == ("checkout", "cartservice")
    assert mentions.services_in("is the order service slow?", known) == ("ts-order-service",)
    assert mentions.services_in("checkot fails", known) == ("checkout",)
    assert mentions.services_in("which requests fail?", known) == ()


def test_a_service_named_like_an_ordinary_thing_is_not_meant_where_such_things_are_counted() -> None:
    known = ("accounts", "search", "payment")
    for question in ("Which accounts were taken over?", "How many accounts failed?", "the accounts that were opened"):
        assert mentions.services_in(question, known) == (), question
    for question in ("Is accounts slow?", "errors in accounts", "How many accounts service errors?", "the accounts service"):
        assert mentions.services_in(question, known) == ("accounts",), question
    assert mentions.services_in("Which payment fails?", known) == ("payment",)


def test_accounts_that_are_entered_are_no_service() -> None:
    for question in (
        "whose accounts did the attackers log in to",
        "size of the stuffing: attempts, accounts, addresses",
        "list hijacked accounts",
    ):
        assert mentions.services_in(question, ("accounts", "cart")) == (), question
    assert mentions.services_in("did anybody log in through the accounts service?", ("accounts", "cart")) == ("accounts",)
    assert mentions.services_in("how slow is accounts?", ("accounts", "cart")) == ("accounts",)


def test_a_connection_pool_is_a_pool() -> None:
    assert mentions.gauges_in("how full is the connection pool") == ("pool",)
