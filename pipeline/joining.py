"""Joins continuation lines, such as those of a stack trace, to the record they belong to."""

from collections.abc import Iterator
from dataclasses import replace

from domain.telemetry import LogRecord
from pipeline.lines import Line
from pipeline.reading import Taken
from pipeline.severity import INFO, number_in_message

MAX_BODY = 262_144


class Joined:
    """The record whose lines are still coming. A body over 256 KiB takes no more text; its lines are still counted."""

    def __init__(self) -> None:
        self._line = 0
        self._record: LogRecord | None = None
        self._more: list[str] = []
        self._size = 0
        self._lines = 0

    @property
    def is_open(self) -> bool:
        """Whether there is a record to continue."""
        return self._record is not None

    def open(self, line: Line, record: LogRecord) -> None:
        """Begin a record; the one before must be closed."""
        self._line, self._record, self._lines, self._size = line.number, record, 1, len(record.body)
        self._more = []

    def add(self, line: Line) -> None:
        """Add a line to the open record."""
        self._lines += 1
        self._size += len(line.text) + 1
        if self._size <= MAX_BODY:
            self._more.append(line.text.rstrip())

    def close(self) -> Iterator[Taken]:
        """The open record, whole, if there is one."""
        if self._record is not None:
            yield Taken(self._line, self._whole(self._record) if self._more else self._record, self._lines)
            self._record = None

    def _whole(self, record: LogRecord) -> LogRecord:
        # Some layouts (java.util.logging) name the level at the head of the second line.
        said = record.severity_number if record.severity_number != INFO else number_in_message(self._more[0])
        return replace(record, body="\n".join([record.body, *self._more]), severity_number=said)
