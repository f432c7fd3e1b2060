"""Four verdicts, their guards and their exit codes."""

import pytest

from evals.compare.inference import Flips
from evals.compare.verdict import Verdict, judged, rule, verdict

NEVER = (Flips(0, 0, 100), 0.0)


@pytest.mark.parametrize(
    ("flips", "name", "code"),
    [
        (Flips(0, 6, 33), "better", 0),
        (Flips(6, 0, 33), "worse", 1),
        (Flips(5, 0, 33), "inconclusive", 2),
        (Flips(1, 1, 33), "inconclusive", 2),
        (Flips(2, 2, 200), "not worse", 0),
        (Flips(0, 0, 0), "inconclusive", 2),
    ],
)
def test_a_verdict_follows_the_flips(flips: Flips, name: str, code: int) -> None:
    found = verdict(flips, 0.05)
    assert (found.name, found.exit_code) == (name, code)


def test_a_wider_margin_forgives_more() -> None:
    assert verdict(Flips(1, 1, 33), 0.2).name == "not worse"


def test_identical_arms_are_neither_better_nor_worse_however_they_flip() -> None:
    assert judged(Flips(20, 0, 33), NEVER, "The arms are identical.", 0.05) == Verdict(
        "not worse", "The arms are identical. 20 of 33 cases flipped."
    )


def test_a_model_whose_answers_the_house_must_replace_is_worse() -> None:
    assert judged(Flips(0, 0, 100), (Flips(0, 9, 100), 0.09), "", 0.05).name == "worse"
    assert judged(Flips(0, 0, 100), (Flips(9, 0, 100), 0.09), "", 0.05).name == "not worse"


def test_nothing_is_concluded_of_a_model_that_was_not_there() -> None:
    found = judged(Flips(0, 0, 100), (Flips(0, 0, 100), 1.0), "", 0.05)
    assert (found.name, "house" in found.why) == ("inconclusive", True)


def test_the_rule_names_its_margin() -> None:
    assert "above −7.5 points" in rule(0.075)
