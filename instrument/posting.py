"""One batch to the receiver over HTTP, and what its answer means."""

import json
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from urllib.parse import SplitResult, urlsplit

ROUTE = "/api/ingest?format=ndjson&signal=logs"
RETRIED = frozenset({429, 502, 503, 504})
FIRST_PAUSE_S, LONGEST_PAUSE_S, LONGEST_RETRY_AFTER_S = 0.1, 30.0, 300.0
MOST_ANSWER = 1 << 20
_TOKEN = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Answer:
    """How a batch fared: whether it is settled, how many of its lines were refused, and when to come again."""

    status: int
    refused: int = 0
    retry_after_s: float = 0.0

    @property
    def is_taken(self) -> bool:
        """The receiver has it."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def is_later(self) -> bool:
        """The same batch may be taken another time."""
        return self.status in RETRIED


@dataclass(frozen=True, slots=True)
class Target:
    """Where batches go. `url` is the receiver's, without a route; `headers` go with every request (a key, say)."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or not _has_port(parts):
            raise ValueError(f"{self.url!r} is no address of a receiver; give one like http://127.0.0.1:8080")
        for name, value in self.headers.items():
            if not _TOKEN.fullmatch(name) or not (value.isascii() and value.isprintable()):
                raise ValueError(f"{name!r}: {value!r} is no HTTP header; names are words, values printable ASCII")

    def post(self, body: bytes, key: str, timeout_s: float) -> Answer:
        """Send a gzip body of NDJSON. Raises OSError or HTTPException when there is no whole answer in time."""
        parts = urlsplit(self.url)
        connection = _connection(parts, timeout_s)
        named = {"content-type": "application/x-ndjson", "content-encoding": "gzip", "idempotency-key": key, "connection": "close"}
        try:
            connection.request("POST", parts.path.rstrip("/") + ROUTE, body, {**self.headers, **named})
            return _answer(connection.getresponse())
        finally:
            connection.close()


def pause_s(attempt: int, retry_after_s: float, dice: Callable[[float, float], float] = random.uniform) -> float:
    """How long to wait before another attempt, never less than the receiver says.

    Full jitter: Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog 2015.
    """
    longest = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(attempt, 16))
    return min(retry_after_s, LONGEST_RETRY_AFTER_S) + dice(0.0, longest)


def _has_port(parts: SplitResult) -> bool:
    """Whether the port is one, or is not said."""
    try:
        return parts.port != 0
    except ValueError:
        return False


def _connection(parts: SplitResult, timeout_s: float) -> HTTPConnection:
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    return kind(parts.hostname or "", parts.port, timeout=timeout_s)


def _answer(response: HTTPResponse) -> Answer:
    body = response.read(MOST_ANSWER)
    return Answer(response.status, _refused(body), _retry_after_s(response.headers.get("retry-after", "")))


def _refused(body: bytes) -> int:
    try:
        said = json.loads(body)
    except ValueError:
        return 0
    lines = said.get("rejected") if isinstance(said, dict) else None
    return len(lines) if isinstance(lines, list) else 0


def _retry_after_s(text: str) -> float:
    try:
        return max(float(text), 0.0)
    except ValueError:
        pass
    try:
        return max((parsedate_to_datetime(text).astimezone(UTC) - datetime.now(UTC)).total_seconds(), 0.0)
    except ValueError:
        return 0.0
