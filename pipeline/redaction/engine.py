"""RE2 over bytes: every search on text that strangers wrote takes time linear in it."""

from collections.abc import Iterator, Sequence
from typing import Protocol

import re2

_MEMORY = 256 << 20


class Match(Protocol):
    """What RE2 found; positions are bytes."""

    def __getitem__(self, group: int, /) -> bytes: ...
    def group(self, group: int = 0, /) -> bytes: ...
    def start(self, group: int = 0, /) -> int: ...
    def end(self, group: int = 0, /) -> int: ...
    def span(self, group: int = 0, /) -> tuple[int, int]: ...


class Pattern(Protocol):
    """A compiled pattern, as re2 has it."""

    @property
    def groups(self) -> int: ...
    def search(self, text: bytes, pos: int = 0, endpos: int | None = None, /) -> Match | None: ...
    def match(self, text: bytes, pos: int = 0, endpos: int | None = None, /) -> Match | None: ...
    def finditer(self, text: bytes, /) -> Iterator[Match]: ...


def pattern(text: str) -> Pattern:
    """Compiled for bytes; characters beyond ASCII stand for their UTF-8 bytes."""
    compiled: Pattern = re2.compile(text.encode(), options=options())
    return compiled


def options() -> re2.Options:
    """Bytes as Latin-1, so that broken UTF-8 cannot hide what stands beside it."""
    chosen = re2.Options()
    chosen.encoding = re2.Options.Encoding.LATIN1
    chosen.max_mem = _MEMORY
    chosen.log_errors = False
    return chosen


class Choice:
    """Which of several patterns occur in a text, in one pass."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._set = re2.Set.SearchSet(options())
        for text in patterns:
            self._set.Add(text.encode())
        self._set.Compile()

    def present(self, text: bytes) -> Sequence[int]:
        """Numbers of the patterns that occur, ascending."""
        return sorted(self._set.Match(text) or ())


class Screen:
    """Finds the few of many texts that may hold something, in one pass over all of them."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._any = pattern("|".join(f"(?:{text})" for text in patterns))

    def suspects(self, texts: Sequence[str]) -> Iterator[int]:
        """Numbers of the texts in which one of the patterns may occur."""
        if not texts:
            return
        pieces = encoded("\0".join(texts))
        starts = _starts(texts, len(pieces))
        position, number = 0, 0
        while (hit := self._any.search(pieces, position)) is not None:
            at = hit.start() + (pieces[hit.start()] == 0)  # the separator before a text may stand for its beginning
            while number + 1 < len(starts) and starts[number + 1] <= at:
                number += 1
            yield number
            if number + 1 == len(starts):
                return
            number += 1
            position = starts[number] - 1


def encoded(text: str) -> bytes:
    """UTF-8; half a surrogate pair is kept, so that the text comes back as it was."""
    return text.encode("utf-8", "surrogatepass")


def decoded(text: bytes) -> str:
    """The inverse of `encoded`."""
    return text.decode("utf-8", "surrogatepass")


def _starts(texts: Sequence[str], size: int) -> list[int]:
    """Where each text begins among the joined bytes."""
    lengths = [len(text) for text in texts]
    if sum(lengths) + len(texts) - 1 != size:
        lengths = [len(encoded(text)) for text in texts]
    starts, at = [], 0
    for length in lengths:
        starts.append(at)
        at += length + 1
    return starts
