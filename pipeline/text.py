"""Any log with a stamp on each record: lines without one continue the record before them."""

import re
from collections.abc import Iterable, Iterator

from domain.telemetry import LogRecord
from domain.window import to_nanos
from pipeline.dates import Calendar, YearCounter
from pipeline.joining import Joined
from pipeline.lines import Line
from pipeline.reading import Item, Parse, Reading, Taken, rejection
from pipeline.severity import number_in_message, number_of, split_level
from pipeline.stamps import Place

_FILE_NAME = re.compile(r"^\S+\.(?:log|out|err|txt)\S*(?= |$)")
_PIDS = re.compile(r"^(?P<pid>\d+)(?:\s+(?P<tid>\d+))?\s+(?=\S)")
_MORE_STAMPS = re.compile(
    r"(?<!\S)(?:\d{4}[-./]\d\d[-./]\d\d(?:[-T ]\d\d[.:]\d\d[.:]\d\d(?:[.,]\d+)?)?"
    r"|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +\d\d? \d\d:\d\d:\d\d)(?!\S) ?"
)
_AFTER_STAMP = "])>\"'|,:;- \t"
_BEFORE_STAMP = "[(<\"'|- \t"
_HEAD = 160


def text_parser(place: Place | None) -> Parse:
    """The parser of a text whose stamps stand in that place; None: it has none, each line gets the file's time."""

    def parse(lines: Iterable[Line], reading: Reading) -> Iterator[Item]:
        return _unstamped(lines, reading) if place is None else _stamped(lines, reading, place)

    return parse


def _unstamped(lines: Iterable[Line], reading: Reading) -> Iterator[Item]:
    at = to_nanos(reading.modified_at)
    for line in lines:
        severity, _ = split_level(line.text)
        record = LogRecord(at, reading.service or reading.stem, line.text, severity or number_in_message(line.text))
        yield Taken(line.number, record)


def _stamped(lines: Iterable[Line], reading: Reading, place: Place) -> Iterator[Item]:
    years = None if place.layout.has_year else YearCounter(reading.year or reading.modified_at.year)
    calendar = Calendar(place.layout, reading.zone, years)
    joined = Joined()
    for line in lines:
        found = place.find(line.text)
        if found is None and joined.is_open:
            joined.add(line)
            continue
        yield from joined.close()
        if found is None:
            yield rejection(line, "the line has no time stamp and follows no record")
            continue
        try:
            joined.open(line, _record(line.text, found, calendar.nanos(found), reading))
        except ValueError as error:
            yield rejection(line, str(error))
    yield from joined.close()


def _record(line: str, found: re.Match[str], timestamp_ns: int, reading: Reading) -> LogRecord:
    ahead, attributes = _ahead(line[: found.start()])
    rest = line[found.end() :].lstrip(_AFTER_STAMP)
    if "e" in found.re.groupindex:
        rest = _MORE_STAMPS.sub("", rest[:_HEAD]) + rest[_HEAD:]
    severity, body = split_level(rest)
    severity = severity or number_of(found.groupdict().get("L") or "")
    if severity and (pids := _PIDS.match(body)):
        attributes |= {name: value for name, value in (("process.pid", pids["pid"]), ("thread.id", pids["tid"])) if value}
        body = body[pids.end() :]
    return LogRecord(
        timestamp_ns=timestamp_ns,
        service=reading.service or reading.stem,
        body=f"{ahead} {body}".strip(),
        severity_number=severity or number_in_message(body),
        attributes=attributes,
    )


def _ahead(prefix: str) -> tuple[str, dict[str, str]]:
    named = _FILE_NAME.match(prefix)
    attributes = {"log.file.name": named[0]} if named else {}
    left = prefix[named.end() if named else 0 :].strip(_BEFORE_STAMP)
    return ("" if left.endswith("=") and " " not in left else left), attributes
