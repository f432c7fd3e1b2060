"""Dead letters: input that could not be taken, kept so that a person can read it and a replay can take it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_hex
from typing import Literal

LetterKind = Literal["retryable", "poison", "policy"]
TEXT_MOST = 2_000
_DIGITS = 20
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)


def letter_id(*parts: object) -> str:
    """The id of what these parts name: the same letter made twice is one."""
    return f"DL-{sha256(chr(0).join(map(str, parts)).encode('utf-8', 'replace')).hexdigest()[:_DIGITS]}"


def _fresh_id() -> str:
    return f"DL-{token_hex(_DIGITS // 2)}"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An input that could not be taken. `text` is redacted and cut; `line` is 0 where there are no lines.

    `kind`: retryable (what failed may pass), poison (refused for what it is) or policy. `cause` is a short code: malformed, too_large,
    unreadable, refused. `format` says how a replay reads `payload` or `text`, with options as in a URL (`record?signal=logs`,
    `entry?partition=0&records=9`, `ndjson?signal=logs`); empty: it cannot be replayed. `record_id` is the record's, or the entry's key.
    """

    source: str
    line: int
    reason: str
    text: str
    received_at: datetime
    letter_id: str = field(default_factory=_fresh_id)
    kind: LetterKind = "poison"
    cause: str = "malformed"
    format: str = ""
    payload: bytes = b""
    record_id: str = ""
    attempts: int = 0
    next_at: datetime | None = None
    replayed_at: datetime | None = None
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class LetterFilter:
    """Which letters; what is empty does not matter. `is_waiting`: not replayed yet; `due_at`: to be retried at this time or before."""

    kind: str = ""
    cause: str = ""
    source: str = ""
    ids: tuple[str, ...] = ()
    is_waiting: bool = False
    due_at: datetime | None = None


EVERY_LETTER = LetterFilter()


@dataclass(frozen=True, slots=True)
class LetterTotal:
    """How many letters of a kind and cause are kept, and how many of them were not replayed."""

    kind: str
    cause: str
    letters: int
    waiting: int


def cut(text: str, most: int = TEXT_MOST) -> str:
    """A text of at most `most` characters and a word about what is missing."""
    return text if len(text) <= most else f"{text[:most]}… ({len(text) - most:,} more characters)"


def pause(attempts: int) -> timedelta:
    """How long after so many failed tries the next one is due: a minute, doubled each time, six hours at most."""
    doublings = min(max(attempts - 1, 0), 16)
    return min(_FIRST_PAUSE * (1 << doublings), _LONGEST_PAUSE)
