"""Syslog files and auth.log: RFC 3164 with and without year, RFC 3339 stamps, and RFC 5424."""

import re
from collections.abc import Iterable, Iterator

from domain.telemetry import LogRecord
from pipeline.dates import MONTHS, Calendar, YearCounter
from pipeline.joining import Joined
from pipeline.lines import Line
from pipeline.reading import Item, Reading, rejection
from pipeline.severity import number_in_message, number_of, number_of_priority
from pipeline.stamps import LAYOUTS, Layout

_PRI = r"(?:<(?P<pri>\d{1,3})>)?"
_BSD_STAMP = (
    r"(?P<stamp>(?P<b>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}(?P<day>\d\d?) "
    r"(?:(?P<y1>\d{4}) )?\d\d:\d\d:\d\d(?:\.\d+)?(?: (?P<y2>\d{4})(?= ))?)"
)
_ISO_STAMP = r"(?P<iso>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))"
_BSD = re.compile(_PRI + rf"(?:{_BSD_STAMP}|{_ISO_STAMP}) (?P<host>\S+)(?: (?P<message>.*))?$")
_PROGRAM = re.compile(
    r"(?P<name>[^\s:\[(]+)(?:\((?P<module>[^)]*)\))?(?: \d[\w.]*)?(?:\[(?P<pid>[^\]]*)\])?(?: \([^)]*\))?: ?(?P<text>.*)$"
)
_NEW = re.compile(
    r"<(?P<pri>\d{1,3})>\d{1,2} (?P<stamp>\S+) (?P<host>\S+) (?P<name>\S+) (?P<pid>\S+) (?P<msgid>\S+) "
    r'(?P<data>-|(?:\[(?:[^\]"]|"(?:[^"\\]|\\.)*")*\])+)(?: \ufeff?(?P<text>.*))?$'
)
_DATA = re.compile(r'([^\s\[=]+)="((?:[^"\\]|\\.)*)"')
_BY_NAME = {layout.name: layout for layout in LAYOUTS}
_ISO_LAYOUT, _DATED, _UNDATED = (_BY_NAME[name] for name in ("yyyy-mm-dd hh:mm:ss", "Mon Jan 02 hh:mm:ss yyyy", "Jan 02 hh:mm:ss"))
_YEAR_BEFORE_CLOCK = Layout("Jan 02 yyyy hh:mm:ss", re.compile(
    r"(?P<b>[A-Z][a-z]{2}) +(?P<d>\d\d?) (?P<y>\d{4}) (?P<H>\d\d?):(?P<M>\d\d):(?P<S>\d\d)(?:\.(?P<f>\d{1,9}))?"))  # fmt: skip


def is_syslog_line(line: str) -> bool:
    """Whether a line has the shape of a syslog's, with a program or (after a BSD stamp) at least a host."""
    if _NEW.match(line):
        return True
    found = _BSD.match(line)
    if found is None or number_of(found["host"].strip("[]():")):
        return False
    return bool(found["stamp"] or _PROGRAM.match(found["message"] or ""))


def month_days(lines: Iterable[str]) -> Iterator[tuple[int, int]]:
    """The month and day of each stamp that has no year, in file order."""
    for line in lines:
        found = _BSD.match(line)
        if found and found["b"] and not (found["y1"] or found["y2"]):
            yield MONTHS[found["b"]], int(found["day"])


def parse_syslog(lines: Iterable[Line], reading: Reading) -> Iterator[Item]:
    """A record a line; an indented line continues the one before it, any other line of another shape is rejected."""
    stamps = _Stamps(reading)
    joined = Joined()
    for line in lines:
        found = _NEW.match(line.text) or _BSD.match(line.text)
        if found is None and line.text[0] in " \t" and joined.is_open:
            joined.add(line)
            continue
        yield from joined.close()
        if found is None:
            yield rejection(line, "the line has not the shape of a syslog line (stamp, host, program)")
            continue
        try:
            record = stamps.record(found)
        except ValueError as error:
            yield rejection(line, str(error))
            continue
        joined.open(line, record)
    yield from joined.close()


class _Stamps:
    """Makes records of matched lines; knows the calendars of the stamps they use."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        years = YearCounter(reading.year or reading.modified_at.year)
        self._undated = Calendar(_UNDATED, reading.zone, years)
        self._dated = {layout.name: Calendar(layout, reading.zone) for layout in (_DATED, _YEAR_BEFORE_CLOCK, _ISO_LAYOUT)}

    def record(self, found: re.Match[str]) -> LogRecord:
        if found.re is _NEW:
            return self._new(found)
        program = _PROGRAM.match(found["message"] or "")
        service = program["name"].rpartition("/")[2] if program else ""
        text = program["text"] if program else found["message"] or ""
        extra = {"process.pid": program["pid"], "syslog.module": program["module"]} if program else {}
        return LogRecord(
            timestamp_ns=self._nanos(found),
            service=self._reading.service or service or self._reading.stem,
            body=text,
            severity_number=_severity(found["pri"], text),
            host=found["host"],
            attributes={name: value for name, value in {**extra, "process.executable.name": service}.items() if value},
        )

    def _new(self, found: re.Match[str]) -> LogRecord:
        said = {name: "" if found[name] == "-" else found[name] for name in ("host", "name", "pid", "msgid")}
        data = {name: value.replace('\\"', '"') for name, value in _DATA.findall(found["data"])}
        named = {"process.pid": said["pid"], "syslog.msgid": said["msgid"], "process.executable.name": said["name"]}
        return LogRecord(
            timestamp_ns=self._iso(found["stamp"]),
            service=self._reading.service or said["name"].rpartition("/")[2] or self._reading.stem,
            body=found["text"] or "",
            severity_number=number_of_priority(int(found["pri"])),
            host=said["host"],
            attributes={**data, **{name: value for name, value in named.items() if value}},
        )

    def _nanos(self, found: re.Match[str]) -> int:
        if found["iso"]:
            return self._iso(found["iso"])
        layout = _YEAR_BEFORE_CLOCK if found["y1"] else _DATED if found["y2"] else _UNDATED
        calendar = self._undated if layout is _UNDATED else self._dated[layout.name]
        return calendar.nanos(_matched(layout, found["stamp"]))

    def _iso(self, stamp: str) -> int:
        return self._dated[_ISO_LAYOUT.name].nanos(_matched(_ISO_LAYOUT, stamp))


def _matched(layout: Layout, stamp: str) -> re.Match[str]:
    found = layout.pattern.match(stamp)
    if found is None:
        raise ValueError(f"{stamp!r} is no time stamp we know")
    return found


def _severity(priority: str | None, text: str) -> int:
    return number_of_priority(int(priority)) if priority else number_in_message(text)
