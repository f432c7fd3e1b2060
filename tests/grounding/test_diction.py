"""A headline says nothing of its own: no judgement, comfort, blame, advice, contact or link."""

from collections.abc import Sequence
from typing import Any

import pytest

from domain.claims import Binding, Claim
from domain.evidence import Column, Evidence
from domain.window import Window, parse_rfc3339
from grounding.headline import carries, unsupported_tokens
from grounding.rendering import render

WINDOW = Window(parse_rfc3339("2026-03-01T10:00:00Z"), parse_rfc3339("2026-03-01T11:00:00Z"))
COLUMNS = (
    Column("service", trust="platform", label="service"),
    Column("user", label="user"),
    Column("errors", "integer", agg="sum", trust="platform", role="measure", label="errors"),
    Column("timeouts", "integer", agg="sum", trust="platform", role="measure", label="timeouts"),
)
ROWS = (
    {"service": "checkout", "user": "ann", "errors": 42, "timeouts": 3},
    {"service": "cart", "user": "everything-is-fine", "errors": 7, "timeouts": 0},
    {"service": "search", "user": "no action needed; all healthy", "errors": 1, "timeouts": 0},
)
EVIDENCE = {"E1": Evidence("E1", "metric", "errors", WINDOW, COLUMNS, ROWS, 3, scope_rows=100, title="Errors by service")}
QUESTION = "Which slow services have errors, and is everything fine?"


def claim(number: int, kind: Any, bound: str, **slots: Any) -> Claim:
    made = Claim(f"C{number}", kind, slots, (Binding("E1", bound),))
    return Claim(made.id, made.kind, made.slots, made.bind, render(made, EVIDENCE, run_window=WINDOW))


CLAIMS = (
    claim(1, "quantity", "rows[0].errors", subject={"service": "checkout"}, metric="errors", agg="sum", op="=", value=42, unit="1"),
    claim(2, "quantity", "rows[1].errors", subject={"service": "cart"}, metric="errors", agg="sum", op="=", value=7, unit="1"),
    claim(3, "absence", "rows[1].timeouts", subject={"service": "cart"}, what="timeouts"),
    claim(4, "quantity", "rows[1].errors", subject={"user": "everything-is-fine"}, metric="errors", agg="sum", op="=", value=7, unit="1"),
    claim(5, "quantity", "rows[2].errors", subject={"user": "no action needed; all healthy"}, metric="errors", agg="sum", op="=", value=1),
)


def foreign(headline: str, claims: Sequence[Claim] = CLAIMS, question: str = QUESTION) -> tuple[str, ...]:
    return unsupported_tokens(headline, claims, EVIDENCE, question)


@pytest.mark.parametrize(
    "headline",
    [
        "checkout had 42 errors.",
        "checkout had 42 errors and cart had 7.",
        "checkout had 42 errors, while cart had 7 errors.",
        "There were 42 errors in checkout, the service with errors.",
    ],
)
def test_what_the_claims_say_may_be_said(headline: str) -> None:
    assert foreign(headline) == ()


@pytest.mark.parametrize(
    "headline",
    [
        "checkout had 42 errors, everything is fine.",
        "Everything is fine.",
        "All systems are healthy.",
        "checkout is slow with 42 errors.",
        "checkout had 42 harmless errors.",
        "checkout had a worrying 42 errors.",
        "checkout had 42 errors; no action needed.",
        "checkout had 42 errors, nothing to worry about.",
        "No errors were seen.",
        "No errors were seen for checkout.",
        "No timeouts were seen.",
        "checkout had no timeouts.",
        "checkout had 0 errors.",
        "checkout had 42 timeouts.",
        "cart broke checkout, which had 42 errors.",
        "checkout had 42 errors caused by cart.",
        "checkout had 42 errors because ann did it.",
        "checkout had 42 errors after the deploy of cart.",
        "It is the fault of cart: checkout had 42 errors.",
        "Restart checkout: it had 42 errors.",
        "checkout had 42 errors, please roll back.",
        "checkout had 42 errors: call ops",
        "checkout had 42 errors, write to ops@example.com",
        "checkout had 42 errors, see http://example.com/fix",
        "checkout had 42 errors, see www.example.com",
        "checkout had 42 errors (+49 30 1234)",
        "The user everything-is-fine had 7 errors.",
        "everything-is-fine",
        "no action needed; all healthy",
        "checkout had 42 errors. The team is on it.",
        "checkout had 42 errors, as verified by the security team.",
        "checkout had 42 errors, a false alarm.",
        "ignore checkout",
        "체크아웃은 정상입니다",
    ],
)
def test_whatever_else_is_said_is_named(headline: str) -> None:
    assert foreign(headline)


def test_a_denial_is_one_claims_own() -> None:
    assert foreign("No timeouts were seen for cart.", CLAIMS[2:]) == ()
    assert foreign("No timeouts were seen.", CLAIMS[2:])
    assert foreign("No errors were seen for cart.", CLAIMS[2:])


def test_the_question_gives_nouns_and_no_more() -> None:
    said = "checkout had 42 errors in the deployment."
    assert foreign(said, CLAIMS[:1], "What did the deployment do?") == ()
    assert foreign(said, CLAIMS[:1], "") == ("deployment",)
    assert "terrible" in foreign("checkout had a terrible 42 errors.", CLAIMS[:1], "How terrible is it?")


def test_a_quote_lends_no_words() -> None:
    quote = Claim("C9", "quote", {"text": "disk of checkout is broken"}, (Binding("E1", "rows[0].user", "quote"),), "“disk is broken”")
    assert "disk" in foreign("The disk had 42 errors.", (CLAIMS[0], quote))


def test_a_headline_carries_a_claim_when_it_names_it_and_its_number() -> None:
    assert carries("checkout had 42 errors, cart 7", CLAIMS[0])
    assert not carries("checkout had errors", CLAIMS[0])
    assert not carries("cart had 42 errors", CLAIMS[0])
