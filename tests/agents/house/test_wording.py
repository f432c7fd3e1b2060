"""The house's headline says only what claims say."""

import re

from agents.house.wording import LONGEST, headline
from domain.claims import Claim


def claims(*texts: str) -> tuple[Claim, ...]:
    return tuple(Claim(f"C{n}", "quantity", text=text) for n, text in enumerate(texts, start=1))


def test_every_word_of_the_headline_is_a_word_of_a_claim() -> None:
    told = claims("10.0.0.1 made 40 failed attempts.", "1 log-in was accepted after failures.", "/cart was requested 9 times.")
    words = set(re.findall(r"[\w./-]+", headline("Who tried to break in, and did any log-in succeed?", told)))
    assert {word.rstrip(".") for word in words} <= {word.rstrip(".") for claim in told for word in re.findall(r"[\w./-]+", claim.text)}


def test_a_second_claim_joins_when_it_covers_more_of_the_question() -> None:
    told = claims("10.0.0.1 made 40 failed attempts.", "10.0.0.2 made 3 failed attempts.", "1 log-in was accepted.")
    assert headline("Who made failed attempts, and was any accepted?", told) == "10.0.0.1 made 40 failed attempts; 1 log-in was accepted."


def test_a_headline_is_one_bounded_sentence() -> None:
    told = claims(*(f"failed attempt {n} " + "x" * 120 for n in range(9)))
    assert len(headline("failed attempts?", told)) <= LONGEST
    assert headline("anything", ()) == headline("anything", claims("")) == ""
