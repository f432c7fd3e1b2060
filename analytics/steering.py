"""Signs that a text from outside tries to steer its reader: orders, forged roles, break-outs, causes and remedies, assurances, links."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from string import Template
from typing import Any, Literal, get_args

import re2
import yaml

from analytics.unveiling import readings

SignKind = Literal["instruction", "role", "breakout", "exfiltration", "remedy", "assurance"]
KINDS: tuple[SignKind, ...] = get_args(SignKind)
PHRASES = Path(__file__).with_suffix(".yaml")
LONGEST_MATCH = 120
SHORTEST = 8
MEMORY = 64 << 20


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign of steering; `matched` is the part that shows it, as read (lower case, decoded), at most 120 characters."""

    kind: SignKind
    matched: str


@lru_cache(maxsize=8_192)
def signs(text: str) -> tuple[Sign, ...]:
    """The signs a text shows, one of each kind, in the order of the kinds; empty for what machines and people write of themselves.

    Rules, not a model: linear time (RE2) over at most 8,192 characters. It reports and withholds trust; the boundary does not rest on it.
    """
    if len(text) < SHORTEST:
        return ()
    found: dict[SignKind, Sign] = {}
    for reading in readings(text):
        for sign in _signs(reading):
            found.setdefault(sign.kind, sign)
    return tuple(found[kind] for kind in KINDS if kind in found)


def _signs(reading: str) -> Iterator[Sign]:
    for kind, pattern in _patterns().items():
        hit = pattern.search(reading)
        if hit:
            yield Sign(kind, hit.group(0).strip()[:LONGEST_MATCH])


@lru_cache(maxsize=1)
def _patterns() -> Mapping[SignKind, Any]:
    document = yaml.safe_load(PHRASES.read_text(encoding="utf-8"))
    return {kind: _pattern(document["kinds"][kind], document["words"]) for kind in KINDS}


def _pattern(by_language: Mapping[str, list[str]], words: Mapping[str, str]) -> Any:
    options = re2.Options()
    options.max_mem = MEMORY
    options.log_errors = False
    parts = (Template(phrase).safe_substitute(words) for phrases in by_language.values() for phrase in phrases)
    return re2.compile("|".join(f"(?:{part})" for part in parts), options)
