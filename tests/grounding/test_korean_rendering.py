"""Korean sentences: particles by sound, one register, and a word for everything the tools say."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from domain.claims import Claim
from domain.evidence import Column
from graph.happened import COLUMNS as HAPPENED
from grounding.korean.particles import fill, particle
from grounding.korean.phrases import korean
from grounding.korean.wordings import counter, wordings
from grounding.phrases import ENGLISH
from grounding.rendering import render
from tests.grounding.worlds import world
from tools.registry import Registry
from tools.similar import COLUMNS as SIMILAR
from tools.suspects import COLUMNS as SUSPECTS

BLANK = re.compile(r"\{\w+\}")


@pytest.mark.parametrize(
    ("word", "kind", "said"),
    [
        ("checkout", "은", "은"),
        ("cart", "은", "는"),
        ("payment-api", "이", "가"),
        ("10.0.0.1", "은", "은"),
        ("10.0.0.2", "은", "는"),
        ("404", "으로", "로"),
        ("500", "으로", "으로"),
        ("7", "으로", "로"),
        ("5건", "이", "이"),
        ("3회", "이", "가"),
        ("91.2ms", "을", "를"),
        ("5%", "이", "가"),
        ("2026-03-01 10:00:00 UTC", "과", "와"),
        ("“고장”", "이", "이"),
        ("SSL", "이", "이"),
        ("API", "이", "가"),
        ("서울", "으로", "로"),
    ],
)
def test_a_particle_follows_the_last_sound(word: str, kind: str, said: str) -> None:
    assert particle(word, kind) == said


def test_what_stands_in_a_blank_is_never_taken_for_a_particle() -> None:
    assert fill("{subject}(은) {value}", subject="a(이)", value="{subject}(을)") == "a(이)는 {subject}(을)"


def shown() -> Iterator[Column]:
    yield from (*HAPPENED, *SIMILAR, *SUSPECTS)
    for template in Registry.load().templates.values():
        yield from (column.column() for column in template.columns)


def test_every_label_and_phrase_of_a_tool_has_a_korean_one() -> None:
    tables = wordings()
    templates = Registry.load().templates.values()
    labels = {column.label for column in shown()} | {total.label for one in templates for total in one.aggregates}
    labels |= {total.name.replace("_", " ") for one in templates for total in one.aggregates}
    labels |= {rule.what for one in templates for rule in one.claims if rule.what}
    assert labels - set(tables["labels"]) == set()
    assert {column.phrase for column in shown() if column.phrase} - set(tables["phrases"]) == set()
    assert {one.title for one in templates} - set(tables["titles"]) == set()


def test_a_korean_phrase_has_the_blanks_of_the_english_one() -> None:
    for english, said in wordings()["phrases"].items():
        assert sorted(BLANK.findall(english)) == sorted(BLANK.findall(said)), said
        assert re.search(r"(?:니다|: \{value\})$", said), said


def test_both_languages_have_the_same_shapes_with_the_same_blanks() -> None:
    here, there = korean(), ENGLISH
    for name in ("sentences", "ops", "comparisons", "quantifiers"):
        mine, theirs = getattr(here, name), getattr(there, name)
        assert set(theirs) <= set(mine), name
        for key in theirs:
            wanted = {blank for blank in BLANK.findall(theirs[key]) if blank != "{hedge}"}
            assert wanted == set(BLANK.findall(mine[key])) or key == "recommendation", (name, key)


@pytest.mark.parametrize(("label", "said"), [("오류", "건"), ("시도한 계정", "개"), ("실패한 비밀번호 시도", "회"), ("요청", "건")])
def test_things_are_counted_with_their_counter(label: str, said: str) -> None:
    assert counter(label) == said


def test_sentences_are_formal_and_say_every_digit() -> None:
    for seed in range(4):
        made = world(seed)
        for one in made.claims:
            text = render(one, made.evidence, "ko")
            assert text.endswith(("니다.", "”.")), text
            assert not re.search(r"[({](?:은|이|을|과|으로)?[)}]", text), text
            value: Any = one.slots.get("value")
            if isinstance(value, int) and one.kind == "quantity":
                assert f"{value:,}" in text


def test_an_unknown_language_is_written_in_english() -> None:
    made = world(1)
    one: Claim = made.claims[0]
    assert render(one, made.evidence, "fr") == render(one, made.evidence)
