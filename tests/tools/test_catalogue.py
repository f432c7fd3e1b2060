"""The catalogue of actions: it loads, every language says every action, and a bad file names its fault."""

from pathlib import Path

import pytest
import yaml

from analytics.rca.suspects import REASONS
from domain.errors import TemplateError
from tools.catalogue import ACTIONS, LANGUAGES, catalogue, knowledge
from tools.findings import FINDERS

WHOLE = yaml.safe_load((ACTIONS / "roll_back_deploy.yaml").read_text("utf-8"))


def test_every_action_has_its_words_in_each_language() -> None:
    found = catalogue()
    assert len(found) >= 15
    for action in found.values():
        for language in LANGUAGES:
            assert "payments" in action.text("payments", language)
            assert "{" not in action.text("payments", language)
        assert action.text("x", "de") == action.text("x")


def test_every_reason_change_and_kind_of_finding_has_an_action() -> None:
    answered = {answer for action in knowledge().actions.values() for answer in action.answers}
    reasons = {reason.replace("_", " ") for _, reason in REASONS}
    kinds = {rule.kind.replace("_", " ") for rule in FINDERS.values() if hasattr(rule, "kind")}
    assert {"deploy", "flag", "config"} | reasons | kinds <= answered


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "other"}, "calls itself 'other'"),
        ({"colour": "red"}, "colour: Extra inputs are not permitted"),
        ({"texts": {"en": "Roll back {target}."}}, "texts: ko is missing"),
        ({"texts": {"en": "Roll back.", "ko": "{target}"}}, "texts: en does not say {target}"),
        ({"targets": ["moon"]}, "targets.0"),
        ({"answers": []}, "answers"),
        ({"risk": "none"}, "risk"),
    ],
)
def test_a_bad_file_is_refused_by_name_and_fault(tmp_path: Path, change: dict[str, object], said: str) -> None:
    (tmp_path / "roll_back_deploy.yaml").write_text(yaml.safe_dump({**WHOLE, **change}, allow_unicode=True), "utf-8")
    with pytest.raises(TemplateError, match=r"roll_back_deploy\.yaml") as raised:
        catalogue(tmp_path)
    assert said in str(raised.value)


def test_one_name_stands_for_one_action(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump({**WHOLE, "name": name}, allow_unicode=True), "utf-8")
    with pytest.raises(TemplateError, match="two actions are called"):
        catalogue(tmp_path)


def test_a_folder_without_actions_and_a_file_that_is_no_yaml_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="no action"):
        catalogue(tmp_path)
    (tmp_path / "bad.yaml").write_text("name: [", "utf-8")
    with pytest.raises(TemplateError, match="is not YAML"):
        catalogue(tmp_path)
