"""The house selects the candidates that answer."""

from dataclasses import replace

from agents.house.selection import chosen
from domain.claims import Binding, Claim, ClaimKind


def claim(name: str, text: str, kind: ClaimKind = "quantity", **subject: object) -> Claim:
    slots = {"subject": subject or "all", "metric": "n"}
    return Claim(name, kind, slots, (Binding(name.partition(".")[0], "rows[0].n"),), text)


SOURCES = tuple(claim(f"E1.{n}", f"10.0.0.{n} made {90 - n} failed attempts.", source=f"10.0.0.{n}") for n in range(1, 10))


def test_top_n_bounds_the_things_told_of() -> None:
    more = claim("E1.20", "10.0.0.1 tried 4 accounts.", source="10.0.0.1")
    picked = chosen("Which 3 addresses made the most failed attempts?", (*SOURCES, more), 12)
    assert set(picked) == {"E1.1", "E1.2", "E1.3", "E1.20"}


def test_at_most_the_limit_is_chosen_and_nothing_twice() -> None:
    twins = tuple(claim(f"E1.{n}", "the same sentence.") for n in range(30, 40))
    assert len(chosen("Which addresses failed?", (*SOURCES, *twins), 5)) == 5
    assert len(chosen("Which addresses failed?", twins, 5)) == 1
    assert chosen("Which addresses failed?", SOURCES, 0) == chosen("Which addresses failed?", (), 5) == ()


def test_what_is_named_comes_first() -> None:
    assert chosen("How many failed attempts came from 10.0.0.7?", SOURCES, 3)[0] == "E1.7"


def test_a_count_is_answered_by_the_total() -> None:
    total = claim("E1.99", "There were 765 failed attempts.")
    assert chosen("How many failed attempts were there?", (*SOURCES, total), 3)[0] == "E1.99"


def test_when_is_answered_by_a_time() -> None:
    at = claim("E1.50", "Failed attempts peaked at 10:05.", kind="temporal", source="10.0.0.1")
    assert chosen("When did the failed attempts peak?", (*SOURCES, at), 3)[0] == "E1.50"


def test_the_first_call_gets_most_of_the_room_and_the_others_some() -> None:
    side = tuple(claim(f"E2.{n}", f"account{n} was tried {n} times.", account=f"account{n}") for n in range(1, 10))
    picked = chosen("Which addresses made failed attempts, and which accounts were tried?", (*SOURCES, *side), 8)
    assert picked[:6] == tuple(f"E1.{n}" for n in range(1, 7))
    assert picked[6:] == ("E2.1", "E2.2")


def test_the_order_of_the_plan_stands() -> None:
    first = claim("E1.1", "The platform wrote 12 lines.")
    later = claim("E2.1", "Failed attempts by address: 10.0.0.1 made 3.", source="10.0.0.1")
    assert chosen("Which addresses made failed attempts?", (first, later), 2) == ("E1.1", "E2.1")


def test_a_side_call_that_adds_nothing_asked_is_left_out() -> None:
    side = tuple(claim(f"E2.{n}", f"account{n} was tried {n} times.", account=f"account{n}") for n in range(1, 10))
    picked = chosen("Which addresses made failed attempts?", (*SOURCES, *side), 8)
    assert not [name for name in picked if name.startswith("E2")]


def test_that_there_was_nothing_to_see_comes_first_when_the_best_call_saw_nothing() -> None:
    denial = replace(claim("E1.1", "No requests with a logged duration were seen."), kind="absence")
    side = claim("E2.1", "19:00 had the highest number of requests.", hour="19:00")
    assert chosen("slowest hour", (denial, side), 8) == ("E1.1", "E2.1")
