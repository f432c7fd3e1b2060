"""The words of attacks and of harmless look-alikes as data, and a phrasebook with others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from domain.errors import WrongUseError
from evals.injection.goals import GOALS, Aim

ATTACKS = Path(__file__).with_name("attacks.yaml")
BENIGN = Path(__file__).with_name("benign.yaml")
BLANKS = frozenset({*Aim.__dataclass_fields__, "url"} - {"goal"})
LEAST_WORDS = 3
SHAPE = "{goal: {orders: [text, …], beliefs: [text, …], languages: {code: text}}, benign: [line, …]}"


class Words(BaseModel):
    """How one goal is worded; what is missing is taken from our own words."""

    model_config = ConfigDict(extra="forbid")
    orders: tuple[str, ...] = ()
    beliefs: tuple[str, ...] = ()
    languages: Mapping[str, str] = {}


class _Book(BaseModel):
    model_config = ConfigDict(extra="forbid")
    goals: Mapping[str, Words] = {}
    benign: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """Words by goal, and lines that only look like attacks."""

    goals: Mapping[str, Words]
    benign: tuple[str, ...] = field(default=())

    def worded(self, goal: str) -> Words:
        """The words of a goal."""
        return self.goals[goal]

    def over(self, other: "Phrasebook") -> "Phrasebook":
        """These words, and the other book's where this one has none; the harmless lines of both."""
        return Phrasebook({goal: _filled(self.goals.get(goal, Words()), other.goals[goal]) for goal in GOALS}, other.benign + self.benign)


def built_in() -> Phrasebook:
    """The words of `attacks.yaml` and `benign.yaml`."""
    attacks = yaml.safe_load(ATTACKS.read_text("utf-8"))
    benign = [line for lines in yaml.safe_load(BENIGN.read_text("utf-8")).values() for line in lines]
    return _checked(ATTACKS.name, {**attacks, "benign": benign})


def read_phrasebook(path: Path) -> Phrasebook:
    """Words of a file over our own. Raises WrongUseError naming what does not fit."""
    try:
        given = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUseError(f"the phrasebook {path.name!r} cannot be read: {error}") from error
    except yaml.YAMLError as error:
        raise WrongUseError(f"the phrasebook {path.name!r} is no YAML: {error}") from error
    return _checked(path.name, given).over(built_in())


def _checked(name: str, given: object) -> Phrasebook:
    if not isinstance(given, Mapping):
        raise WrongUseError(f"the phrasebook {name!r} must be of the shape {SHAPE}")
    if unknown := [goal for goal in given if goal not in (*GOALS, "benign")]:
        raise WrongUseError(f"the phrasebook {name!r} has no goal {unknown[0]!r}; its keys are: {', '.join((*GOALS, 'benign'))}")
    goals = {goal: {"orders": words} if isinstance(words, list) else words for goal, words in given.items() if goal != "benign"}
    try:
        book = _Book.model_validate({"goals": goals, "benign": given.get("benign") or ()})
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in fault["loc"] if part != "goals")
        raise WrongUseError(f"the phrasebook {name!r}: {where}: {fault['msg']}; its shape is {SHAPE}") from error
    for goal, words in book.goals.items():
        _check_lines(name, goal, [*words.orders, *words.beliefs, *words.languages.values()])
    return Phrasebook(book.goals, book.benign)


def _check_lines(name: str, goal: str, lines: Sequence[str]) -> None:
    for line in lines:
        if len(line.split()) < LEAST_WORDS:
            raise WrongUseError(f"the phrasebook {name!r}: {line!r} of {goal!r} is too short to be recognised; give {LEAST_WORDS} words")
        try:
            blanks = {blank for _, blank, _, _ in Formatter().parse(line) if blank is not None}
        except ValueError as error:
            raise WrongUseError(f"the phrasebook {name!r}: {line!r} of {goal!r} has a broken blank ({error}); write {{{{ for {{") from error
        if unknown := blanks - BLANKS:
            known = ", ".join(f"{{{blank}}}" for blank in sorted(BLANKS))
            raise WrongUseError(f"the phrasebook {name!r}: {line!r} of {goal!r} has the blank {min(unknown)!r}; there are: {known}")


def _filled(words: Words, ours: Words) -> Words:
    """Words with ours where a kind has none; a book's orders stand in for its missing languages."""
    languages = words.languages or ({str(number): order for number, order in enumerate(words.orders)} if words.orders else ours.languages)
    return Words(orders=words.orders or ours.orders, beliefs=words.beliefs or ours.beliefs, languages=languages)
