"""Which calls are slow for what they are: histograms of durations beside the same calls' own past."""

import numpy as np

from analytics.baselines import Floats
from analytics.rules import HISTORY_MIN
from analytics.rules_applied import Counts, Group, Step

TAIL = 0.95
OCTAVE = 4  # buckets to twice the duration
LEAST_CALLS = 20


def slow_counts(calls: Counts, durations: Floats, step: Step, longest_min: int) -> Counts:
    """Slow calls out of all, by span name and by service, over the history up to a step.

    Slow: in a bucket above the 95th percentile of the past (its last `longest_min` minutes left out) and above twice
    its median.
    A name with fewer than 20 calls in its past has no slow ones. `durations`: shape (names, buckets of a quarter octave, minutes).
    """
    left_out = min(longest_min, step.at // 3)
    first = max(0, step.at - HISTORY_MIN - left_out)
    before = step.at - left_out
    usable = step.usable(calls.groups, before)
    seen = (durations[:, :, before - usable.shape[1] : before] @ usable[:, :, None])[:, :, 0]
    limit = np.maximum(_quantile(seen, TAIL), _quantile(seen, 0.5) + OCTAVE)
    is_slow = np.arange(durations.shape[1])[None, :] > limit[:, None]
    is_slow &= (seen.sum(axis=1) >= LEAST_CALLS)[:, None]
    slow = np.zeros_like(calls.events)
    slow[:, first : step.at] = (is_slow[:, None, :].astype(np.float64) @ durations[:, :, first : step.at])[:, 0, :]
    return _with_services(calls, slow)


def _quantile(seen: Floats, share: float) -> Floats:
    total = np.maximum(seen.sum(axis=1, keepdims=True), 1.0)
    return np.asarray((seen.cumsum(axis=1) / total >= share).argmax(axis=1), dtype=np.float64)


def _with_services(calls: Counts, slow: Floats) -> Counts:
    """The names' rows with a row a service below them."""
    services = {name: row for row, name in enumerate(dict.fromkeys(group.service for group in calls.groups))}
    member = np.zeros((len(services), len(calls.groups)))
    for column, group in enumerate(calls.groups):
        member[services[group.service], column] = 1.0
    events, exposure = np.vstack([slow, member @ slow]), np.vstack([calls.events, member @ calls.events])
    groups = (*calls.groups, *(Group(name) for name in services))
    return Counts(groups, events, exposure, calls.start, np.ones(len(groups), dtype=bool))
