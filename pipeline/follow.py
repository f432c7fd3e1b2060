"""Follows a growing file: loads what is appended, also after the file is rotated or truncated."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime
from typing import BinaryIO

from domain.decoding import OtlpDecoder
from pipeline.admission import Origin, new_key
from pipeline.lines import LINE_LIMIT, Line
from pipeline.loader import Desk, keep_letters
from pipeline.opening import reading_of, settle_times
from pipeline.reading import Reading, parsed
from pipeline.report import LoadOptions, Progress, Tally
from pipeline.sniffing import SAMPLE_LINES, Sniffed, sniff
from pipeline.source import BLOCK, Source

POLL_S = 0.5


class Tail:
    """Reads what is appended to a path. A file that shrank, or was replaced, is read from its start."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._file: BinaryIO | None = None
        self._part = b""
        self._number = 0
        self._is_skipping = False

    def read(self) -> tuple[Line, ...]:
        """The whole lines appended since the last call; none while the file is away."""
        self._reopen()
        if self._file is None:
            return ()
        pieces = (self._part + self._file.read(BLOCK * 16)).split(b"\n")
        if self._is_skipping and len(pieces) > 1:
            pieces, self._is_skipping = pieces[1:], False
        self._part = b"" if self._is_skipping else pieces[-1]
        if len(self._part) > LINE_LIMIT:
            pieces[-1:], self._is_skipping = [self._part, b""], True
            self._part = b""
        pieces.pop()
        return tuple(self._line(piece) for piece in pieces)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def _line(self, raw: bytes) -> Line:
        self._number += 1
        fault = f"the line is longer than {LINE_LIMIT:,} bytes" if len(raw) > LINE_LIMIT else ""
        return Line(self._number, raw[:LINE_LIMIT].decode("utf-8", "replace").removesuffix("\r"), fault)

    def _reopen(self) -> None:
        try:
            now = self._source.path.stat()
        except FileNotFoundError:
            return
        if self._file is not None:
            known, at = os.fstat(self._file.fileno()), self._file.tell()
            is_same = known.st_ino == now.st_ino
            if (is_same and now.st_size >= at) or (not is_same and known.st_size > at):
                return
            self._file.close()
        self._file = self._source.open()
        self._part, self._number = b"", 0


class Follower:
    """Loads appended lines in small batches, for as long as it is asked to."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def follow(self, source: Source, options: LoadOptions, stop: asyncio.Event, poll_s: float = POLL_S) -> AsyncIterator[Progress]:
        """Load what is there and then what is appended, until `stop` is set; yields after each batch that was written.

        The last record is held back until the next one begins or a poll finds nothing new, so that its lines stay together.
        """
        tail, tally, pending = Tail(source), Tally(), _Pending(options, self._desk.decoder)
        keep_days = options.keep_days
        try:
            while True:
                appended = await asyncio.to_thread(tail.read)
                if lines := pending.ready(appended):
                    await self._load(lines, pending.reading(source, self._desk.clock.now(), lines), pending, keep_days, tally)
                    yield Progress(0, 0, tally.accepted, tally.rejected_total)
                if not appended:
                    if stop.is_set():
                        return
                    await _pause(stop, poll_s)
        finally:
            tail.close()

    async def _load(self, lines: list[Line], reading: Reading, pending: "_Pending", keep_days: int, tally: Tally) -> None:
        desk, key = self._desk, new_key(self._desk.clock)
        origin = Origin(key, key, "follow", "load", keep_days)
        admitted = await asyncio.to_thread(lambda: desk.admission.admit(parsed(lines, pending.sniffed.parse, reading), origin))
        tally.count(admitted.rejections, admitted.times_ns, admitted.joined_lines)
        await desk.plane.append(admitted.entries)
        await desk.plane.written([entry.key for entry in admitted.entries])
        await keep_letters(desk, reading.name, admitted)


class _Pending:
    """Lines that wait for their record to be whole. The format is settled by the first lines that come."""

    def __init__(self, options: LoadOptions, decoder: OtlpDecoder) -> None:
        self._options = options
        self._decoder = decoder
        self._lines: list[Line] = []
        self._known: Sniffed | None = None

    @property
    def sniffed(self) -> Sniffed:
        if self._known is None:
            sample = [line.text for line in self._lines[:SAMPLE_LINES] if line.text.strip()]
            self._known = sniff(sample, self._options.format, self._options.signal, self._decoder)
        return self._known

    def ready(self, appended: tuple[Line, ...]) -> list[Line]:
        """The lines of whole records; all that wait when nothing was appended."""
        self._lines.extend(appended)
        if not self._lines:
            return []
        end = len(self._lines) if not appended else self._last_beginning()
        lines, self._lines = self._lines[:end], self._lines[end:]
        return lines

    def reading(self, source: Source, now: datetime, lines: list[Line]) -> Reading:
        reading = reading_of(source, self._options)
        reading.signal, reading.modified_at = self.sniffed.signal, now
        settle_times(lambda: (line.text for line in lines), self.sniffed, reading)
        return reading

    def _last_beginning(self) -> int:
        place, sniffed_format = self.sniffed.place, self.sniffed.format
        for at in range(len(self._lines) - 1, -1, -1):
            text = self._lines[at].text
            if (place is None or place.find(text)) and not (sniffed_format == "syslog" and text[:1].isspace()):
                return at
        return 0


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
