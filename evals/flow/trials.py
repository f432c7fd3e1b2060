"""The trials: a steady rate, a store that stands still, a burst, and a backlog that is worked off."""

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Literal

from evals.bench.figures import Figure
from evals.flow.parts import Programs, answer, metric, sending, server, started, waiting
from evals.intervals import percentile
from evals.soak.parts import Part
from evals.soak.series import cpu_s

Better = Literal["lower", "higher"]

P99_BAR_MS = 100.0
STALLED_BAR = 2.0
DRAIN_BAR = 2.0
WARM_UP_S = 5.0
LONGEST_DRAIN_S = 900.0


@dataclass(frozen=True, slots=True)
class Load:
    """How much is sent: events a second, seconds of each trial."""

    rate: int
    seconds: float
    burst_rate: int
    burst_s: float
    stall_s: float
    backlog_s: float


@dataclass(frozen=True, slots=True)
class Course:
    """What a trial needs."""

    programs: Programs
    load: Load
    say: Callable[[str], None]


def steady(course: Course) -> Iterator[Figure]:
    """One process with everything: acknowledgements while it writes, and CPU a record."""
    load = course.load
    with TemporaryDirectory() as folder, started(course.programs, "plane", Path(folder) / "data") as plane:
        answer(sending(plane, load.rate, WARM_UP_S, "warm"))
        _drained(plane)
        before_s = cpu_s(plane.pid)
        sent = answer(sending(plane, load.rate, load.seconds, "steady"))
        lag = waiting(plane)
        _drained(plane)
        cpu_us = (cpu_s(plane.pid) - before_s) / max(_number(sent, "acknowledged"), 1) * 1e6
        missing = _missing(plane, [sent], warm=load.rate * WARM_UP_S)
    course.say(f"  steady: {_rate(sent):,.0f} events/s, {missing:,.0f} missing")
    how = f"{_rate(sent):,.0f} events/s acknowledged of {load.rate:,} offered for {load.seconds:g} s; {lag:,} waiting at the end"
    yield _ack("flow_ack_p99", sent, P99_BAR_MS, how)
    told = f"acknowledged and written in one process; {missing:,.0f} missing"
    yield _single("flow_rate", _rate(sent), "events/s", load.rate * 0.99, how=told, better="higher")
    yield _single("flow_cpu", cpu_us, "µs/event", how=f"CPU of the one process, all stages: {1e6 / cpu_us:,.0f} events/s a core")


def stalled(course: Course) -> Iterator[Figure]:
    """Receiver and worker apart: acknowledgements while the worker, and the store in it, stands still."""
    load = course.load
    with _apart(course) as (receiver, worker):
        answer(sending(receiver, load.rate, WARM_UP_S, "warm"))
        normal = answer(sending(receiver, load.rate, load.stall_s, "normal"))
        os.kill(worker.pid, signal.SIGSTOP)
        still = answer(sending(receiver, load.rate, load.stall_s, "still"))
        os.kill(worker.pid, signal.SIGCONT)
        _drained(receiver)
        missing = _missing(worker, [normal, still], warm=load.rate * WARM_UP_S)
    ratio = percentile(_times(still), 99) / percentile(_times(normal), 99)
    how = (
        f"p99 {percentile(_times(still), 99):.1f} ms with the store stalled for {load.stall_s:g} s, "
        f"{percentile(_times(normal), 99):.1f} ms before (p50 {median(_times(still)):.1f} and {median(_times(normal)):.1f}); "
        f"{missing:,.0f} missing"
    )
    course.say(f"  stalled store: {how}")
    yield _single("flow_stalled_p99", ratio, "×", STALLED_BAR, how=how)
    yield _single("flow_stalled_missing", missing, "records", 0.0, how="acknowledged while the store stood still and not stored after")


