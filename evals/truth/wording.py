"""How a message is recognised whatever its blanks are filled with."""

import re
from collections.abc import Sequence

from evals.facts import Named

VARIABLE = re.compile(r"\s*\S*(?:\d|\.\w)\S*\s*")
MANY_WORDS = 6
READ = 160


def wording(*texts: str) -> Named:
    """The longest run of words (at most six, no digits, no inner dots) that all these texts share, early on: long ones are cut."""
    first, *others = [" ".join(text.split()) for text in texts]
    runs = [run for part in VARIABLE.split(first[:READ]) for run in _shared(part.split(), others)]
    return Named(r"\s+".join(re.escape(word) for word in max(runs, key=len)[:MANY_WORDS]), like=True)


def _shared(words: Sequence[str], others: Sequence[str]) -> list[list[str]]:
    """The longest runs of words, from left to right, that stand in every other text too."""
    runs: list[list[str]] = [[]]
    for word in words:
        longer = [*runs[-1], word]
        if all(f" {' '.join(longer)} " in f" {other} " for other in others):
            runs[-1] = longer
        else:
            runs.append([word] if all(f" {word} " in f" {other} " for other in others) else [])
    return runs
