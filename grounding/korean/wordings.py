"""Korean for the English labels, phrases and values of evidence, from `wordings.yaml`."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEFAULT_COUNTER = "건"


@cache
def wordings() -> Mapping[str, Mapping[str, Any]]:
    """The tables labels, phrases, titles, values (English to Korean) and counters (counter to the words it counts)."""
    text = files("grounding.korean").joinpath("wordings.yaml").read_text(encoding="utf-8")
    tables: Mapping[str, Mapping[str, Any]] = yaml.load(text, Loader=LOADER)  # noqa: S506  both are safe loaders
    return tables


def counter(label: str) -> str:
    """The counter a thing is counted with, by the last word of its Korean label: 5건, 5개, 5회."""
    words = label.split(" ")
    for name, nouns in wordings()["counters"].items():
        if any(noun in {words[-1], label} for noun in nouns):
            return str(name)
    return _DEFAULT_COUNTER
