"""What was broken on purpose, from `truth.json`, and what the raw files hold of it: changes, new errors, gauges."""

import re
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from domain.window import rfc3339
from evals.facts import Blamed, Either, Expectation, Moment, Named, Value
from evals.truth.raw import moment
from evals.truth.source import Source
from evals.truth.wording import wording

ONSET_S = 300.0
JUST_BEFORE = timedelta(minutes=2)
TWICE = 2
SEVERE = frozenset({"ERROR", "FATAL"})
Label = dict[str, Any]


def _culprit(source: Source) -> Label:
    """The label of the fault; worlds of these cases have one."""
    return next(label for label in source.labels() if not label["benign"])


def culprit(source: Source) -> Expectation:
    """The service that was broken."""
    return Expectation((Blamed(_culprit(source)["service"]),))


def nobody(_source: Source) -> Expectation:
    """Nothing was broken: nobody is to blame."""
    return Expectation((Blamed(""),))


def onset(source: Source) -> Expectation:
    """The service that was broken, and when that began, to five minutes."""
    label = _culprit(source)
    return Expectation((Blamed(label["service"]), Moment((label["service"],), moment(label["start"]), tolerance_s=ONSET_S)))


def change(source: Source) -> Expectation:
    """The deploy of the broken service as the fault began: when, and which version (each by itself, or in what is quoted of the change)."""
    label = _culprit(source)
    began = moment(label["start"])
    deploy = next(
        record
        for record in source.records("app")
        if record.get("event") == "deploy" and record["service"] == label["service"] and abs(_at(record) - began) <= JUST_BEFORE
    )
    when = Either((Moment((label["service"],), _at(deploy)), Named(f"deploy at {rfc3339(_at(deploy))}", like=True)))
    return Expectation((when, Named(rf"\b{re.escape(deploy['version'])}\b", like=True)))


def new_errors(source: Source) -> Expectation:
    """Errors that occurred twice or more since the fault began and never before it."""
    began = moment(_culprit(source)["start"])
    bodies: dict[str, list[str]] = defaultdict(list)
    before = set()
    for record in source.records("app"):
        if record["severity"] not in SEVERE:
            continue
        if _at(record) < began:
            before.add(record.get("error_code"))
        else:
            bodies[str(record.get("error_code"))].append(record["body"])
    fresh = [texts for code, texts in bodies.items() if code not in before and len(texts) >= TWICE]
    return Expectation(tuple(wording(*texts) for texts in fresh))


def fullest(source: Source) -> Expectation:
    """The service whose gauge of one kind (`metric`) went highest, and how high."""
    name = source.params["metric"]
    points = [point for point in source.records("metrics") if point["name"] == name]
    top = max(points, key=lambda point: float(point["value"]))
    subject, words = (top["service"], name), ("high", "max", "peak", "largest", "value")
    return Expectation((Either(tuple(Value(subject, words, top["value"], unit, tolerance=0.05) for unit in ("1", top["unit"]))),))


def _at(record: Label) -> datetime:
    return moment(record["timestamp"])
