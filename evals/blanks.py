"""Blanks in questions, such as {service}: filled with what is true of the world."""

import re
from collections.abc import Mapping
from typing import Any

from domain.errors import WrongUseError
from evals.case import Case

BLANK = re.compile(r"\{(\w+)\}")
ENTITIES = {"ip": "client", "user_agent": "program"}
PLAIN = ("service", "component", "kind", "start", "end")
FOUND = ("version", "error_code")


def blanks(label: Mapping[str, Any]) -> dict[str, str]:
    """What one label of `truth.json` fills: where and when, and the client, program, version or error code that is to be found."""
    filled = {name: str(label[name]) for name in PLAIN}
    for finding in label.get("expected_findings", ()):
        entity = finding.get("entity", {})
        if name := ENTITIES.get(entity.get("type", "")):
            filled.setdefault(name, str(entity["value"]))
        filled |= {name: str(finding[name]) for name in FOUND if name in finding}
    return filled


def worded(case: Case, filled: Mapping[str, str]) -> Case:
    """The case with the blanks of its question filled. Raises WrongUseError for one that the world does not fill."""
    unknown = [name for name in BLANK.findall(case.question) if name not in filled]
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in sorted(filled)) or "none"
        raise WrongUseError(
            f"nothing fills the blank {unknown[0]!r} of the question {case.question!r}; in the world {case.world!r} are: {known}"
        )
    return case.model_copy(update={"question": BLANK.sub(lambda found: filled[found[1]], case.question)})
