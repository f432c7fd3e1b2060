"""Prompts load strictly and are filled from tasks."""

from pathlib import Path

import pytest

from domain.errors import PromptError, WrongUseError
from domain.tasks import DeskCard, Limits, RouteAnswer, RoutePayload, Task
from prompts.library import SHIPPED, TASKS, PromptLibrary

TASK = Task("route", RoutePayload("Who broke in? {{desks}}", (DeskCard("sre", "Errors."), DeskCard("security", "Break-ins."))), RouteAnswer)


def folder(path: Path, name: str = "", old: str = "", new: str = "") -> Path:
    """The shipped prompts with one replacement in one file."""
    for source in SHIPPED.glob("*.md"):
        text = source.read_text(encoding="utf-8")
        if source.name == name:
            assert old in text
            text = text.replace(old, new, 1)
        (path / source.name).write_text(text, encoding="utf-8")
    return path


def test_every_task_has_a_shipped_prompt() -> None:
    assert {file.task for file in PromptLibrary.load().listed()} == set(TASKS)


def test_a_prompt_is_filled_from_its_task() -> None:
    prompt = PromptLibrary.load().prompt(TASK)
    assert "Desk security: Break-ins." in prompt.system
    assert prompt.user.endswith("Question: Who broke in? {{desks}}")
    assert prompt.schema["properties"]["desks"]["items"]["enum"] == ["sre", "security"]
    assert ("Question: hi there", '{"desks": []}') in prompt.examples


def test_the_hash_names_the_file_and_not_the_payload(tmp_path: Path) -> None:
    shipped = PromptLibrary.load().prompt(TASK)
    changed = PromptLibrary.load(folder(tmp_path, "route.md", "best first", "best one first")).prompt(TASK)
    assert len(shipped.sha256) == 64
    assert shipped.sha256 == PromptLibrary.load().prompt(Task("route", RoutePayload("?", ()), RouteAnswer)).sha256
    assert shipped.sha256 != changed.sha256


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("version: 1", "version: 1\nmodel: big", "model"),
        ("version: 1\n", "", "version"),
        ("{{turns}}", "", "never uses"),
        ("[desks, ", "[", "without naming it"),
        ("needs: [", "needs: [weather, ", "never uses"),
        ("---\n", "", "front matter"),
        ("Question: hi there", "Question: {{question}}", "example"),
        ("## assistant\n", "", "pairs"),
        ("needs: [desks, turns, question]", "needs: {desks: 1}", "list of names"),
        ("version: 1", "version: [", "not YAML"),
    ],
)
def test_a_malformed_prompt_fails_the_load_and_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(PromptError, match=r"route\.md") as error:
        PromptLibrary.load(folder(tmp_path, "route.md", old, new))
    assert said in str(error.value)


def test_a_missing_prompt_fails_the_load(tmp_path: Path) -> None:
    (folder(tmp_path) / "word.md").unlink()
    with pytest.raises(PromptError, match="word"):
        PromptLibrary.load(tmp_path)


def test_a_blank_that_the_task_cannot_fill_is_said(tmp_path: Path) -> None:
    path = folder(tmp_path, "route.md", "needs: [", "needs: [weather, ")
    (path / "route.md").write_text((path / "route.md").read_text(encoding="utf-8") + "{{weather}}\n", encoding="utf-8")
    with pytest.raises(PromptError, match="weather"):
        PromptLibrary.load(path).prompt(TASK)


def test_versions_stand_side_by_side(tmp_path: Path) -> None:
    path = folder(tmp_path)
    text = (path / "route.md").read_text(encoding="utf-8")
    (path / "route@2.md").write_text(text.replace("version: 1", "version: 2").replace("best first", "best one first"), encoding="utf-8")
    library = PromptLibrary.load(path)
    assert [file.version for file in library.listed() if file.task == "route"] == ["1", "2"]
    assert library.prompt(TASK).version == "1"
    assert "best one first" in library.shown("route", "2").text
    assert "+version: 2" in library.diff("route", "1", "2")
    assert "-version: 2" in library.diff("route", "2")


def test_a_misnamed_or_repeated_version_fails_the_load(tmp_path: Path) -> None:
    path = folder(tmp_path)
    text = (path / "route.md").read_text(encoding="utf-8")
    (path / "route@3.md").write_text(text, encoding="utf-8")
    with pytest.raises(PromptError, match="named wrongly"):
        PromptLibrary.load(path)
    (path / "route@3.md").rename(path / "route@1.md")
    with pytest.raises(PromptError, match="two prompts"):
        PromptLibrary.load(path)


def test_an_unknown_prompt_is_said() -> None:
    with pytest.raises(WrongUseError, match="poem"):
        PromptLibrary.load().shown("poem")


def test_the_shipped_prompts_set_the_limits_that_hold_without_them() -> None:
    assert PromptLibrary.load().limits() == Limits()


def test_a_limit_of_a_version_holds_when_it_is_put_in_force() -> None:
    hasty = PromptLibrary.load().pinned("select", "hasty")
    assert (hasty.limits().claims, hasty.limits().calls) == (1, 6)
    assert {file.task: file.version for file in hasty.current()} == dict.fromkeys(TASKS, "1") | {"select": "hasty", "revise": "2"}
    assert hasty.pinned("select", "2").limits() == Limits()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("max_calls: 6", "max_claims: 6", r"'plan' prompt knows \['max_calls'\]"),
        ("max_calls: 6", "max_calls: 0", "from 1 to 12"),
        ("max_calls: 6", "max_calls: true", "whole number"),
        ("limits: {max_calls: 6}", "limits: 6", "limits"),
        ("limits: {max_calls: 6}", "limit: {max_calls: 6}", "may have 'limits'"),
    ],
)
def test_a_limit_that_cannot_be_fails_the_load(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(PromptError, match=said):
        PromptLibrary.load(folder(tmp_path, "plan.md", old, new))


def test_a_route_prompt_has_no_limits(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match="knows none"):
        PromptLibrary.load(folder(tmp_path, "route.md", "version: 1", "version: 1\nlimits: {max_calls: 1}"))


def test_a_folder_that_is_not_there_or_holds_no_text_is_said(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match="no folder"):
        PromptLibrary.load(tmp_path / "nowhere")
    (folder(tmp_path) / "plan.md").write_bytes(b"\xff\xfe")
    with pytest.raises(PromptError, match=r"plan\.md.*UTF-8"):
        PromptLibrary.load(tmp_path)
