"""Sentences as people vary them, in the one form that is read: "half the errors of b" is "half as many errors as b"; columns in words."""

import re
from collections.abc import Callable, Iterable

from domain.evidence import Evidence

_RATIO = {
    "half": "half",
    "twice": "twice",
    "double": "twice",
    "triple": "3 times",
    "thrice": "3 times",
    "quadruple": "4 times",
}
_DONE = {"half": "halved", "twice": "doubled", "double": "doubled", "triple": "tripled", "thrice": "tripled", "quadruple": "quadrupled"}
_COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
_WORD = "|".join(_RATIO)
_MEASURE = r"(?P<measure>[\w-]+(?: [\w-]+){0,3}?)"
_EARLIER = r"(?:(?:it |they )?(?:was |were |had )?before|earlier|(?:in )?the (?:window|period) before)"
_LIKE = r"(?:compared (?:to|with)|versus|vs\.?|against|relative to)"
_END = r"(?=[.,;]|$)"
Rewrite = Callable[[re.Match[str]], str]


def _shape(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _is(word: str) -> str:
    return _RATIO[word.lower()]


_REWRITES: tuple[tuple[re.Pattern[str], Rewrite], ...] = (
    (_shape(rf"\b(?P<n>{'|'.join(_COUNTS)}) times\b"), lambda found: f"{_COUNTS[found['n'].lower()]} times"),
    (
        _shape(rf"\b(?P<ratio>{_WORD}) the (?:number of )?{_MEASURE} (?:of|that) (?=\S)"),
        lambda found: f"{_is(found['ratio'])} as many {found['measure']} as ",
    ),
    (
        _shape(
            rf"^(?:the )?{_MEASURE} (?:of|at|for) (?P<name>\S+) (?:was|were|is|are) (?P<ratio>{_WORD}) (?:those|that) (?:of|at|for) (?=\S)"
        ),
        lambda found: f"{found['name']} had {_is(found['ratio'])} as many {found['measure']} as ",
    ),
    (
        _shape(rf"^(?P<name>\S+) (?:had|has|saw) (?P<ratio>{_WORD}) as (?:many|much) {_MEASURE} as {_EARLIER}{_END}"),
        lambda found: f"{found['measure']} of {found['name']} {_DONE[found['ratio'].lower()]}",
    ),
    (
        _shape(rf"(?P<verb>\b(?:doubled|halved|tripled|quadrupled)) {_LIKE} {_EARLIER}{_END}"),
        lambda found: found["verb"],
    ),
)


def spoken(text: str, sources: Iterable[Evidence]) -> str:
    """The text with measures that it calls by their columns' names ("oom_kills") in words; names that are also cells stay."""
    for source in sources:
        for column in source.columns:
            if "_" not in column.name or column.role != "measure" or column.name not in text:
                continue
            if not any(cell == column.name for row in source.rows for cell in row.values()):
                text = re.sub(rf"(?<![\w./-]){re.escape(column.name)}(?![\w/-])", column.name.replace("_", " "), text)
    return text


def plainly(text: str) -> str:
    """The text with such comparisons in the form that is read; any other text as it is."""
    for pattern, rewrite in _REWRITES:
        text = pattern.sub(rewrite, text)
    return text
