"""What others do instead of verifying: nothing, look whether a citation exists, look for keywords, look for the number anywhere."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from evals.verifier.oracle.truths import Doc, Sources

_WORD = re.compile(r"[^\W\d_]{3,}")
Baseline = Callable[[Doc, "Seen"], bool]


class Seen:
    """The words and numbers of some evidence documents, gathered once."""

    def __init__(self, sources: Sources) -> None:
        self.ids = frozenset(sources)
        self.words = {name: frozenset(_words(_texts(doc))) for name, doc in sources.items()}
        self.numbers = sorted({abs(float(value)) for doc in sources.values() for value in _cells(doc) if _is_number(value)})

    def has(self, value: float, tolerance: float) -> bool:
        """Whether a number near this one stands anywhere."""
        return any(abs(abs(value) - each) <= tolerance * max(abs(value), each) for each in self.numbers)


def nothing(_claim: Doc, _seen: Seen) -> bool:
    """Passes everything."""
    return True


def citation_exists(claim: Doc, seen: Seen) -> bool:
    """Passes what cites evidence that is there."""
    return bool(claim["bind"]) and all(one["evidence"] in seen.ids for one in claim["bind"])


def keyword(claim: Doc, seen: Seen) -> bool:
    """Passes a claim of which a word occurs in what it cites, in anything at all where it cites nothing."""
    said = _words([str(claim["slots"]), claim.get("text", "")])
    cited = [seen.words[one["evidence"]] for one in claim["bind"] if one["evidence"] in seen.words] or list(seen.words.values())
    return any(said & words for words in cited)


def _number_anywhere(tolerance: float) -> Baseline:
    def passes(claim: Doc, seen: Seen) -> bool:
        numbers = [value for name in ("value", "magnitude", "gap_s") for value in _listed(claim["slots"].get(name)) if _is_number(value)]
        return all(seen.has(float(value), tolerance) for value in numbers)

    return passes


BASELINES: Mapping[str, Baseline] = {
    "nothing checked": nothing,
    "citation exists": citation_exists,
    "keyword → source": keyword,
    "number anywhere ±1 %": _number_anywhere(0.01),
    "number anywhere ±5 %": _number_anywhere(0.05),
}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _cells(doc: Doc) -> Iterator[Any]:
    yield from doc["aggregates"].values()
    for row in doc["rows"]:
        yield from row.values()


def _texts(doc: Doc) -> Iterator[str]:
    yield from (doc["title"], doc["template"], *doc["aggregates"])
    yield from (str(column.get("label") or column["name"]) for column in doc["columns"])
    yield from (str(value) for value in _cells(doc) if isinstance(value, str))


def _words(texts: Any) -> frozenset[str]:
    return frozenset(word.casefold() for text in texts for word in _WORD.findall(text))
