"""A claim that code mends: its corrected form as it is published, and the difference between what was said and what is."""

import re
from dataclasses import replace
from typing import Any

from domain.claims import Claim, Judged
from domain.window import Window
from grounding.operands import EvidenceById
from grounding.rendering import render

LONGEST_SAID = 120
LONGEST_NAME = 60
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")


def mended(entry: Judged, evidence: EvidenceById, language: str = "en", run_window: Window | None = None) -> Claim | None:
    """The claim in the one form its binding allows, with its sentence and what had been said; None where none is unique."""
    found = entry.correction
    if found is None:
        return None
    said = {name: value for name, value in entry.claim.slots.items() if found.slots.get(name) != value}
    if not said:
        return None
    claim = replace(found, id=entry.claim.id, text="", corrected_from={name: _short(value) for name, value in said.items()})
    return replace(claim, text=render(claim, evidence, language, run_window))


def difference(entry: Judged) -> str:
    """What was said and what the evidence says, slot by slot; the verifier's reason where no slot alone is wrong."""
    found = entry.correction.slots if entry.correction else {}
    parts = [f"{name}: said {_told(value)}, the evidence says {_told(found[name])}" for name, value in _changed(entry, found)]
    return "; ".join(parts) or _QUOTED.sub("'…'", entry.reason)[:LONGEST_SAID]


def _changed(entry: Judged, found: Any) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in entry.claim.slots.items() if name in found and found[name] != value]


def _told(value: Any) -> Any:
    """A slot for a model to read; of text that is more than a name only how long it is."""
    is_text = isinstance(value, str) and (len(value) > LONGEST_NAME or any(char.isspace() for char in value))
    return f"<text:{len(value)}ch>" if is_text else value


def _short(value: Any) -> Any:
    return value[:LONGEST_SAID] if isinstance(value, str) else value
