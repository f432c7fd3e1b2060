"""What our middleware costs an application: its requests with and without it, in turns, while the receiver is up, stalled and gone."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from itertools import count
from statistics import median

from evals.bench.figures import Figure
from evals.intervals import percentile

BAR_MS, BAR_SHARE = 1.0, 0.05  # a p99 at most so much later, or by such a share of what it is without us
WARM_UP_SHARE = 0.1
ROUNDS = 10


@dataclass(slots=True)
class Times:
    """Milliseconds of requests made in turns; the n-th of each belong together. `control` is a second application without us."""

    plain: list[float] = field(default_factory=list)
    control: list[float] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)


def application_cost(seconds: float, say: Callable[[str], None]) -> tuple[Figure, ...]:
    """The difference of the two p99 in each state of the receiver, so many seconds each; and that of two equal applications."""
    with ExitStack() as stack:
        receiver, port = stack.enter_context(_started("taker"))
        plain, control = stack.enter_context(_connected("shop")), stack.enter_context(_connected("shop"))
        three = (plain, control, stack.enter_context(_connected("shop", f"http://127.0.0.1:{port}")))
        _in_turns(three, WARM_UP_SHARE * seconds)
        states = {"up": _in_turns(three, seconds)}
        receiver.send_signal(signal.SIGSTOP)  # its connections are accepted, and never answered
        states["stalled"] = _in_turns(three, seconds)
        receiver.kill()
        states["gone"] = _in_turns(three, seconds)
    return (*(_figure(state, times, say) for state, times in states.items()), _control(states.values()))


def _figure(state: str, times: Times, say: Callable[[str], None]) -> Figure:
    without, ours = percentile(times.plain + times.control, 99), percentile(times.ours, 99)
    rounds = list(_differences(times))
    say(f"  p99 {ours:.2f} ms with it, {without:.2f} ms without  receiver {state}")
    how = (
        f"p99 {ours:.2f} ms with middleware and log handler, {without:.2f} ms without (medians {median(times.ours):.2f}, "
        f"{median(times.plain + times.control):.2f}); {len(times.ours):,} requests each, in turns; receiver {state}"
    )
    bar = max(BAR_MS, BAR_SHARE * without)
    return Figure(f"application_{state}", ours - without, "ms", min(rounds), max(rounds), len(times.ours), bar, how=how)


def _control(states: Iterable[Times]) -> Figure:
    """How far two equal applications were apart: what a difference says here."""
    apart = [abs(percentile(times.control, 99) - percentile(times.plain, 99)) for times in states]
    how = "p99 of two equal applications without us, in the same turns: the noise of the figures above"
    return Figure("application_control", max(apart), "ms", min(apart), max(apart), len(apart), how=how)


def _differences(times: Times) -> Iterator[float]:
    size = max(len(times.plain) // ROUNDS, 1)
    for first in range(0, size * ROUNDS, size):
        part = slice(first, first + size)
        yield percentile(times.ours[part], 99) - percentile(times.plain[part] + times.control[part], 99)


def _in_turns(three: Sequence[HTTPConnection], seconds: float) -> Times:
    """Requests to each of them, each time another one first."""
    times, end = Times(), time.perf_counter() + seconds
    turns = list(zip(three, (times.plain, times.control, times.ours), strict=True))
    for number in count():
        if time.perf_counter() > end:
            break
        for connection, taken in turns[number % 3 :] + turns[: number % 3]:
            taken.append(_asked(connection, number))
    return times


def _asked(connection: HTTPConnection, number: int) -> float:
    began = time.perf_counter()
    connection.request("GET", f"/orders/{number}", headers={"user-agent": "bench"})
    answer = connection.getresponse()
    answer.read()
    took_ms = (time.perf_counter() - began) * 1e3
    if answer.status != 200:  # noqa: PLR2004 (an answer of another kind is no measurement)
        raise AssertionError(f"the bench's application answers {answer.status}")
    return took_ms


@contextmanager
def _connected(name: str, *words: str) -> Iterator[HTTPConnection]:
    with _started(name, *words) as (_, port):
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        yield connection
        connection.close()


@contextmanager
def _started(name: str, *words: str) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    command: Sequence[str] = [sys.executable, "-m", f"evals.bench.{name}", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 (our own module)
        assert process.stdout is not None
        try:
            yield process, int(process.stdout.readline())
        finally:
            process.kill()