def burst(course: Course) -> Iterator[Figure]:
    """Receiver and worker apart, more than they can: what is acknowledged is kept, and no error is lost."""
    load = course.load
    with _apart(course) as (receiver, worker):
        answer(sending(receiver, load.rate, WARM_UP_S, "warm"))
        _drained(receiver)
        errors_before = metric(worker, "pipeline_retention_total", **{"class": "error", "kept": "true"})
        sent = answer(sending(receiver, load.burst_rate, load.burst_s, "burst"))
        _drained(receiver)
        kept = metric(worker, "pipeline_retention_total", **{"class": "error", "kept": "true"}) - errors_before
        missing, shed = _missing(worker, [sent], warm=load.rate * WARM_UP_S), metric(receiver, "pipeline_outcomes_total", outcome="shed")
    took = f"{_number(sent, 'seconds'):.0f} s for what was offered in {load.burst_s:g} s"
    how = f"{took}; answers {sent['answers']}, given up {_number(sent, 'given_up'):,.0f}, shed {shed:,.0f}, missing {missing - shed:,.0f}"
    course.say(f"  burst: {_rate(sent):,.0f} events/s; {how}")
    yield _single("flow_burst_rate", _rate(sent), "events/s", how=f"{load.burst_rate:,} offered a second; {how}", better="higher")
    yield _single("flow_burst_errors_lost", _number(sent, "errors") - kept, "records", 0.0, how="errors acknowledged and not kept")
    yield _ack("flow_burst_p99", sent, None, "from when a request was due; the sender does not slow down")


def backlog(course: Course) -> Iterator[Figure]:
    """What waited while the worker stood still is worked off beside live traffic."""
    load = course.load
    with _apart(course) as (receiver, worker):
        answer(sending(receiver, load.rate, WARM_UP_S, "warm"))
        _drained(receiver)
        os.kill(worker.pid, signal.SIGSTOP)
        answer(sending(receiver, load.rate, load.backlog_s, "backlog"))
        left, before_s = waiting(receiver), cpu_s(worker.pid)
        os.kill(worker.pid, signal.SIGCONT)
        began = time.monotonic()
        _drained(receiver)
        took_s = time.monotonic() - began
        cpu_us = (cpu_s(worker.pid) - before_s) / max(left, 1) * 1e6
    ratio = left / took_s / load.rate
    how = f"{left:,} records in {took_s:.1f} s, {left / took_s:,.0f} a second, {cpu_us:.0f} µs CPU each, against {load.rate:,} live"
    course.say(f"  backlog: {how}")
    yield _single("flow_drain", ratio, "×", DRAIN_BAR, how=how, better="higher")


@contextmanager
def _apart(course: Course) -> Iterator[tuple[Part, Part]]:
    """A server, a receiver and a worker, each its own process."""
    with TemporaryDirectory() as name, server(course.programs, Path(name)) as url:
        worker = started(course.programs, "worker", Path(name) / "worker", redis_url=url)
        receiver = started(course.programs, "receiver", Path(name) / "receiver", redis_url=url)
        with worker as writing, receiver as taking:
            yield taking, writing


def _drained(part: Part) -> None:
    end = time.monotonic() + LONGEST_DRAIN_S
    while waiting(part) and time.monotonic() < end:
        time.sleep(0.5)


def _missing(writer: Part, sent: Sequence[Mapping[str, Any]], warm: float) -> float:
    return warm + sum(_number(one, "acknowledged") for one in sent) - metric(writer, "pipeline_written_rows_total")


def _number(sent: Mapping[str, Any], name: str) -> float:
    return float(sent[name])


def _times(sent: Mapping[str, Any]) -> Sequence[float]:
    return sent["took_ms"] or [0.0]


def _rate(sent: Mapping[str, Any]) -> float:
    return _number(sent, "acknowledged") / max(_number(sent, "seconds"), 1e-9)


def _ack(name: str, sent: Mapping[str, Any], bar: float | None, how: str) -> Figure:
    times = _times(sent)
    return Figure(name, percentile(times, 99), "ms", median(times), max(times), len(times), bar, how=f"p99, median and worst; {how}")


def _single(name: str, value: float, unit: str, bar: float | None = None, *, how: str, better: Better = "lower") -> Figure:
    return Figure(name, value, unit, value, value, 1, bar, better, how)
