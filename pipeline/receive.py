"""Takes request bodies, OTLP or NDJSON, straight into the store, and tells observers of the log events."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from analytics.flagging import Flagger
from analytics.templates import TemplateMiner
from domain.errors import WatchfloorError
from domain.ports import Clock, DeadLetter, OtlpDecoder, StateStore, TelemetryStore
from domain.telemetry import LogRecord, Rejection, Signal
from pipeline.batches import Batch, Finisher
from pipeline.flagging import flagged
from pipeline.lines import Line
from pipeline.ndjson import parse_ndjson
from pipeline.otlp_files import items_of
from pipeline.reading import Item, Reading, parsed
from pipeline.writing import write_batch

log = logging.getLogger(__name__)

Observer = Callable[[Sequence[LogRecord]], Awaitable[None]]

NDJSON_TYPES = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl"})


@dataclass(frozen=True, slots=True)
class Received:
    """How many records of a request are stored, and which are not."""

    accepted: int
    rejections: tuple[Rejection, ...] = ()


class Receiver:
    """Stores what senders push, each log event judged by the flagger first. Returns once the records are written."""

    def __init__(
        self, store: TelemetryStore, state: StateStore, decoder: OtlpDecoder, clock: Clock, flagger: Flagger | None = None
    ) -> None:
        self._store = store
        self._state = state
        self._decoder = decoder
        self._clock = clock
        self._flagger = flagger or Flagger()
        self._miner: TemplateMiner | None = None
        self._order = asyncio.Lock()
        self._observers: list[Observer] = []

    def subscribe(self, observer: Observer) -> None:
        """Call this with the log records of every request from now on, as stored. It delays the sender: hand long work on."""
        self._observers.append(observer)

    async def take(self, signal: Signal, body: bytes, content_type: str, service: str = "") -> Received:
        """Store a request body: OTLP (protobuf or JSON) or NDJSON by its content type. Raises WrongUseError for neither."""
        items = await asyncio.to_thread(self._items, signal, body, content_type, service)
        async with self._order:
            batch = await asyncio.to_thread(self._judged, body, items, await self._known())
            await write_batch(self._store, batch)
        await self._keep(batch)
        await self._tell(batch.logs)
        return Received(len(batch.logs) + len(batch.spans) + len(batch.metrics), tuple(batch.rejections))

    def _items(self, signal: Signal, body: bytes, content_type: str, service: str) -> list[Item]:
        if content_type.partition(";")[0].strip().lower() in NDJSON_TYPES:
            reading = Reading(name="request", service=service, signal=signal)
            return list(parsed(_lines(body), parse_ndjson, reading))
        return list(items_of(self._decoder.decode(signal, body, content_type), None))

    def _judged(self, body: bytes, items: list[Item], miner: TemplateMiner) -> Batch:
        batch = Finisher(miner, sha256(body).hexdigest()).batch(items)
        batch.logs = flagged(batch.logs, self._flagger)
        return batch

    async def _tell(self, records: Sequence[LogRecord]) -> None:
        for observer in self._observers if records else ():
            try:
                await observer(records)
            except WatchfloorError:
                log.exception("receive.observer_failed")  # what is stored stays accepted

    async def _known(self) -> TemplateMiner:
        if self._miner is None:
            self._miner = TemplateMiner(await self._store.templates())
        return self._miner

    async def _keep(self, batch: Batch) -> None:
        if batch.rejections:
            now = self._clock.now()
            letters = [DeadLetter("request", rejected.line, rejected.reason, rejected.text, now) for rejected in batch.rejections]
            await self._state.add_dead_letters(letters)


def _lines(body: bytes) -> Iterator[Line]:
    for number, raw in enumerate(body.split(b"\n"), start=1):
        yield Line(number, raw.decode("utf-8", "replace"))
