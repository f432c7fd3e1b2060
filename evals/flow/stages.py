"""Where the time goes: CPU of each stage of the data plane for one record, in this process and one after the other."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from evals.bench.figures import Figure
from evals.flow.bodies import EVENTS, bodies

BODIES = 60


@dataclass(frozen=True, slots=True)
class Stage:
    """A named step over all batches: what it gives is what the next one gets."""

    name: str
    work: Callable[[Any], Any]


def stage_costs(stages: Sequence[Stage]) -> Iterator[Figure]:
    """Microseconds of CPU a record of each stage, and of all."""
    made, total = list[Any](bodies(BODIES, datetime.now(UTC))), 0.0
    for stage in stages:
        began = time.thread_time()
        made = [stage.work(one) for one in made]
        cost_us = (time.thread_time() - began) / (BODIES * EVENTS) * 1e6
        total += cost_us
        yield Figure(f"stage {stage.name}", cost_us, "µs/event", cost_us, cost_us, BODIES * EVENTS, how="CPU of one thread")
    yield Figure("stages", total, "µs/event", total, total, BODIES * EVENTS, how=f"all of them: {1e6 / total:,.0f} events/s a core")
