"""The catalogue of actions that may be recommended: every YAML file of a folder, or which is wrong and why."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from domain.actions import Action, Risk, TargetKind
from domain.errors import TemplateError
from grounding.knowledge import Knowledge
from tools.registry import LOADER

ACTIONS = Path(__file__).parent / "actions"
LANGUAGES = ("en", "ko")


class ActionFile(BaseModel):
    """An action as its file has it: unknown keys are refused, every language has its words, the sentences name the target."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    titles: dict[str, str]
    texts: dict[str, str]
    targets: tuple[TargetKind, ...] = Field(min_length=1)
    answers: tuple[str, ...] = Field(min_length=1)
    reversible: bool
    risk: Risk = "low"
    aliases: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        lacking = [
            f"{part}: {name}" for part, words in (("titles", self.titles), ("texts", self.texts)) for name in LANGUAGES if name not in words
        ]
        faults = [f"{place} is missing" for place in lacking]
        faults += [f"texts: {name} does not say {{target}}" for name, text in self.texts.items() if "{target}" not in text]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def action(self) -> Action:
        """The action the rest of the program knows."""
        given = self.model_dump()
        return Action(**{**given, "targets": frozenset(self.targets), "answers": tuple(self.answers), "aliases": tuple(self.aliases)})


def catalogue(folder: Path = ACTIONS) -> Mapping[str, Action]:
    """All actions of a folder by name. Raises TemplateError naming the file, the key and what is wrong."""
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise TemplateError(f"no action (*.yaml) in {str(folder)!r}; point it at the folder of actions")
    found = [_action(file) for file in files]
    names = [name for action in found for name in (action.name, *action.aliases)]
    twice = next((name for name in names if names.count(name) > 1), "")
    if twice:
        raise TemplateError(f"two actions are called {twice!r}; a name or alias stands for one action")
    return {action.name: action for action in found}


def knowledge(folder: Path = ACTIONS) -> Knowledge:
    """What the verifier knows of its own: the catalogue."""
    return Knowledge(actions=catalogue(folder))


def _action(file: Path) -> Action:
    try:
        document: Any = yaml.load(file.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506  both are safe loaders
        action = ActionFile.model_validate(document).action()
    except yaml.YAMLError as error:
        raise TemplateError(f"action {file.name!r} is not YAML: {error}") from error
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(str(part) for part in fault['loc']) or 'action'}: {fault['msg']}" for fault in error.errors())
        raise TemplateError(f"action {file.name!r}: {told}") from error
    if action.name != file.stem:
        raise TemplateError(f"action {file.name!r} calls itself {action.name!r}; name the file and the action alike")
    return action
