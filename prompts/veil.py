"""What stands in a prompt where text from outside would stand: typed stand-ins, which code alone can turn back."""

import ipaddress
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from analytics.steering import signs
from analytics.unveiling import visible
from domain.claims import Claim
from domain.evidence import Evidence, Row
from domain.tasks import Seen
from grounding import display
from grounding.paths import BoundCell
from grounding.rendering import bound_cell, render

# Slots whose words are ours: names of columns, operators and units, never the content of a cell.
OURS = frozenset({"metric", "agg", "op", "unit", "by", "attribute", "quantifier", "direction", "relation", "what", "magnitude"})
WINDOWS = frozenset({"window", "baseline_window", "at", "start", "end"})
PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_ ,/%()'-]{0,79}|[=<>≈≥≤!%]{1,2}")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
NUMERIC = re.compile(r"[+-]?[0-9][0-9.,:%]{0,20}|[1-5]xx")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)")
KEYS = re.compile(r"[a-z][a-z0-9_]{0,39}")
LEFT = re.compile(r"<[a-z_]+#\d+(?::\w+)?>")
TEMPLATED = frozenset({"pattern", "template", "message", "template_text"})
QUOTING = "quote"  # the one tool whose lines a model may read
MOST_QUOTES, LONGEST_QUOTE = 3, 300
SPREAD = 3  # services or days a template was seen in before its words may be shown
MOST_ITEMS = 8
MOST_WORDS = 6


@dataclass(slots=True)
class Veil:
    """The stand-ins of one prompt: the same value has the same stand-in throughout. `question` holds the asker's own words."""

    seen: Seen
    question: str = ""
    language: str = "en"
    _standing: dict[str, str] = field(default_factory=dict)
    _mark: str = field(default_factory=lambda: secrets.token_hex(6))
    _quotes: int = 0

    def told(self, claim: Claim) -> str:
        """A claim as a model is told it: rendered anew from its slots with stand-ins; its own text is never used."""
        if claim.kind == "quote":
            return self._quoted(claim)
        if claim.kind == "text" or not claim.slots:
            return f"a sentence nobody has read into slots <text:{len(claim.text)}ch>"
        cell = bound_cell(claim, self.seen.evidence)
        slots = {name: self._slot(name, value, cell, claim) for name, value in claim.slots.items() if KEYS.fullmatch(name)}
        evidence = {name: self._about(item) for name, item in self._bound(claim).items()}
        only = next(iter(evidence.values()), None)
        window = only.window if only and not only.baseline_window else None
        sentence = render(replace(claim, slots=slots, text=""), evidence, self.language, run_window=window)
        return sentence.replace("\u2039", "<").replace("\u203a", ">")

    def value(self, key: str, value: str) -> str:
        """A value on its own, as it may be shown."""
        return str(self._shown(key, value, None))

    def restored(self, text: str) -> str:
        """A text with the values the stand-ins stand for, as claims show them; empty where one stands for nothing."""
        for value, standing in self._standing.items():
            text = text.replace(standing, display.name(value))
        return "" if LEFT.search(text) else text

    def _quoted(self, claim: Claim) -> str:
        """Of a quote its length; of a harmless one of the quote tool the words, cleaned and cut, between marks nobody could foresee."""
        said = str(claim.slots.get("text", claim.text))
        asked = any(item.template == QUOTING for item in self._bound(claim).values())
        if not asked or self._quotes >= MOST_QUOTES or signs(said):
            return f"a quoted log line <text:{len(said)}ch>"
        self._quotes += 1
        return f"data between two marks {self._mark}: {' '.join(visible(said)[:LONGEST_QUOTE].split())} {self._mark}"

    def _bound(self, claim: Claim) -> Mapping[str, Evidence]:
        names = dict.fromkeys(binding.evidence for binding in claim.bind)
        return {name: self.seen.evidence[name] for name in names if name in self.seen.evidence}

    def _about(self, evidence: Evidence) -> Evidence:
        """Evidence whose filters are shown as stand-ins too: they are said where the subject does not say them."""
        return replace(evidence, params={name: self._shown(name, value, None) for name, value in evidence.params.items()})

    def _slot(self, name: str, value: Any, cell: BoundCell | None, claim: Claim) -> Any:
        if name in OURS:
            return value if not isinstance(value, str) or _is_ours(value, cell) else self._stand_in("text", value)
        if name in WINDOWS:
            return _times(value)
        if isinstance(value, Mapping):
            return {key: self._part(str(key), part, cell) for key, part in value.items() if KEYS.fullmatch(str(key))}
        key = str(claim.slots.get("attribute") or (cell.column.name if cell else name)) if name in {"value", "state"} else name
        return value if value == "all" else self._shown(key, value, cell)

    def _part(self, key: str, value: Any, cell: BoundCell | None) -> Any:
        is_column = cell is not None and cell.evidence.column(key) is not None
        is_label = key in {"event", "metric", "what"} and isinstance(value, str) and not is_column and is_plain(value)
        return value if is_label else self._shown(key, value, cell)

    def _shown(self, key: str, value: Any, cell: BoundCell | None) -> Any:
        """A value as it may be shown: numbers, times and what we made ourselves as they are, all else by a stand-in."""
        if isinstance(value, Mapping):
            return {name: self._shown(name, part, cell) for name, part in value.items() if KEYS.fullmatch(str(name))}
        if isinstance(value, list | tuple):
            return [self._shown(key, item, cell) for item in value[:MOST_ITEMS]]
        if not isinstance(value, str) or value == "" or self._may_be_shown(key, value, cell):
            return value
        return self._stand_in(key, value, cell)

    def _may_be_shown(self, key: str, value: str, cell: BoundCell | None) -> bool:
        if NUMERIC.fullmatch(value) or MOMENT.fullmatch(value):
            return True
        column = cell.evidence.column(key) if cell else None
        if column is not None and column.trust != "external":
            return not signs(value) and visible(value) == value
        is_known = value in self.seen.services and is_safe_name(value)
        is_asked = bool(NAME.fullmatch(value.strip("/"))) and value.casefold() in self.question.casefold()
        return is_known or is_asked or (key in TEMPLATED and _is_spread(value, cell))

    def _stand_in(self, key: str, value: str, cell: BoundCell | None = None) -> str:
        if value not in self._standing:
            number = len(self._standing) + 1
            self._standing[value] = _labelled(_kind(key, value, cell.row if cell else None), number, len(value))
        return self._standing[value]


