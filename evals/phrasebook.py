"""A phrasebook: the questions of a suite in other words, as YAML or JSON, `{case id: [wording, …]}`."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml
from pydantic import TypeAdapter, ValidationError

from domain.errors import WrongUseError
from evals.case import Case, Suite

Phrases = Mapping[str, tuple[str, ...]]
SHAPE = TypeAdapter(dict[str, str | tuple[str, ...]])


def read_phrasebook(path: Path) -> Phrases:
    """The wordings of a file by case. Raises WrongUseError for a file that is missing or has another shape."""
    try:
        given = SHAPE.validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUseError(f"the phrasebook {path.name!r} cannot be read: {error}") from error
    except (ValidationError, yaml.YAMLError) as error:
        raise WrongUseError(f"the phrasebook {path.name!r} must map case ids to lists of wordings: {error}") from error
    return {name: (wordings,) if isinstance(wordings, str) else wordings for name, wordings in given.items()}


def reworded(suite: Suite, phrases: Phrases) -> Suite:
    """The suite in these wordings, each a case; one without any keeps its question. Raises WrongUseError for an unknown case."""
    known = [case.id for case in suite.cases]
    if unknown := sorted(set(phrases) - set(known)):
        raise WrongUseError(f"the suite {suite.name!r} has no case {unknown[0]!r}; its cases are: {', '.join(known)}")
    return suite.model_copy(update={"cases": tuple(said for case in suite.cases for said in _wordings(case, phrases.get(case.id, ())))})


def _wordings(case: Case, wordings: tuple[str, ...]) -> Iterator[Case]:
    """The case once a wording, `id#1`, `id#2`, …; with a single one it keeps its id."""
    if not wordings:
        yield case
    for number, wording in enumerate(wordings, start=1):
        yield case.model_copy(update={"question": wording, "id": f"{case.id}#{number}" if len(wordings) > 1 else case.id})
