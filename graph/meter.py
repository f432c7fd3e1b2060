"""Where the time of a run goes: intervals by kind, and their unions."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from domain.analysis import Usage

Kind = Literal["model", "tool", "verify", "store"]
Interval = tuple[float, float]


@dataclass(slots=True)
class Meter:
    """Measures one run in wall seconds. Intervals of one kind may overlap (desks run in parallel)."""

    started: float = field(default_factory=time.perf_counter)
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0
    _intervals: dict[Kind, list[Interval]] = field(default_factory=dict)

    @contextmanager
    def measure(self, kind: Kind) -> Iterator[None]:
        """Count the time of a block under a kind."""
        begin = time.perf_counter()
        try:
            yield
        finally:
            self._intervals.setdefault(kind, []).append((begin, time.perf_counter()))

    @property
    def elapsed_s(self) -> float:
        """Wall seconds since the run began."""
        return time.perf_counter() - self.started

    def usage(self) -> Usage:
        """The run's cost so far; overhead is wall time outside every interval."""
        total = self.elapsed_s
        kinds: tuple[Kind, ...] = ("model", "tool", "verify", "store")
        spent = {f"{kind}_ms": round(covered(self._intervals.get(kind, [])) * 1e3, 3) for kind in kinds}
        everything = covered([interval for intervals in self._intervals.values() for interval in intervals])
        return Usage(
            input_tokens=self.input_tokens,
            output_tokens=self.output_tokens,
            cost_usd=round(self.cost_usd, 6),
            overhead_ms=round((total - everything) * 1e3, 3),
            total_ms=round(total * 1e3, 3),
            **spent,
        )


def covered(intervals: Sequence[Interval]) -> float:
    """The length of the union of some intervals, in seconds."""
    total, reached = 0.0, float("-inf")
    for begin, end in sorted(intervals):
        total += max(0.0, end - max(begin, reached))
        reached = max(reached, end)
    return total
