"""Cases: frozen worlds, questions and what is true, read from YAML."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.errors import WrongUseError

Abstention = Literal["required", "allowed", "wrong"]
Role = Literal["auth", "access", "app", "traces", "metrics", "text", "labels", "truth"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RawFile(_Strict):
    """One raw file of a world: its name in the world's folder and how it is loaded. `loaded` False: read by the truth only."""

    name: str
    options: dict[str, Any] = Field(default_factory=dict)
    loaded: bool = True


class WorldSpec(_Strict):
    """A simulated world (`scenario`; of several the seed picks one), or public files in `folder`, relative to the public data folder."""

    files: dict[Role, RawFile]
    scenario: str | tuple[str, ...] = ""
    minutes: int = 1440
    start: str = "2026-03-02T00:00:00Z"
    folder: str = ""

    def cast(self, seed: int) -> str:
        """The scenario of a seed; empty for public files."""
        return self.scenario if isinstance(self.scenario, str) else self.scenario[seed % len(self.scenario)]


class Case(_Strict):
    """One question in one world. `truth` names the function that computes what is true; `params` are its arguments."""

    id: str
    world: str
    question: str
    truth: str = ""
    params: dict[str, Any] = Field(default_factory=dict)
    tags: tuple[str, ...]
    abstain: Abstention = "wrong"
    scope: dict[str, str] = Field(default_factory=dict)


class Suite(_Strict):
    """Cases with the worlds they happen in."""

    name: str
    worlds: dict[str, WorldSpec]
    cases: tuple[Case, ...]

    def of_world(self, world: str) -> tuple[Case, ...]:
        """The cases that happen in one world, in order."""
        return tuple(case for case in self.cases if case.world == world)

    def used_worlds(self) -> Mapping[str, WorldSpec]:
        """The worlds that some case happens in."""
        return {name: spec for name, spec in self.worlds.items() if self.of_world(name)}

    def sha256(self) -> str:
        """The hash of the suite's content."""
        return hashlib.sha256(json.dumps(self.model_dump(mode="json"), sort_keys=True).encode()).hexdigest()

    def only(self, ids: Iterable[str]) -> "Suite":
        """The suite with these cases alone."""
        kept = set(ids)
        return self.model_copy(update={"cases": tuple(case for case in self.cases if case.id in kept)})


def suite_names() -> tuple[str, ...]:
    """The suites there are, by name."""
    folder = files("evals").joinpath("cases")
    return tuple(sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir() if re.fullmatch(r"\w+\.yaml", entry.name)))


def load_suite(name: str) -> Suite:
    """A suite by name. Raises WrongUseError for one that is not there or is malformed."""
    if name not in suite_names():
        raise WrongUseError(f"there is no suite {name!r}; there are: {', '.join(suite_names())}")
    text = files("evals").joinpath("cases", f"{name}.yaml").read_text(encoding="utf-8")
    try:
        suite = Suite.model_validate({"name": name, **yaml.safe_load(text)})
    except (ValidationError, yaml.YAMLError) as error:
        raise WrongUseError(f"the suite {name!r} is malformed: {error}") from error
    unknown = {case.world for case in suite.cases} - set(suite.worlds)
    if unknown:
        raise WrongUseError(f"the suite {name!r} has cases in worlds that it does not describe: {sorted(unknown)}")
    return suite
