"""Seeded chance: one named stream a purpose, equal in every process."""

import math
from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A stream of chance named by a seed and a purpose, so that adding one purpose never shifts another."""

    def __init__(self, seed: int, purpose: str) -> None:
        self.seed = seed
        self.purpose = purpose
        self._random = Random(f"{seed}/{purpose}")

    def stream(self, purpose: str) -> "Dice":
        """An independent stream of the same world."""
        return Dice(self.seed, f"{self.purpose}/{purpose}")

    def happens(self, probability: float) -> bool:
        """Whether something of that probability happens this time."""
        return self._random.random() < probability

    def between(self, low: float, high: float) -> float:
        """A number in [low, high], all equally likely."""
        return self._random.uniform(low, high)

    def whole(self, low: int, high: int) -> int:
        """A whole number in [low, high], all equally likely."""
        return self._random.randint(low, high)

    def around(self, median: float, spread: float) -> float:
        """A positive number with that median, log-normal; a spread of 0.3 keeps most within a third of it."""
        return median * math.exp(self._random.gauss(0.0, spread))

    def noise(self, deviation: float) -> float:
        """A number around zero, Gaussian."""
        return self._random.gauss(0.0, deviation)

    def pick(self, things: Sequence[T], weights: Sequence[float] | None = None) -> T:
        """One of some things, by weight where weights are given."""
        return self._random.choices(things, weights)[0]

    def some(self, things: Sequence[T], number: int) -> list[T]:
        """That many different things, in chance order."""
        return self._random.sample(things, number)

    def count(self, expected: float) -> int:
        """A Poisson count with that mean (Knuth 1969; for means below about 30)."""
        limit, product, number = math.exp(-expected), self._random.random(), 0
        while product > limit:
            product *= self._random.random()
            number += 1
        return number

    def hexadecimal(self, digits: int) -> str:
        """That many lower-case hexadecimal digits."""
        return f"{self._random.getrandbits(digits * 4):0{digits}x}"
