"""The raw records of a world, as the files carry them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

Record = Mapping[str, Any]


def stamp(at: datetime) -> str:
    """An instant as RFC 3339 in UTC with milliseconds."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def later(at: datetime, ms: float) -> datetime:
    """An instant some milliseconds on."""
    return at + timedelta(milliseconds=ms)


@dataclass(frozen=True, slots=True)
class Visit:
    """One request as the gateway's access log shows it; `target` is the path with its query string."""

    at: datetime
    client: str
    target: str
    status: int
    size: int
    user_agent: str
    user: str = "-"
    method: str = "GET"
    referrer: str = "-"

    def line(self) -> str:
        """The visit in Apache's combined format."""
        when = f"{self.at.astimezone(UTC):%d/%b/%Y:%H:%M:%S} +0000"
        request = f'"{self.method} {self.target} HTTP/1.1" {self.status} {self.size}'
        return f'{self.client} - {self.user} [{when}] {request} "{self.referrer}" "{self.user_agent}"'


@dataclass(frozen=True, slots=True)
class SyslogLine:
    """One line of a host's syslog; `program` includes its process id, as in `sshd[4021]`."""

    at: datetime
    program: str
    text: str
    host: str = "bastion"

    def line(self) -> str:
        """The line in the traditional BSD format, which has neither year nor zone."""
        local = self.at.astimezone(UTC)
        return f"{local:%b} {local.day:>2} {local:%H:%M:%S} {self.host} {self.program}: {self.text}"


def change(at: datetime, event: str, service: str, text: str, *, author: str, version: str = "") -> Record:
    """A change event (`deploy`, `flag` or `config`) as a log record."""
    versioned = {"version": version} if version else {}
    return {
        "timestamp": stamp(at),
        "service": service,
        "severity": "INFO",
        "event": event,
        **versioned,
        "author": author,
        "body": text,
    }


def line(at: datetime, service: str, severity: str, body: str, **fields: Any) -> Record:
    """A log line that no request caused: of a job, a runtime or a store."""
    return {"timestamp": stamp(at), "service": service, "severity": severity, "body": body, "host": f"{service}-1", **fields}
