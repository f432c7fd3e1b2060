"""Writes dead letters: lines that cannot be parsed, records that the store refuses, entries that cannot be read."""

import asyncio
import json
import logging
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import urlencode

from domain.errors import StoreError
from domain.letters import DeadLetter, cut, letter_id
from domain.ports import Clock, Meter, StateStore
from domain.queue import Delivery
from domain.telemetry import LogRecord, Rejection, Signal
from domain.window import from_nanos
from pipeline.admission import Admitted
from pipeline.dump import record_row
from pipeline.entries import Slice, encoded
from pipeline.reading import Record

log = logging.getLogger(__name__)


MOST_LETTERS = 1_000  # of one request or batch: a flood of bad lines must not fill the state


class LetterBox:
    """Counts what it keeps. `text` makes words fit to persist; `delays` are the pauses between tries to keep a letter."""

    def __init__(
        self, state: StateStore, clock: Clock, meter: Meter, text: Callable[[str], str], delays: Callable[[], Iterator[float]]
    ) -> None:
        self._state = state
        self._clock = clock
        self._meter = meter
        self._text = text
        self._delays = delays

    async def rejected(self, source: str, admitted: Admitted, form: str = "") -> None:
        """Keep the first 1,000 that a parser did not take; all are counted. Raises StoreError.

        `form` says how a replay parses one such line again.
        """
        now = self._clock.now()
        letters = [
            DeadLetter(
                source,
                one.line,
                one.reason,
                one.text,
                now,
                letter_id(admitted.key, source, number),
                cause=cause_of(one),
                format=form if one.text else "",
            )
            for number, one in enumerate(admitted.rejections)
        ]
        for letter in letters:
            self._count(letter, "rejected", letter.cause, "any")
        await self._state.add_dead_letters(letters[:MOST_LETTERS])

    async def refused(self, signal: Signal, record: Record, reason: str) -> None:
        """Keep a record that the store refused, whole, for as long as it takes to keep it."""
        template = record.template_id if isinstance(record, LogRecord) else ""
        options = {"signal": signal, "template": template, "at": record.arrival.received_at_ns}
        piece = Slice((record,), ("1",), mode="load", keep_days=record.arrival.keep_days)
        letter = DeadLetter(
            record.service,
            0,
            self._text(reason),
            cut(json.dumps(record_row(record), ensure_ascii=False, default=str)),
            from_nanos(record.arrival.received_at_ns),
            letter_id("record", record.record_id),
            cause="refused",
            format=f"record?{urlencode(options)}",
            payload=encoded(piece),
            record_id=record.record_id,
        )
        self._count(letter, "refused", "store", signal)
        await self._insist([letter])

    async def unreadable(self, delivery: Delivery, reason: str) -> None:
        """Keep the bytes of an entry that cannot be decoded, for as long as it takes to keep them."""
        entry = delivery.entry
        letter = DeadLetter(
            delivery.origin,
            0,
            self._text(reason),
            f"{len(entry.payload):,} bytes, said to hold {entry.records:,} records",
            from_nanos(entry.received_at_ns),
            letter_id("entry", entry.key),
            cause="unreadable",
            format=f"entry?{urlencode({'partition': entry.partition, 'records': entry.records, 'at': entry.received_at_ns})}",
            payload=entry.payload,
            record_id=entry.key,
        )
        self._count(letter, "refused", "unreadable", "any", entry.records)
        await self._insist([letter])

    def _count(self, letter: DeadLetter, outcome: str, reason: str, signal: str, records: int = 1) -> None:
        self._meter.add("pipeline_dead_letters_total", kind=letter.kind, cause=letter.cause)
        self._meter.add("pipeline_outcomes_total", records, outcome=outcome, reason=reason, signal=signal)

    async def _insist(self, letters: Sequence[DeadLetter]) -> None:
        for delay_s in self._delays():
            try:
                await self._state.add_dead_letters(letters)
            except StoreError as error:
                log.warning("letters.not_kept", extra={"error": str(error)})
                await asyncio.sleep(delay_s)
                continue
            return


def cause_of(rejected: Rejection) -> str:
    """The short code of why a line was not taken."""
    if "bytes long; at most" in rejected.reason:
        return "too_large"
    return "truncated" if rejected.reason.startswith("the line is cut off") else "malformed"
