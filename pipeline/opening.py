"""Opens a source for parsing: finds its format, zone and years, and gives its items."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.decoding import OtlpDecoder
from domain.errors import NothingFoundError, WrongUseError
from domain.telemetry import Signal
from pipeline import syslog
from pipeline.dates import first_year, month_day
from pipeline.lines import read_lines, refuse_rubbish
from pipeline.otlp_files import MAX_DOCUMENT, protobuf_items, signal_of_protobuf
from pipeline.reading import Item, Parse, Reading, parsed
from pipeline.report import LoadOptions
from pipeline.sniffing import Sniffed, sample_of, sniff
from pipeline.source import Content, Source
from pipeline.stamps import Place, is_ambiguous


@dataclass(slots=True)
class Opened:
    """A source whose format is known. `content` tells how far it is read."""

    format: str
    signal: Signal
    reading: Reading
    content: Content
    items: Iterator[Item]
    parse: Parse | None = None


def open_source(source: Source, options: LoadOptions, decoder: OtlpDecoder) -> Opened:
    """A source ready to be parsed. Raises WrongUseError or NothingFoundError when it cannot be."""
    head = _head(source)
    if options.format == "otlp-protobuf" or (options.format in {"auto", ""} and _may_be_protobuf(head)):
        opened = _protobuf(source, options, decoder)
        if opened is not None:
            return opened
    refuse_rubbish(source.name, head)
    with source.open() as file:
        sample = sample_of(read_lines(Content(file, source.name)))
    sniffed = sniff(sample, options.format, options.signal, decoder)
    reading = reading_of(source, options)
    reading.signal = sniffed.signal
    settle_times(lambda: _texts(source), sniffed, reading)
    content = Content(source.open(), source.name)
    return Opened(sniffed.format, sniffed.signal, reading, content, _items(content, sniffed, reading), sniffed.parse)


def _items(content: Content, sniffed: Sniffed, reading: Reading) -> Iterator[Item]:
    with closing(content):
        yield from parsed(read_lines(content), sniffed.parse, reading)
    if content.cut:
        reading.note(f"{content.cut}; every whole line before that was read")
    if reading.flawed_lines:
        reading.note(f"{reading.flawed_lines:,} lines are not valid UTF-8; their broken bytes are shown as \ufffd")


def _head(source: Source) -> bytes:
    with source.open() as file:
        head = next(Content(file, source.name).blocks(), b"")
    if not head.strip():
        raise NothingFoundError(f"{source.name!r} is empty; there is nothing to load.")
    return head


def _may_be_protobuf(head: bytes) -> bool:
    control_bytes = sum(head[:512].count(byte) for byte in (0, 1, 2, 3, 8, 0x12, 0x1A))
    return control_bytes > 0 and (head[0] == 0x0A or head[0] == 0) and not head.startswith((b"\xff\xfe", b"\xfe\xff"))  # noqa: PLR2004


def _protobuf(source: Source, options: LoadOptions, decoder: OtlpDecoder) -> Opened | None:
    content = Content(source.open(), source.name)
    with closing(content):
        body = _whole(content, source.name)
    signal = options.signal if options.signal != "logs" else signal_of_protobuf(body, decoder)
    if signal is None and options.format in {"auto", ""}:
        return None
    reading = reading_of(source, options)
    kept = signal or options.signal
    return Opened("otlp-protobuf", kept, reading, content, protobuf_items(body, decoder, kept))


def _whole(content: Content, name: str) -> bytes:
    parts: list[bytes] = []
    size = 0
    for block in content.blocks():
        parts.append(block)
        size += len(block)
        if size > MAX_DOCUMENT:
            raise WrongUseError(f"{name!r} is a protobuf file over {MAX_DOCUMENT >> 20} MiB; split it into smaller requests.")
    return b"".join(parts)


def settle_times(texts: Callable[[], Iterable[str]], sniffed: Sniffed, reading: Reading) -> None:
    """Give a reading the year of its first line where stamps have none, and say in notes what was taken from where."""
    if sniffed.format not in {"syslog", "text"}:
        return
    if sniffed.format == "text" and sniffed.place is None:
        reading.note(f"no time stamps were found; each line is taken at the file's own time, {reading.modified_at:%Y-%m-%d %H:%M:%S} UTC")
        return
    if sniffed.place is not None:
        _note_layout(sniffed.place, reading)
    if sniffed.format == "syslog" or (sniffed.place and not sniffed.place.layout.has_year):
        _settle_year(texts(), sniffed.place, reading)


def _texts(source: Source) -> Iterator[str]:
    with source.open() as file:
        yield from (line.text for line in read_lines(Content(file, source.name)) if not line.fault)


def _note_layout(place: Place, reading: Reading) -> None:
    reading.note(f"time stamps are read as {place.layout.name!r}; those without a zone are in {reading.zone}")
    if is_ambiguous(place):
        reading.note("day and month could also be the other way round")


def _settle_year(texts: Iterable[str], place: Place | None, reading: Reading) -> None:
    dates = list(_distinct(_month_days(texts, place)))
    if not dates:
        return
    if place is None:
        reading.note(f"time stamps have no zone; they are read in {reading.zone}")
    if reading.year is not None:
        reading.note(f"time stamps have no year; the first line's is {reading.year}, as given")
        return
    reading.year = first_year(dates, reading.modified_at)
    reading.note(
        f"time stamps have no year; the first line's is taken as {reading.year}, from the file's time {reading.modified_at:%Y-%m-%d}"
    )


def _month_days(lines: Iterable[str], place: Place | None) -> Iterator[tuple[int, int]]:
    if place is None:
        yield from syslog.month_days(lines)
        return
    for line in lines:
        if found := place.find(line):
            yield month_day(found)


def _distinct(dates: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    before = (0, 0)
    for date in dates:
        if date != before:
            yield date
            before = date


def reading_of(source: Source, options: LoadOptions) -> Reading:
    """The reading of a source. Raises WrongUseError for a zone we do not know."""
    try:
        zone = ZoneInfo(options.tz or "UTC")
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise WrongUseError(f"Unknown time zone {options.tz!r}; use a name such as Europe/Berlin or UTC.") from error
    return Reading(
        name=source.name,
        service=options.service,
        stem=source.stem,
        signal=options.signal,
        zone=zone,
        modified_at=source.modified_at,
        year=options.year,
    )
