"""One way to understand a sentence: what it comes to and which of its words it accounts for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reading:
    """Whether the sentence, so understood, is true of the table; `form` is the logical form in words."""

    holds: bool
    form: str
    used: frozenset[int]
