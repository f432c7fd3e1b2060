"""Tables of made-up things: by one key or several, whole, cut, sampled, filtered, beside the time before, of lines."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from random import Random
from typing import Any

from domain.evidence import Column, Evidence
from domain.window import Window, rfc3339
from evals.verifier.shapes.vocabulary import LINES, MEASURES, NAMES, PLACES, STATES, Draw

_TIME = Column("first_at", "time", trust="platform", role="time", label="first event")
_LAST = Column("last_at", "time", trust="platform", role="time", label="last event")
_STATE = Column("state", "string", trust="platform", role="measure", label="state")
_IS_OPEN = Column("is_open", "boolean", "1", "none", "platform", "measure", "open")
Rows = list[dict[str, Any]]


def keyed(dice: Random, window: Window) -> Evidence:
    """A row for each thing, with two to five measures, times and a state."""
    key = dice.choice(sorted(NAMES))
    names = dice.sample(NAMES[key], dice.randrange(2, len(NAMES[key]) + 1))
    measures = dice.sample(MEASURES, dice.randrange(2, 6))
    rows = [
        {key: name, **_measured(measures, dice), **_times(window, dice), "state": dice.choice(STATES), "is_open": dice.random() < 1 / 2}
        for name in names
    ]
    columns = (Column(key, "string"), *(column for column, _ in measures), _TIME, _LAST, _STATE, _IS_OPEN)
    return _evidence(f"by_{key}", window, columns, rows, title=f"{key} figures", aggregates=_totals(measures, rows))


def placed(dice: Random, window: Window) -> Evidence:
    """The same things in several environments, regions or tenants."""
    key, where = dice.choice(("pod", "queue", "store_id")), dice.choice(sorted(PLACES))
    measures = dice.sample(MEASURES, 3)
    rows = [
        {key: name, where: place, **_measured(measures, dice), "state": dice.choice(STATES[:2])}
        for name in dice.sample(NAMES[key], 3)
        for place in PLACES[where]
    ]
    columns = (Column(key, "string"), Column(where, "string"), *(column for column, _ in measures), _STATE)
    return _evidence(f"by_{key}_and_{where}", window, columns, rows, title=f"{key} by {where}")


def numbered(dice: Random, window: Window) -> Evidence:
    """Keys that are numbers, values that repeat."""
    measures = dice.sample(MEASURES, 2)
    few = [_measured(measures, dice) for _ in range(3)]
    rows = [{"shard": number, **dice.choice(few)} for number in dice.sample(range(40), 8)]
    columns = (Column("shard", "integer", role="key"), *(column for column, _ in measures))
    return _evidence("by_shard", window, columns, rows, title="shards")


def cut(dice: Random, window: Window) -> Evidence:
    """The head of a list, largest first."""
    column, draw = dice.choice([pair for pair in MEASURES if pair[0].type == "integer"])
    rows: Rows = [
        {"peer": f"198.51.{dice.randrange(256)}.{place}", column.name: draw(dice), **_times(window, dice)} for place in range(1, 9)
    ]
    rows.sort(key=lambda row: (-row[column.name], row["peer"]))
    columns = (Column("peer", "string", label="peer address"), column, _TIME, _LAST)
    total = len(rows) + dice.randrange(1, 400)
    return _evidence("top_peers", window, columns, rows, rows_total=total, truncated=True, aggregates={"peers": total}, params={"limit": 8})


def sampled(dice: Random, window: Window) -> Evidence:
    """Estimates from one record in several."""
    measures = [pair for pair in MEASURES if pair[0].name in {"handled", "rejected", "wait_p50_ms", "full_pct"}]
    rows = [{"endpoint": name, **_measured(measures, dice)} for name in dice.sample(NAMES["endpoint"], 4)]
    columns = (Column("endpoint", "string"), *(column for column, _ in measures))
    return _evidence("sampled_endpoints", window, columns, rows, sampled=True, title="endpoints, sampled")


def filtered(dice: Random, window: Window) -> Evidence:
    """Answers about one thing only, as totals and as rows by something else."""
    name = dice.choice(NAMES["queue"])
    measures = dice.sample(MEASURES, 3)
    rows = [{"endpoint": each, **_measured(measures, dice)} for each in dice.sample(NAMES["endpoint"], 4)]
    columns = (Column("endpoint", "string"), *(column for column, _ in measures))
    totals = {"handled_total": dice.randrange(10, 9_000), "peak_wait_ms": round(dice.uniform(3, 900), 2)}
    return _evidence("endpoints_of_queue", window, columns, rows, params={"queue": name}, aggregates=totals, title="endpoints of a queue")


def before(dice: Random, window: Window) -> Evidence:
    """Each measure now and in the window before."""
    measures = dice.sample(MEASURES, 2)
    columns: list[Column] = [Column("team", "string")]
    rows: Rows = [{"team": name} for name in NAMES["team"]]
    for column, draw in measures:
        columns += [
            column,
            Column(f"{column.name}_before", column.type, column.unit, column.agg, "platform", "measure", f"{column.label} before"),
        ]
        for row in rows:
            old = draw(dice)
            row |= {column.name: _now(old, draw, dice), f"{column.name}_before": old}
    held = Window(window.start - window.length, window.start)
    return _evidence("teams_now_and_before", window, columns, rows, baseline_window=held, title="teams now and before")


def _now(old: float, draw: Draw, dice: Random) -> float:
    factor = dice.choice((0.5, 1, 2, 3, 0))
    return old * factor if factor in {1, 2, 3} else int(old * factor) if factor and isinstance(old, int) and old % 2 == 0 else draw(dice)


def silent(dice: Random, window: Window) -> Evidence:
    """Nothing found where much was looked at."""
    what = dice.choice(("failed backups", "rejected invoices", "expired leases", "panics"))
    name = dice.choice(NAMES["pod"])
    columns = (Column("pod", "string"), Column(what.split(maxsplit=1)[0], "integer", "1", "count", "platform", "measure", what))
    params = {"pod": name} if dice.random() < 1 / 2 else {}
    totals = {what.replace(" ", "_"): 0, "checked": dice.randrange(5, 900)}
    status: Any = dice.choice(("ok", "empty"))
    return _evidence(f"{what.replace(' ', '_')}_of", window, columns, [], params=params, aggregates=totals, title=what, status=status)


def lines(dice: Random, window: Window) -> Evidence:
    """Messages of outsiders."""
    rows: Rows = []
    for place in range(dice.randrange(3, 7)):
        text = dice.choice(LINES).format(a=dice.randrange(1, 250), b=dice.randrange(1, 9_000))
        rows.append({"at": rfc3339(window.start + timedelta(seconds=13 * place)), "pod": dice.choice(NAMES["pod"]), "body": text})
    columns = (Column("at", "time", role="time"), Column("pod", "string"), Column("body", "string", role="measure", label="message"))
    return _evidence("messages", window, columns, rows, title="messages")


def totals(dice: Random, window: Window) -> Evidence:
    """One answer without rows of its own."""
    held = {
        "sessions": dice.randrange(50_000),
        "dropped_sessions": 0,
        "busy_ratio": round(dice.random(), 4),
        "p95_ms": round(dice.uniform(1, 800), 1),
    }
    return _evidence(
        "overall",
        window,
        (Column("sessions", "integer", "1", "count", "platform", "measure", "sessions"),),
        [],
        aggregates=held,
        title="live sessions",
    )


def _measured(measures: Sequence[tuple[Column, Draw]], dice: Random) -> dict[str, int | float]:
    return {column.name: draw(dice) for column, draw in measures}


def _times(window: Window, dice: Random) -> dict[str, str]:
    seconds = window.length.total_seconds()
    first = window.start + timedelta(seconds=round(dice.uniform(0, seconds / 2), dice.choice((0, 0, 3))))
    return {"first_at": rfc3339(first), "last_at": rfc3339(first + timedelta(seconds=dice.randrange(1, int(seconds / 2))))}


def _totals(measures: Sequence[tuple[Column, Draw]], rows: Rows) -> dict[str, Any]:
    """Sums of counts, under names that say of what."""
    counted = [column.name for column, _ in measures if column.agg in {"count", "sum"} and column.type == "integer"]
    return {f"total_{name}": sum(row[name] for row in rows) for name in counted if name != "sent"}


def _evidence(template: str, window: Window, columns: Sequence[Column], rows: Rows, **more: Any) -> Evidence:
    given: dict[str, Any] = {"rows_total": len(rows), "scope_rows": 5_000, **more}
    return Evidence("E0", "metric", template, window, tuple(columns), tuple(rows), **given)


TABLES: Sequence[Callable[[Random, Window], Evidence]] = (keyed, placed, numbered, cut, sampled, filtered, before, silent, lines, totals)
