"""Public log files as records, read by code of its own so that tools and pipeline are not both wrong alike."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from domain.telemetry import LogRecord
from domain.window import Window, from_nanos, to_nanos

DATA = Path(__file__).parents[3] / "shared" / "data"
SSHD = re.compile(r"(\w{3} +\d+ [\d:]+) \S+ sshd\[\d+\]: (.*)")
REPEATED = re.compile(r"message repeated (\d+) times: \[ (.*)\]")
EVENTS = (
    ("ssh.failed_none", re.compile(r"Failed (none) for (?:invalid user |illegal user )?(.*?) from (\S+)")),
    ("ssh.failed_password", re.compile(r"Failed (password) for (?:invalid user |illegal user )?(.*?) from (\S+)")),
    ("ssh.invalid_user", re.compile(r"(Invalid|Illegal) user (.*?) from (\S+)")),
    ("ssh.accepted", re.compile(r"Accepted (\S+) for (.*?) from (\S+)")),
)
ACCESS = re.compile(r'(\S+) \S+ .+? \[([^\]]+)\] "(.*?)(?<!\\)" (\d+) (\d+|-)')


def sshd(files: Iterable[Path], year: int) -> Iterator[LogRecord]:
    """The log-in lines of syslog files."""
    for line in _lines(files):
        if found := SSHD.match(line):
            at = datetime.strptime(f"{year} {found[1]}", "%Y %b %d %H:%M:%S").replace(tzinfo=UTC)
            yield _login(to_nanos(at), found[2])


def _login(at: int, text: str) -> LogRecord:
    repeated = REPEATED.match(text)
    count, said = (int(repeated[1]), repeated[2]) if repeated else (1, text)
    for event, pattern in EVENTS:
        if found := pattern.match(said):
            attributes = {"auth.method": found[1]} if event == "ssh.accepted" else {}
            user, client = found[2].strip(), found[3]
            return LogRecord(at, "sshd", text, event=event, user=user, client=client, occurrences=count, attributes=attributes)
    return LogRecord(at, "sshd", text)


def access(file: Path) -> Iterator[LogRecord]:
    """The lines of an access log in the common or combined format."""
    for line in _lines([file]):
        found = ACCESS.match(line)
        if not found:
            continue
        at = datetime.strptime(found[2], "%d/%b/%Y:%H:%M:%S %z")
        method, _, target = found[3].rpartition(" HTTP/")[0].partition(" ")
        path, _, query = target.partition("?")
        attributes = {"url.path": path, "url.query": query}
        record = LogRecord(
            to_nanos(at), "web", line, client=found[1], route=path, method=method, event="http.access", attributes=attributes
        )
        yield replace(record, status=int(found[4]))


def window_of(records: Iterable[LogRecord]) -> Window:
    """From the first record to just after the last."""
    times = sorted(record.timestamp_ns for record in records)
    return Window(from_nanos(times[0]), from_nanos(times[-1] + 1_000_000_000))


def _lines(files: Iterable[Path]) -> Iterator[str]:
    for file in files:
        yield from file.read_text(encoding="utf-8", errors="replace").splitlines()
