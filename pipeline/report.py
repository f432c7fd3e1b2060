"""What a load is asked to do, how far it is, and what came of it."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from domain.telemetry import Rejection, Signal
from domain.window import rfc3339

FormatName = Literal["ndjson", "otlp-json", "otlp-protobuf", "access", "syslog", "text"]
FORMATS: tuple[FormatName, ...] = ("ndjson", "otlp-json", "otlp-protobuf", "access", "syslog", "text")
SHOWN_REJECTIONS = 100


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How a file is to be read. `year` is that of its first line; `tz` the zone of stamps without one; `keep_days` 0: rows stay."""

    format: str = "auto"
    service: str = ""
    signal: Signal = "logs"
    year: int | None = None
    tz: str = "UTC"
    again: bool = False
    keep_days: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a load is: packed bytes read of all bytes, and records so far."""

    bytes_read: int
    bytes_total: int
    accepted: int
    rejected: int


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What came of a load. `lines` = accepted + rejected_total + joined_lines + blank_lines for line formats."""

    name: str
    format: str
    signal: str
    accepted: int = 0
    rejected_total: int = 0
    rejected: tuple[Rejection, ...] = ()
    reasons: dict[str, int] = field(default_factory=dict)
    lines: int = 0
    joined_lines: int = 0
    blank_lines: int = 0
    rows_per_s: float = 0.0
    from_at: datetime | None = None
    to_at: datetime | None = None
    notes: tuple[str, ...] = ()
    sha256: str = ""

    def as_json(self) -> dict[str, Any]:
        """The report as `ingest --json` prints it."""
        plain = {name: getattr(self, name) for name in ("name", "format", "signal", "accepted", "rejected_total", "lines")}
        return {
            **plain,
            "rejected": [{"line": rejection.line, "reason": rejection.reason} for rejection in self.rejected],
            "reasons": dict(self.reasons),
            "rows_per_s": round(self.rows_per_s, 1),
            "from": rfc3339(self.from_at) if self.from_at else None,
            "to": rfc3339(self.to_at) if self.to_at else None,
            "notes": list(self.notes),
        }


@dataclass(slots=True)
class Tally:
    """Counts of a load under way."""

    accepted: int = 0
    rejected_total: int = 0
    joined_lines: int = 0
    rejected: list[Rejection] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    from_ns: int | None = None
    to_ns: int | None = None

    def count(self, rejections: list[Rejection], times_ns: list[int], joined_lines: int) -> None:
        """Count one batch."""
        self.reject(rejections)
        self.accept(times_ns, joined_lines)

    def reject(self, rejections: list[Rejection]) -> None:
        """Count rejections by reason (numbers in a reason do not make a reason of its own) and keep the first hundred."""
        self.rejected_total += len(rejections)
        self.rejected.extend(rejections[: SHOWN_REJECTIONS - len(self.rejected)])
        self.reasons.update(_kind(rejection.reason) for rejection in rejections)

    def accept(self, times_ns: list[int], joined_lines: int) -> None:
        """Count records by their times."""
        self.accepted += len(times_ns)
        self.joined_lines += joined_lines
        if times_ns:
            self.from_ns = min(times_ns) if self.from_ns is None else min(self.from_ns, *times_ns)
            self.to_ns = max(times_ns) if self.to_ns is None else max(self.to_ns, *times_ns)


def _kind(reason: str) -> str:
    return "".join("N" if char.isdigit() else char for char in reason.partition(": ")[0])[:120]
