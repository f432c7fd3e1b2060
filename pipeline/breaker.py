"""A circuit breaker and the pauses between retries: full jitter, so that many who wait do not come back at once."""

import random
import time
from collections.abc import Callable, Iterator
from typing import Literal

BASE_S = 0.1
CAP_S = 30.0
FAILURES = 3
PROBE_S = 10.0  # a probe nobody reported on for so long is given up
_MOST_DOUBLINGS = 32

State = Literal["closed", "half-open", "open"]
Seconds = Callable[[], float]
Dice = Callable[[], float]


def pause_s(attempt: int, dice: Dice = random.random, base_s: float = BASE_S, cap_s: float = CAP_S) -> float:
    """Seconds before retry `attempt` (from 0): evenly between 0 and min(cap, base · 2^attempt).

    Full jitter of M. Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015.
    """
    return dice() * min(cap_s, base_s * 2.0 ** min(attempt, _MOST_DOUBLINGS))


def retry_delays(dice: Dice = random.random, base_s: float = BASE_S, cap_s: float = CAP_S) -> Iterator[float]:
    """Pauses in seconds, without end; the first is at most `base_s`, none is over `cap_s`."""
    attempt = 0
    while True:
        yield pause_s(attempt, dice, base_s, cap_s)
        attempt += 1


class Breaker:
    """Open after so many failures in a row; then one probe at a time, ever more rarely, until one succeeds."""

    def __init__(self, now_s: Seconds = time.monotonic, dice: Dice = random.random, failures: int = FAILURES) -> None:
        self.state: State = "closed"
        self._now_s = now_s
        self._dice = dice
        self._patience = failures
        self._failures = 0
        self._probes = 0
        self._next_s = 0.0

    @property
    def is_open(self) -> bool:
        """Whether calls are held back (all but probes)."""
        return self.state != "closed"

    def allows(self) -> bool:
        """Whether a call may be made now; while the circuit is open the one that is let through is the probe."""
        if self.state == "closed":
            return True
        if self._now_s() < self._next_s:
            return False
        self.state, self._next_s = "half-open", self._now_s() + PROBE_S
        return True

    def succeed(self) -> bool:
        """A call worked; whether that closed the circuit. A call from before it opened does not count."""
        if self.state == "open":
            return False
        was_open, self.state, self._failures, self._probes = self.is_open, "closed", 0, 0
        return was_open

    def fail(self) -> bool:
        """A call failed; whether that opened the circuit."""
        was, self._failures = self.state, self._failures + 1
        if was == "open" or (was == "closed" and self._failures < self._patience):
            return False
        self.state, self._next_s = "open", self._now_s() + pause_s(self._probes, self._dice)
        self._probes += 1
        return was == "closed"
