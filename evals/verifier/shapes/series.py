"""Series with a planted course: rising, falling, level, with a spike or a drop, with a day's season, or only noise."""

import math
from collections.abc import Callable, Mapping
from datetime import timedelta
from random import Random

from domain.evidence import Column, Evidence
from domain.window import Window, rfc3339

Course = Callable[[int, int, Random], float]
_NOISE = 0.01


def _rising(at: int, n: int, dice: Random) -> float:
    return 1 + 0.8 * at / n + dice.gauss(0, 3 * _NOISE)


def _falling(at: int, n: int, dice: Random) -> float:
    return 1.6 - 0.7 * at / n + dice.gauss(0, 3 * _NOISE)


def _level(_at: int, _n: int, dice: Random) -> float:
    return 1 + dice.uniform(-_NOISE, _NOISE)


def _noise(_at: int, _n: int, dice: Random) -> float:
    return dice.lognormvariate(0, 0.3)


def _step(at: int, n: int, dice: Random) -> float:
    return (1 if at < n / 2 else 1.9) + dice.gauss(0, 2 * _NOISE)


def _spike(at: int, n: int, dice: Random) -> float:
    return (4 if at == n // 2 else 1) + dice.gauss(0, 2 * _NOISE)


def _drop(at: int, n: int, dice: Random) -> float:
    return (0.05 if at == n // 3 else 1) + dice.gauss(0, 2 * _NOISE)


def _season(at: int, _n: int, dice: Random) -> float:
    return 1 + 0.5 * math.sin(2 * math.pi * at / 24) + dice.gauss(0, _NOISE)


def _rising_season(at: int, n: int, dice: Random) -> float:
    return _season(at, n, dice) + 0.5 * at / n


COURSES: Mapping[str, Course] = {
    "rising": _rising,
    "falling": _falling,
    "level": _level,
    "noise": _noise,
    "step": _step,
    "spike": _spike,
    "drop": _drop,
    "season": _season,
    "rising season": _rising_season,
}


def course(name: str, dice: Random, window: Window) -> Evidence:
    """One series of a count, a time and a share, each with the same course."""
    seasonal = "season" in name
    n, step_s = (24 * dice.randrange(3, 6), 3_600) if seasonal else (dice.randrange(16, 60), dice.choice((10, 60, 300)))
    shape = [max(0.0, COURSES[name](at, n, dice)) for at in range(n)]
    start = window.start
    subject = dice.choice(("cart", "geo-5d", "MV Aurora"))
    rows = [
        {
            "bucket": rfc3339(start + timedelta(seconds=step_s * at)),
            "source": subject,
            "hits": round(400 * value),
            "wait_ms": round(37.5 * value, 2),
            "busy": round(min(99.0, 20 * value), 2),
        }
        for at, value in enumerate(shape)
    ]
    columns = (
        Column("bucket", "time", trust="platform", role="time", label="step"),
        Column("source", "string"),
        Column("hits", "integer", "1", "count", "platform", "measure", "hits"),
        Column("wait_ms", "number", "ms", "p95", "platform", "measure", "p95 wait"),
        Column("busy", "number", "%", "avg", "platform", "measure", "busy share"),
    )
    held = Window(start, start + timedelta(seconds=step_s * n))
    named = Evidence(
        "E0", "metric", "hits_over_time", held, columns, tuple(rows), n, scope_rows=9_000, step_s=step_s, title="hits over time"
    )
    return named if dice.random() < 1 / 2 else _filtered(named, subject)


def _filtered(one: Evidence, subject: str) -> Evidence:
    """The same series asked for by name instead of with a column."""
    columns = tuple(column for column in one.columns if column.name != "source")
    rows = tuple({name: value for name, value in row.items() if name != "source"} for row in one.rows)
    return Evidence(
        *("E0", "metric", "hits_of_source", one.window, columns, rows, one.rows_total),
        params={"source": subject}, scope_rows=one.scope_rows, step_s=one.step_s, title=one.title,
    )  # fmt: skip
