"""Public claim sets: how they are read and scored."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.errors import NothingFoundError
from evals.verifier.opinion import said, source_text
from evals.verifier.public import balanced, measure, numbers_occur, plumbing
from evals.verifier.public_report import as_markdown, measure_public
from evals.verifier.public_sets import Sample, read_sets, table_evidence

NOW = datetime(2026, 11, 21, tzinfo=UTC)
TABLE = table_evidence("ferries", ["ferry", "", "ferry", "cars"], [["petrel", "blue", "x", "41"], ["grey seal", "red", "y", "95"]])


def sample(claim: str, *, is_true: bool, source: str = "a") -> Sample:
    return Sample(claim, claim, TABLE, is_true, source)


SAMPLES = (
    sample("the petrel carry 41 cars", is_true=True),
    sample("the petrel carry 95 cars", is_true=False),
    sample("the grey seal have the highest number of cars", is_true=True, source="b"),
    sample("the petrel have the highest number of cars", is_true=False, source="b"),
    sample("the captain of the petrel drink tea", is_true=True),
)


def test_columns_without_name_or_of_one_name_are_told_apart() -> None:
    assert [column.name for column in TABLE.columns] == ["ferry", "column (2)", "ferry (3)", "cars"]
    assert "grey seal | red | y | 95" in source_text(TABLE)


def test_rules_are_scored_on_what_they_judge_beside_matching_numbers() -> None:
    found = measure(SAMPLES)
    assert found["claims"] == 5
    assert found["judged"]["value"] == pytest.approx(0.8)
    assert found["balanced_accuracy"]["value"] == 1
    assert found["number_matching"]["value"] == 0.5
    assert found["all_claims"]["value"] == pytest.approx(0.8333, abs=1e-4)


def test_balanced_accuracy_weighs_both_classes_alike() -> None:
    assert balanced([(90, 100, 1, 2)]) == pytest.approx(0.7)
    assert balanced([(1, 1, 0, 0)]) is None


def test_number_matching_takes_any_number_anywhere() -> None:
    assert numbers_occur(SAMPLES[1])
    assert not numbers_occur(sample("the petrel carry 42 cars", is_true=False))


def test_the_same_claims_are_drawn_for_a_model_each_time() -> None:
    asked: list[str] = []

    def judge(one: Sample) -> bool | None:
        asked.append(one.id)
        return None if "tea" in one.claim else True

    found = plumbing(SAMPLES * 40, judge)
    again = list(asked)
    asked.clear()
    plumbing(SAMPLES * 40, judge)
    assert asked == again
    assert len(again) == 100
    assert found["balanced_accuracy"]["value"] == 0.5


@pytest.mark.parametrize(("reply", "opinion"), [(" Yes.", True), ("no", False), ("**No**", False), ("I think", None), ("", None)])
def test_a_reply_is_yes_no_or_nothing(reply: str, opinion: bool | None) -> None:
    assert said(reply) is opinion


def test_a_folder_of_sets_is_reported(tmp_path: Path) -> None:
    line = {"id": "1", "caption": "t", "columns": ["a", "b"], "rows": [["x", "1"]], "claim": "x b 1", "label": "supports", "table_id": "t"}
    (tmp_path / "scitab.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    assert list(read_sets(tmp_path)) == ["scitab"]
    report = measure_public(tmp_path, tmp_path / "out", now=NOW)
    assert "| scitab | 1 |" in as_markdown(report)
    assert (tmp_path / "out" / "verifier-text.md").is_file()


def test_a_folder_without_sets_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NothingFoundError, match="no tabfact"):
        measure_public(tmp_path, None, now=NOW)
