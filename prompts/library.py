"""The library of prompts: loads every file of a folder strictly, and fills the blanks of a task's prompt."""

import difflib
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self, get_args

import yaml

from domain.errors import PromptError, WrongUseError
from domain.ports import Prompt
from domain.tasks import Limits, Task, TaskName
from prompts.schemas import schema
from prompts.views import blanks

SHIPPED = Path(__file__).parent
TASKS: tuple[str, ...] = get_args(TaskName)
KEYS = frozenset({"version", "needs", "returns"})
OPTIONAL = frozenset({"limits"})
LIMITS: Mapping[tuple[str, str], tuple[str, range]] = {
    ("plan", "max_calls"): ("calls", range(1, 13)),
    ("select", "max_claims"): ("claims", range(1, 49)),
    ("word", "max_claims"): ("headline_claims", range(1, 25)),
    ("revise", "max_calls"): ("further_calls", range(7)),
}
BLANK = re.compile(r"\{\{(\w+)\}\}")
FRONT = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)
TURN = re.compile(r"^## (user|assistant)\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class PromptFile:
    """One prompt as it stands in a file; `sha256` is over the file's text, `limits` are applied by code."""

    task: str
    version: str
    needs: tuple[str, ...]
    returns: str
    system: str
    user: str
    examples: tuple[tuple[str, str], ...]
    sha256: str
    text: str
    is_current: bool
    limits: Mapping[str, int]

    @property
    def told(self) -> str:
        """Everything of the file that a model is told, as one text; the version is not."""
        return json.dumps([self.system, self.examples, self.user])


class PromptLibrary:
    """The prompts of a folder: `<task>.md` is current, `<task>@<version>.md` are other versions."""

    def __init__(self, files: Iterable[PromptFile]) -> None:
        self._files = {(file.task, file.version): file for file in sorted(files, key=lambda file: (file.task, not file.is_current))}
        self._current = {file.task: file for file in self._files.values() if file.is_current}

    @classmethod
    def load(cls, folder: Path = SHIPPED) -> Self:
        """All prompts of a folder. Raises PromptError naming the file and what is wrong with it."""
        if not folder.is_dir():
            raise PromptError(f"there is no folder {str(folder)!r}; name one that holds {', '.join(f'{task}.md' for task in TASKS)}")
        files = [_parsed(path) for path in sorted(folder.glob("*.md"))]
        missing = [task for task in TASKS if not any(file.task == task and file.is_current for file in files)]
        if missing:
            raise PromptError(f"the folder {str(folder)!r} has no prompt {missing[0]!r}; add {missing[0]}.md")
        if twice := _twice([(file.task, file.version) for file in files]):
            raise PromptError(f"two prompts call themselves {twice[0]!r} version {twice[1]!r}; give each its own version")
        return cls(files)

    def prompt(self, task: Task[Any]) -> Prompt:
        """The current prompt of a task with its blanks filled. Raises PromptError when a blank has no value."""
        return self._filled(self._current[task.name], task)

    def limits(self) -> Limits:
        """The limits that the current prompts set."""
        given = {LIMITS[file.task, name][0]: value for file in self.current() for name, value in file.limits.items()}
        return Limits(**given)

    def current(self) -> tuple[PromptFile, ...]:
        """The prompts in force, one a task."""
        return tuple(self._current.values())

    def pinned(self, task: str, version: str) -> "PromptLibrary":
        """The same prompts with this version of one in force. Raises WrongUseError when there is none such."""
        chosen = self.shown(task, version)
        return PromptLibrary(
            replace(file, is_current=file.version == chosen.version) if file.task == task else file for file in self._files.values()
        )

    def listed(self) -> tuple[PromptFile, ...]:
        """Every prompt, the current version of each task first."""
        return tuple(self._files.values())

    def shown(self, task: str, version: str = "") -> PromptFile:
        """One prompt, the current one where no version is given. Raises WrongUseError when there is none such."""
        found = self._files.get((task, version)) if version else self._current.get(task)
        if not found:
            known = ", ".join(f"{file.task}@{file.version}" for file in self._files.values())
            raise WrongUseError(f"there is no prompt {f'{task}@{version}' if version else task!r}; there are {known}")
        return found

    def diff(self, task: str, old: str, new: str = "") -> str:
        """A unified diff of two versions of a prompt, against the current one where `new` is not given."""
        before, after = self.shown(task, old), self.shown(task, new)
        names = (f"{task}@{before.version}", f"{task}@{after.version}")
        return "".join(difflib.unified_diff(before.text.splitlines(keepends=True), after.text.splitlines(keepends=True), *names))

    def _filled(self, file: PromptFile, task: Task[Any]) -> Prompt:
        values = blanks(task)
        if missing := [name for name in file.needs if name not in values]:
            raise PromptError(
                f"prompt {file.task!r} needs {missing[0]!r}, which a {task.name!r} task does not have; it has {sorted(values)}"
            )
        return Prompt(
            name=file.task,
            version=file.version,
            sha256=file.sha256,
            system=_fill(file.system, values),
            user=_fill(file.user, values),
            examples=file.examples,
            schema=schema(task),
        )


def _parsed(path: Path) -> PromptFile:
    text = _text(path)
    front = FRONT.match(text)
    if not front:
        raise PromptError(f"prompt {path.name!r} has no front matter; begin it with ---, its keys and ---")
    keys = _keys(path.name, front[1])
    system, user, examples = _turns(path.name, front[2])
    _check_blanks(path.name, set(keys["needs"]), system, user, examples)
    task, _, variant = path.stem.partition("@")
    if task not in TASKS or (variant and variant != str(keys["version"])):
        raise PromptError(f"prompt {path.name!r} is named wrongly; name it <task>.md or <task>@<its version>.md, tasks: {', '.join(TASKS)}")
    return PromptFile(
        task=task,
        version=str(keys["version"]),
        needs=tuple(keys["needs"]),
        returns=str(keys["returns"]),
        system=system,
        user=user,
        examples=examples,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        text=text,
        is_current=not variant,
        limits=_limits(path.name, task, keys.get("limits", {})),
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise PromptError(f"prompt {path.name!r} cannot be read as UTF-8 text ({error}); save it as UTF-8") from error


def _limits(name: str, task: str, given: object) -> Mapping[str, int]:
    known = {limit: allowed for (owner, limit), (_, allowed) in LIMITS.items() if owner == task}
    if not isinstance(given, Mapping):
        raise PromptError(f"prompt {name!r}: 'limits' must be names with whole numbers, for example {{max_calls: 6}}")
    for limit, value in given.items():
        if limit not in known:
            raise PromptError(f"prompt {name!r} sets the limit {limit!r}; a {task!r} prompt knows {sorted(known) or 'none'}")
        if type(value) is not int or value not in known[limit]:
            least, most = known[limit].start, known[limit].stop - 1
            raise PromptError(f"prompt {name!r} sets {limit} to {value!r}; give a whole number from {least} to {most}")
    return dict(given)


def _keys(name: str, front: str) -> Mapping[str, Any]:
    try:
        keys = yaml.safe_load(front)
    except yaml.YAMLError as error:
        raise PromptError(f"prompt {name!r}: its front matter is not YAML ({error})") from error
    if not isinstance(keys, Mapping) or set(keys) - OPTIONAL != KEYS:
        given = sorted(keys) if isinstance(keys, Mapping) else keys
        raise PromptError(f"prompt {name!r} has the front matter {given!r}; it must have exactly {sorted(KEYS)}, and may have 'limits'")
    if not isinstance(keys["needs"], list) or not all(isinstance(blank, str) for blank in keys["needs"]):
        raise PromptError(f"prompt {name!r}: 'needs' must be a list of names")
    return keys


def _turns(name: str, body: str) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    system, *rest = TURN.split(body)
    roles, texts = rest[::2], [text.strip() for text in rest[1::2]]
    if not roles or roles[-1] != "user" or roles != ["user", "assistant"] * (len(roles) // 2) + ["user"]:
        raise PromptError(f"prompt {name!r} must be a system text, pairs of '## user' and '## assistant', and a last '## user'")
    return system.strip(), texts[-1], tuple(zip(texts[:-1:2], texts[1::2], strict=True))


def _check_blanks(name: str, needs: set[str], system: str, user: str, examples: tuple[tuple[str, str], ...]) -> None:
    used = set(BLANK.findall(system)) | set(BLANK.findall(user))
    if unused := needs - used:
        raise PromptError(f"prompt {name!r} needs {min(unused)!r} and never uses it; use it or take it out of 'needs'")
    if undeclared := used - needs:
        raise PromptError(f"prompt {name!r} uses {min(undeclared)!r} without naming it in 'needs'; add it")
    if BLANK.search("".join(text for turn in examples for text in turn)):
        raise PromptError(f"prompt {name!r} has a blank in an example; examples are literal")


def _fill(text: str, values: Mapping[str, str]) -> str:
    return BLANK.sub(lambda blank: values[blank[1]], text)


def _twice(names: list[tuple[str, str]]) -> tuple[str, str] | None:
    return next((name for name in names if names.count(name) > 1), None)
