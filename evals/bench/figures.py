"""Measured figures with their bars."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from statistics import median
from typing import Any, Literal

from evals.intervals import percentile

YARDSTICK_BYTES = 1 << 20
YARDSTICK_ROUNDS = 40


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value with the spread it was taken from, and the bar it is held to, if it has one."""

    name: str
    value: float
    unit: str
    low: float
    high: float
    n: int
    bar: float | None = None
    better: Literal["lower", "higher"] = "lower"
    how: str = ""

    @property
    def is_kept(self) -> bool | None:
        """Whether the bar is kept; None without a bar."""
        if self.bar is None:
            return None
        return self.value <= self.bar if self.better == "lower" else self.value >= self.bar

    def as_json(self) -> dict[str, Any]:
        """The figure as reports carry it."""
        shown = {name: getattr(self, name) for name in ("unit", "n", "bar", "how")}
        rounded = {name: round(float(getattr(self, name)), 3) for name in ("value", "low", "high")}
        return {**rounded, **shown, "kept": self.is_kept}


def p95(name: str, values_ms: Sequence[float], *, bar: float | None = None, how: str = "") -> Figure:
    """The 95th percentile of some milliseconds, with the median as its low and the largest as its high."""
    return Figure(name, percentile(values_ms, 95), "ms", median(values_ms), max(values_ms), len(values_ms), bar, how=how)


def yardstick_ms() -> float:
    """CPU milliseconds of a fixed piece of work (SHA-256 of 40 MiB), best of three: figures of two machines are compared by it."""
    block = bytes(YARDSTICK_BYTES)
    return min(cpu_ms(lambda: [sha256(block).digest() for _ in range(YARDSTICK_ROUNDS)]) for _ in range(3))


def cpu_ms(work: Callable[[], object]) -> float:
    """CPU milliseconds of this process (all threads) for one piece of work."""
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1e3


def wall_ms(work: Callable[[], object]) -> float:
    """Wall milliseconds of one piece of work."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1e3