def _is_ours(value: str, cell: BoundCell | None) -> bool:
    """Whether a word of a claim is one of ours: the name of what it is bound to, else one that can only be a name."""
    names = {*(column.name for column in cell.evidence.columns), *cell.evidence.aggregates} if cell else set()
    return value in names or is_plain(value)


def is_plain(text: str) -> bool:
    """Whether a text can only be a name or label of ours: letters and few signs, short, and steering nobody."""
    return bool(PLAIN.fullmatch(text)) and not signs(text)


def is_safe_name(text: str) -> bool:
    """Whether a name is an identifier that says nothing: letters, digits, `_.-`, at most 64 characters and six words, no order."""
    words = re.split(r"[_.-]+", text)
    return bool(NAME.fullmatch(text)) and len(words) <= MOST_WORDS and not signs(" ".join(words))


def _times(value: Any) -> Any:
    """The instants of a time or a window; anything else is left out."""
    if isinstance(value, Mapping):
        return {name: part for name, part in value.items() if name in WINDOWS and isinstance(part, str) and MOMENT.fullmatch(part)}
    return value if isinstance(value, str) and MOMENT.fullmatch(value) else None


def _is_spread(value: str, cell: BoundCell | None) -> bool:
    """Whether a template was seen in three services or on three days; a line seen once is its own template."""
    row = cell.row if cell and cell.row else {}
    spread = max(_count(row, "seen_services"), _count(row, "seen_days"))
    return spread >= SPREAD and not signs(value) and visible(value) == value


def _count(row: Row, name: str) -> int:
    value = row.get(name)
    return value if isinstance(value, int) else 0


def _kind(key: str, value: str, row: Row | None) -> str:
    if key in TEMPLATED and row and NAME.fullmatch(str(row.get("template_id") or "")):
        return "template"
    if _is_address(value):
        return "ip"
    if "://" in value:
        return "url"
    named = {"account": "user", "user": "user", "accounts": "user", "service": "service", "route": "path", "client": "client"}
    if value.startswith("/"):
        return "path"
    return named.get(key, "text")


def _labelled(kind: str, number: int, length: int) -> str:
    return f"<{kind}#{number}:{length}ch>" if kind in {"text", "template"} else f"<{kind}#{number}>"


def _is_address(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True
