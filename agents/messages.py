"""What is said around claims, by language: English is the key, the other languages stand in `messages.yaml`."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from grounding.korean.particles import fill
from grounding.korean.wordings import wordings

SOURCE = Path(__file__).with_name("messages.yaml")
BLANK = re.compile(r"\{(\w+)\}")
LONGEST = 4_000
OURS = frozenset({"limit", "why", "where", "reason", "hint", "titles"})  # blanks that hold words of ours, not names


def said(english: str, language: str = "en", **blanks: object) -> str:
    """A message filled in a language; one that has no translation is said in English."""
    return fill(messages(language).get(english, english), **blanks)


def translated(text: str, language: str = "en") -> str:
    """A ready English message in a language: the whole, or a title and what is said of it; anything else stays as it is."""
    if language == "en" or len(text) > LONGEST:
        return text
    if (known := _known(text, language)) is not None:
        return known
    for pattern, shape in _patterns(language):
        if found := pattern.fullmatch(text):
            told = {name: translated(value, language) if name in OURS else value for name, value in found.groupdict().items()}
            return fill(shape, **told)
    return _of_two(text, language)


def titled(title: str, language: str = "en") -> str:
    """The title of an issue in a language: a service with its reason, or a finding by somebody."""
    kind, mark, who = title.partition(" by ")
    known = _known(kind, language) if mark and language != "en" else None
    if known is None:
        return translated(title, language)
    shape = "{kind} by {who} got in" if who.endswith(" got in") else "{kind} by {who}"
    return said(shape, language, kind=known, who=who.removesuffix(" got in"))


def _of_two(text: str, language: str) -> str:
    """A title and what is said of it ("Error rate by service: no data …"), or a reason with a hint behind it."""
    title, mark, rest = text.partition(": ")
    if mark:
        return f"{_known(title, language) or title}: {translated(rest, language)}"
    hinted = re.fullmatch(r"([^()]+) \(([^()]+)\)", text)
    return f"{translated(hinted[1], language)} ({translated(hinted[2], language)})" if hinted else text


def _known(english: str, language: str) -> str | None:
    """A message without blanks, a title of evidence or a word of ours in a language; None where it is none of these."""
    tables = wordings()
    for table in (messages(language), tables["titles"], tables["values"]):
        if english in table:
            return str(table[english])
    return None


@cache
def messages(language: str) -> Mapping[str, str]:
    """The messages of a language by their English; none for English."""
    tables: Mapping[str, Mapping[str, str]] = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    return tables.get(language, {})


@cache
def _patterns(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """The messages with blanks and enough words around them to be known again."""
    shapes = [(english, shape) for english, shape in messages(language).items() if BLANK.search(english)]
    telling = [(english, shape) for english, shape in shapes if re.search(r"[a-z]{3}", BLANK.sub("", english))]
    return tuple((_pattern(english), shape) for english, shape in sorted(telling, key=lambda pair: -len(BLANK.sub("", pair[0]))))


def _pattern(english: str) -> re.Pattern[str]:
    parts = BLANK.split(english)
    return re.compile("".join(f"(?P<{part}>.+?)" if place % 2 else re.escape(part) for place, part in enumerate(parts)), re.DOTALL)
