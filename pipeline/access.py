"""Web server access logs: nginx and Apache, common and combined, with a virtual host before and a duration after."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from domain.telemetry import SEVERITY_NUMBERS, LogRecord
from pipeline.dates import Calendar
from pipeline.lines import Line
from pipeline.reading import Item, Reading, Taken, rejection
from pipeline.sshd import plain_address
from pipeline.stamps import LAYOUTS

EVENT = "http.access"

_HEAD = (
    r"(?:(?P<vhost>[\w.*-]+(?::\d+)?) (?=[0-9a-fA-F.:]+ \S+ \S+ \[))?"
    r"(?P<client>\S+) \S+ (?P<user>\S+(?: \S+)*?) \[(?P<time>\d\d?/[A-Z][a-z]{2}/\d{4}:[^\]]+)\] "
)
_RESULT = r" (?P<status>\d{3}|-) (?P<size>\d+|-)"
_REFERRER = r'(?: "(?P<referrer>(?:[^"\\]|\\.)*)" "(?P<agent>(?:[^"\\]|\\.)*)(?:"|$))?(?P<rest>.*)$'
_STRICT = re.compile(_HEAD + r'"(?P<request>(?:[^"\\]|\\.)*)"' + _RESULT + _REFERRER)
_LOOSE = re.compile(_HEAD + r'"(?P<request>.*?)"' + _RESULT + r'(?: "(?P<referrer>.*?)" "(?P<agent>.*?)(?:"|$))?(?P<rest>.*)$')
_REQUEST = re.compile(r"(?P<method>[A-Za-z]{3,20}) (?P<target>.*?)(?: (?P<protocol>HTTP/[\d.]+))?$")
_ORIGIN = re.compile(r"[a-z]+://[^/?]*", re.IGNORECASE)
_DURATION = re.compile(r'^ (?:[\w.]+=)?"?(?P<number>\d+(?:\.\d+)?)"?(?= |$)')
_LAYOUT = next(layout for layout in LAYOUTS if layout.name == "02 Jan yyyy hh:mm:ss")
_SERVER_ERROR, _CLIENT_ERROR = 500, 400


def is_access_line(line: str) -> bool:
    """Whether a line has the shape of an access log's."""
    return bool(_STRICT.match(line) or _LOOSE.match(line))


def parse_access(lines: Iterable[Line], reading: Reading) -> Iterator[Item]:
    """A record a line; a line of another shape is rejected."""
    calendar = Calendar(_LAYOUT, reading.zone)
    service = reading.service or reading.stem
    for line in lines:
        found = _STRICT.match(line.text) or _LOOSE.match(line.text)
        stamp = _LAYOUT.pattern.match(found["time"]) if found else None
        if found is None or stamp is None:
            yield rejection(line, "the line has not the shape of an access log (common or combined)")
            continue
        try:
            yield Taken(line.number, _record(found, calendar.nanos(stamp), service, reading))
        except ValueError as error:
            yield rejection(line, str(error))


def _record(found: re.Match[str], timestamp_ns: int, service: str, reading: Reading) -> LogRecord:
    request = _REQUEST.match(found["request"])
    target = _ORIGIN.sub("", request["target"], count=1) if request else ""
    path, _, query = target.partition("?")
    status = int(found["status"]) if found["status"] != "-" else 0
    extra = {"url.path": path, "url.query": query, "user_agent.original": _said(found["agent"])}
    referrer = {"http.request.header.referer": _said(found["referrer"]), "server.address": found["vhost"] or ""}
    return LogRecord(
        timestamp_ns=timestamp_ns,
        service=service,
        body=f'"{found["request"]}" {found["status"]} {found["size"]}',
        severity_number=_severity(status),
        event=EVENT,
        client=plain_address(found["client"]),
        user=_said(found["user"]),
        method=request["method"] if request else "",
        route=path,
        status=status,
        response_bytes=int(found["size"]) if found["size"] != "-" else None,
        duration_ms=_duration_ms(found["rest"], reading),
        host=found["vhost"] or "",
        attributes={name: value for name, value in (extra | referrer).items() if value},
    )


def _severity(status: int) -> int:
    name = "ERROR" if status >= _SERVER_ERROR else "WARN" if status >= _CLIENT_ERROR else "INFO"
    return SEVERITY_NUMBERS[name]


def _said(field: Any) -> str:
    return "" if field in {None, "-"} else str(field)


def _duration_ms(rest: str, reading: Reading) -> float | None:
    found = _DURATION.match(rest) if rest else None
    if found is None:
        return None
    number = found["number"]
    if "." in number:
        reading.note("a trailing number with a decimal point is read as a duration in seconds (nginx $request_time)")
        return float(number) * 1_000
    reading.note("a trailing whole number is read as a duration in microseconds (Apache %D)")
    return int(number) / 1_000
