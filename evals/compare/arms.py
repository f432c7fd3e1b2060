"""The two arms of a comparison: a bundle of prompts, a model and parameters, each hashed."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from domain.errors import WrongUseError
from evals.runtime import Document, Runtime
from prompts.library import SHIPPED, PromptLibrary

ArmName = Literal["a", "b"]
HOUSE = "house"
BLIND = (
    "The house reads no prompt text, only limits: the arms are identical for it. "
    "Configure a model (WATCHFLOOR_MODEL_BASE_URL, WATCHFLOOR_MODEL) to compare wording."
)
NO_SERVER = "there is no model server: set WATCHFLOOR_MODEL_BASE_URL, or name no model and the house judges both arms"


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm. `model` is the name on the configured server, or `house`; `parameters` are the settings both work under."""

    name: ArmName
    prompts: PromptLibrary
    model: str = HOUSE
    parameters: Mapping[str, float] = field(default_factory=dict)

    @property
    def bundle(self) -> Mapping[str, str]:
        """The SHA-256 of each prompt file in force, by task."""
        return {file.task: file.sha256 for file in self.prompts.current()}

    @property
    def effect(self) -> str:
        """Everything of the arm that can change an answer, as one text: what a judge is told, limits, model, parameters."""
        told = {file.task: file.told for file in self.prompts.current()} if self.model != HOUSE else {}
        return json.dumps([told, asdict(self.prompts.limits()), self.model, dict(self.parameters)], sort_keys=True)

    def as_json(self) -> dict[str, Any]:
        """The arm as reports carry it."""
        return {
            "model": self.model,
            "prompts": {file.task: {"version": file.version, "sha256": file.sha256} for file in self.prompts.current()},
            "limits": asdict(self.prompts.limits()),
            "parameters": dict(self.parameters),
            "bundle_sha256": _sha256(json.dumps(dict(self.bundle), sort_keys=True)),
            "effect_sha256": _sha256(self.effect),
        }


class ArmsRuntime(Runtime, Protocol):
    """One opened data folder that both arms answer from; `ask` is the product as it is configured."""

    async def ask_as(self, arm: ArmName, question: Mapping[str, Any]) -> Document: ...


Arms = tuple[Arm, Arm]
ArmsFactory = Callable[[Arms], Callable[[Path], AbstractAsyncContextManager[ArmsRuntime]]]
"""Opens the product on an empty data folder, once, with both arms over it."""


@dataclass(frozen=True, slots=True)
class Side:
    """What was said of one arm: a version of the prompt compared, a folder of prompts, a model. Empty: as it is in force."""

    version: str = ""
    folder: Path | None = None
    model: str = ""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What holds where nothing else is said: the model in force (`house` without a server), whether there is a server, parameters."""

    model: str
    has_server: bool
    parameters: Mapping[str, float]


def arms(task: str, a: Side, b: Side, conditions: Conditions) -> Arms:
    """Both arms. Raises WrongUseError where there is nothing to compare, PromptError for a folder that is no bundle."""
    if not task and (a.version or b.version):
        raise WrongUseError("--a and --b are versions of a prompt; say which with --prompt, for example --prompt plan")
    if not task and a == b:
        raise WrongUseError(
            "say what to compare: --prompt TASK --a VERSION --b VERSION, --a-prompts DIR --b-prompts DIR, or --b-model NAME"
        )
    return _arm("a", task, a, conditions), _arm("b", task, b, conditions)


def differences(pair: Arms) -> tuple[str, ...]:
    """What differs between the arms, in words; text that no judge reads is named too."""
    a, b = pair
    limits = [asdict(arm.prompts.limits()) for arm in pair]
    text = [ours.task for ours, theirs in _files(pair) if ours.told != theirs.told]
    told = [f"the text of {task}" for task in text]
    told += [f"limit {name} {limits[0][name]} → {limits[1][name]}" for name in limits[0] if limits[0][name] != limits[1][name]]
    return (*told, *([f"model {a.model} → {b.model}"] if a.model != b.model else []))


def are_identical(pair: Arms) -> bool:
    """Whether nothing that differs can change an answer."""
    return pair[0].effect == pair[1].effect


def identity_note(pair: Arms) -> str:
    """Why the arms are one and the same to their judge; empty where they are not."""
    if not are_identical(pair):
        return ""
    return BLIND if pair[0].model == HOUSE and differences(pair) else "The arms are identical: what flips is chance."


def _arm(name: ArmName, task: str, side: Side, conditions: Conditions) -> Arm:
    library = PromptLibrary.load(side.folder or SHIPPED)
    model = side.model or conditions.model
    if not model:
        raise WrongUseError(f"arm {name.upper()} has no model: set WATCHFLOOR_MODEL, or name one with --{name}-model")
    if model != HOUSE and not conditions.has_server:
        raise WrongUseError(f"--{name}-model {model!r}: {NO_SERVER}")
    return Arm(name, library.pinned(task, side.version) if task else library, model, conditions.parameters)


def _files(pair: Arms) -> Sequence[tuple[Any, Any]]:
    theirs = {file.task: file for file in pair[1].prompts.current()}
    return [(file, theirs[file.task]) for file in pair[0].prompts.current()]


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
