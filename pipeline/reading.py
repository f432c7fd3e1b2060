"""What a parser is given beside the lines, and what it hands back."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import NamedTuple

from domain.letters import cut
from domain.telemetry import LogRecord, MetricPoint, Rejection, Signal, SpanRecord
from pipeline.lines import Line

Record = LogRecord | SpanRecord | MetricPoint


class Taken(NamedTuple):
    """A record, the line it began on, and how many lines it took."""

    line: int
    record: Record
    lines: int = 1


Item = Taken | Rejection


@dataclass(slots=True)
class Reading:
    """One pass over a content: what stands for missing things, and what is noted on the way."""

    name: str = "input"
    service: str = ""
    stem: str = "input"
    signal: Signal = "logs"
    zone: tzinfo = UTC
    modified_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    year: int | None = None
    notes: list[str] = field(default_factory=list)
    faults: list[Rejection] = field(default_factory=list)
    blank_lines: int = 0
    flawed_lines: int = 0
    lines: int = 0

    def note(self, text: str) -> None:
        """Keep a remark for the report, once."""
        if text not in self.notes:
            self.notes.append(text)

    def sound(self, lines: Iterable[Line]) -> Iterator[Line]:
        """The lines that can be parsed; blank ones are counted, faulty ones kept as rejections."""
        for line in lines:
            self.lines = line.number
            self.flawed_lines += line.flawed
            if line.fault:
                self.faults.append(rejection(line, line.fault))
            elif not line.text or line.text.isspace():
                self.blank_lines += 1
            else:
                yield line


Parse = Callable[[Iterable[Line], Reading], Iterator[Item]]


def parsed(lines: Iterable[Line], parse: Parse, reading: Reading) -> Iterator[Item]:
    """Every item of a content: what the parser gives and the faulty lines between."""
    for item in parse(reading.sound(lines), reading):
        while reading.faults:
            yield reading.faults.pop(0)
        yield item
    while reading.faults:
        yield reading.faults.pop(0)


def rejection(line: Line, reason: str) -> Rejection:
    """A line that is not taken, with as much of its text as the dead letters keep."""
    return Rejection(line.number, reason, cut(line.text))
