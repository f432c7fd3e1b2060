"""Shapes of judged claims: what kind of statement over which column got which verdict for which class of reason, most frequent first."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_BRACED = re.compile(r"\{[^{}]*\}")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ][\d:.+Z]*")
_EVIDENCE = re.compile(r"\bE\d+\b")
_NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")
_ORDERED = (_QUOTED, _BRACED)
_UNSETTLED = frozenset({"unverified", "contradicted"})
_SHOWN = 120
MOST = 20


@dataclass(frozen=True, slots=True)
class Shape:
    """A judged claim without its values. `source` is the template (else the tool) of the first evidence bound, `column` its column."""

    kind: str
    source: str
    column: str
    verdict: str
    reason: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """A shape with how often it came, its share of all judged claims (0 to 1), and one claim's text or slots as an example."""

    shape: Shape
    n: int
    share: float
    example: str

    def as_json(self) -> dict[str, Any]:
        """The pattern as reports carry it."""
        return {**asdict(self.shape), "n": self.n, "share": round(self.share, 4), "example": self.example}


def shape(judged: Mapping[str, Any], sources: Mapping[str, str]) -> Shape:
    """The shape of a judged claim as documents carry it (`Judged.as_json()`); `sources` names the template by evidence id."""
    first: Mapping[str, Any] = next(iter(judged.get("bind") or ()), {})
    column = str(first.get("path", "")).rpartition(".")[2]
    source = sources.get(str(first.get("evidence", "")), "")
    return Shape(str(judged.get("kind", "")), source, column, str(judged.get("verdict", "")), reason_class(str(judged.get("reason", ""))))


def reason_class(reason: str) -> str:
    """A reason without its values: quoted names as `…`, numbers as `#`, times as `<time>`, evidence as `E#`."""
    text = reason
    for pattern in _ORDERED:
        text = pattern.sub("…", text)
    text = _EVIDENCE.sub("E~", _TIME.sub("<time>", text))
    return _NUMBER.sub("#", text).replace("E~", "E#")[:_SHOWN].strip()


def patterns(
    judged: Iterable[tuple[Mapping[str, Any], Mapping[str, str]]], most: int = MOST, verdicts: frozenset[str] = _UNSETTLED
) -> tuple[Pattern, ...]:
    """The most frequent shapes among the verdicts asked for, of pairs (judged claim as JSON, template by evidence id)."""
    counted: Counter[Shape] = Counter()
    examples: dict[Shape, str] = {}
    total = 0
    for document, sources in judged:
        total += 1
        if document.get("verdict") not in verdicts:
            continue
        found = shape(document, sources)
        counted[found] += 1
        examples.setdefault(found, str(document.get("text") or document.get("slots") or "")[:_SHOWN])
    ranked = sorted(counted.items(), key=lambda item: (-item[1], *asdict(item[0]).values()))
    return tuple(Pattern(one, n, n / total, examples[one]) for one, n in ranked[:most])
