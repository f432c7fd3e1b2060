"""Arms are made from versions, folders and models; what no judge reads makes no difference."""

from pathlib import Path

import pytest

from domain.errors import PromptError, WrongUseError
from evals.compare.arms import Conditions, Side, are_identical, arms, differences, identity_note
from prompts.library import SHIPPED

HOUSE = Conditions("house", has_server=False, parameters={"max_tokens": 1})
SERVED = Conditions("tiny", has_server=True, parameters={"max_tokens": 1})


def bundle(path: Path, name: str, old: str, new: str) -> Path:
    """A folder with the shipped prompts and one replacement in one file."""
    path.mkdir()
    for source in SHIPPED.glob("*.md"):
        text = source.read_text("utf-8")
        assert source.name != name or old in text
        (path / source.name).write_text(text.replace(old, new, 1) if source.name == name else text, "utf-8")
    return path


def test_a_version_is_put_in_force_in_one_arm() -> None:
    a, b = arms("select", Side(), Side(version="hasty"), HOUSE)
    assert (a.prompts.limits().claims, b.prompts.limits().claims) == (16, 1)
    assert differences((a, b)) == ("the text of select", "limit claims 16 → 1")
    assert identity_note((a, b)) == ""
    assert a.as_json()["bundle_sha256"] != b.as_json()["bundle_sha256"]


def test_wording_makes_a_difference_to_a_model_only(tmp_path: Path) -> None:
    folder = bundle(tmp_path / "b", "plan.md", "most telling first", "least telling first")
    by_house = arms("", Side(), Side(folder=folder), HOUSE)
    assert are_identical(by_house)
    assert "house reads no prompt text" in identity_note(by_house)
    by_model = arms("", Side(), Side(folder=folder), SERVED)
    assert not are_identical(by_model)
    assert differences(by_model) == ("the text of plan",)


def test_a_limit_makes_a_difference_to_the_house(tmp_path: Path) -> None:
    folder = bundle(tmp_path / "b", "plan.md", "max_calls: 6", "max_calls: 2")
    pair = arms("", Side(), Side(folder=folder), HOUSE)
    assert not are_identical(pair)
    assert differences(pair) == ("limit calls 6 → 2",)


def test_a_version_number_alone_is_no_difference(tmp_path: Path) -> None:
    pair = arms("", Side(), Side(folder=bundle(tmp_path / "b", "plan.md", "version: 1", "version: 2")), SERVED)
    assert are_identical(pair)
    assert "identical" in identity_note(pair)


def test_the_house_can_be_an_arm_beside_a_model() -> None:
    a, b = arms("", Side(), Side(model="house"), SERVED)
    assert (a.model, b.model) == ("tiny", "house")
    assert differences((a, b)) == ("model tiny → house",)


@pytest.mark.parametrize(
    ("task", "a", "b", "said"),
    [
        ("", Side(), Side(), "say what to compare"),
        ("", Side(version="1"), Side(version="2"), "--prompt"),
        ("poem", Side(), Side(version="2"), "no prompt 'poem'"),
        ("plan", Side(), Side(version="77"), "plan@77"),
        ("", Side(), Side(model="big"), "WATCHFLOOR_MODEL_BASE_URL"),
    ],
)
def test_what_cannot_be_compared_is_said(task: str, a: Side, b: Side, said: str) -> None:
    with pytest.raises(WrongUseError, match=said):
        arms(task, a, b, HOUSE)


def test_a_server_without_a_model_is_said() -> None:
    with pytest.raises(WrongUseError, match="WATCHFLOOR_MODEL"):
        arms("plan", Side(), Side(version="1"), Conditions("", has_server=True, parameters={}))


def test_a_folder_that_is_no_bundle_is_said(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match="no folder"):
        arms("", Side(), Side(folder=tmp_path / "nowhere"), HOUSE)
    (tmp_path / "plan.md").write_bytes((SHIPPED / "plan.md").read_bytes())
    with pytest.raises(PromptError, match=r"add route\.md"):
        arms("", Side(), Side(folder=tmp_path), HOUSE)
