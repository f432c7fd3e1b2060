"""Plain text logs with a level in each line (Hadoop, HDFS): levels counted, texts that are new in the second half."""

import re
from collections import Counter
from datetime import UTC, datetime

from evals.facts import Either, Expectation, Value
from evals.truth.source import Source
from evals.truth.wording import wording

HADOOP = re.compile(r"(?P<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),\d{3} (?P<level>[A-Z]+) \[(?P<thread>.*?)\] (?P<logger>[\w.$]+): (?P<text>.*)")
HDFS = re.compile(r"(?P<at>\d{6} \d{6}) \d+ (?P<level>[A-Z]+) (?P<logger>[\w.$]+): (?P<text>.*)")
STAMPS = {HADOOP: "%Y-%m-%d %H:%M:%S", HDFS: "%y%m%d %H%M%S"}
LEVEL_WORDS = {"WARN": ("warn",), "ERROR": ("error",), "FATAL": ("error", "fatal"), "INFO": ("info",)}
COUNTED = ("event", "match", "line", "record", "log", "message", "occurrence")
VARIABLE = re.compile(r"\S*\d\S*")


def _lines(source: Source) -> list[tuple[datetime, str, str]]:
    """Time, level and text of every line that has them."""
    found = []
    for line in source.lines("text"):
        for pattern, stamp in STAMPS.items():
            if matched := pattern.match(line):
                found.append((datetime.strptime(matched["at"], stamp).replace(tzinfo=UTC), matched["level"], matched["text"]))
                break
    return found


def level_count(source: Source) -> Expectation:
    """How many lines have one level."""
    level = source.params["level"]
    count = sum(found == level for _, found, _ in _lines(source))
    return Expectation((Either((Value((), LEVEL_WORDS[level], count), Value((level,), COUNTED, count))),))


def commonest_error(source: Source) -> Expectation:
    """The commonest text of level ERROR or FATAL, and how often it stands."""
    counts = Counter(text.strip() for _, level, text in _lines(source) if level in {"ERROR", "FATAL"})
    (text, count), *_ = counts.most_common(1)
    return Expectation((wording(text), Value((text,), COUNTED, count)))


def new_errors(source: Source) -> Expectation:
    """ERROR and FATAL texts of the later half of the time covered that the earlier half does not have; the older must not be called new."""
    lines = _lines(source)
    first, last = min(at for at, _, _ in lines), max(at for at, _, _ in lines)
    middle = first + (last - first) / 2
    halves: tuple[dict[str, str], dict[str, str]] = ({}, {})
    for at, level, text in lines:
        if level in {"ERROR", "FATAL"}:
            halves[at >= middle].setdefault(VARIABLE.sub("", text), text)
    earlier, later = halves
    return Expectation(tuple(wording(text) for shape, text in later.items() if shape not in earlier))


def mentions(source: Source) -> Expectation:
    """How many lines contain a text, whatever its case."""
    wanted = source.params["text"].lower()
    return Expectation((Value((source.params["text"],), COUNTED, sum(wanted in line.lower() for line in source.lines("text"))),))
