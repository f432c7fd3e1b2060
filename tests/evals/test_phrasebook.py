"""Questions in other words: each wording is a case, a name that no case has is refused, and blanks are filled from the world."""

import json
from pathlib import Path

import pytest

from domain.errors import WrongUseError
from evals.blanks import blanks, worded
from evals.case import Case, Suite, load_suite
from evals.phrasebook import read_phrasebook, reworded

SHIPPED = Path(__file__).resolve().parents[2] / "evals" / "cases" / "desks.phrases.yaml"
LABEL = {
    "service": "gateway",
    "component": "203.0.113.9",
    "kind": "path_scan",
    "start": "2026-03-02T08:00:00Z",
    "end": "2026-03-02T08:10:00Z",
    "expected_findings": [{"kind": "path_scan", "entity": {"type": "ip", "value": "203.0.113.9"}}, {"kind": "change", "version": "2.0"}],
}


def _case(name: str, question: str = "Which service is broken?") -> Case:
    return Case(id=name, world="w", question=question, truth="blame.culprit", tags=("sre",))


def _suite() -> Suite:
    return Suite(name="small", worlds={}, cases=(_case("one"), _case("two")))


def _book(folder: Path, text: str) -> Path:
    path = folder / "book.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_each_wording_is_a_case_and_one_without_any_keeps_its_question() -> None:
    asked = reworded(_suite(), {"one": ("what broke", "who is to blame")})
    assert [(case.id, case.question) for case in asked.cases] == [
        ("one#1", "what broke"),
        ("one#2", "who is to blame"),
        ("two", "Which service is broken?"),
    ]
    assert {case.truth for case in asked.cases} == {"blame.culprit"}


def test_a_single_wording_keeps_the_name_of_its_case(tmp_path: Path) -> None:
    phrases = read_phrasebook(_book(tmp_path, "two: what broke"))
    assert [case.id for case in reworded(_suite(), phrases).cases] == ["one", "two"]


def test_a_phrasebook_may_be_json(tmp_path: Path) -> None:
    assert read_phrasebook(_book(tmp_path, json.dumps({"one": ["a", "b"]}))) == {"one": ("a", "b")}


def test_a_name_that_no_case_has_is_refused_with_those_there_are() -> None:
    with pytest.raises(WrongUseError, match=r"no case 'three'.*one, two"):
        reworded(_suite(), {"three": ("what",)})


@pytest.mark.parametrize("text", ["- a list", "one: {nested: mapping}", "one: [unclosed", "one: 3"])
def test_a_file_of_another_shape_is_refused_by_its_name(tmp_path: Path, text: str) -> None:
    with pytest.raises(WrongUseError, match=r"'book\.yaml' must map case ids to lists of wordings"):
        read_phrasebook(_book(tmp_path, text))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WrongUseError, match=r"'absent\.yaml' cannot be read"):
        read_phrasebook(tmp_path / "absent.yaml")


def test_blanks_are_filled_from_the_label_of_the_world() -> None:
    asked = worded(_case("one", "What did {client} do to {service} before {version}?"), blanks(LABEL))
    assert asked.question == "What did 203.0.113.9 do to gateway before 2.0?"


def test_a_blank_that_nothing_fills_is_named_with_those_there_are() -> None:
    with pytest.raises(WrongUseError, match=r"'colour'.*\{client\}.*\{service\}"):
        worded(_case("one", "Which {colour}?"), blanks(LABEL))


def test_the_shipped_phrasebook_words_every_question_three_times_anew() -> None:
    suite, phrases = load_suite("desks"), read_phrasebook(SHIPPED)
    questions = {case.id: case.question for case in suite.cases}
    assert set(phrases) == set(questions)
    assert {name for name, wordings in phrases.items() if len({*wordings, questions[name]}) < 4} == set()
