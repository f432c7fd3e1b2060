"""Takes request bodies, OTLP or NDJSON, straight into the store."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

from analytics.templates import TemplateMiner
from domain.ports import Clock, DeadLetter, OtlpDecoder, StateStore, TelemetryStore
from domain.telemetry import Rejection, Signal
from pipeline.batches import Batch, Finisher
from pipeline.lines import Line
from pipeline.ndjson import parse_ndjson
from pipeline.otlp_files import items_of
from pipeline.reading import Item, Reading, parsed
from pipeline.writing import write_batch

NDJSON_TYPES = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl"})


@dataclass(frozen=True, slots=True)
class Received:
    """How many records of a request are stored, and which are not."""

    accepted: int
    rejections: tuple[Rejection, ...] = ()


class Receiver:
    """Stores what senders push. Returns once the records are written."""

    def __init__(self, store: TelemetryStore, state: StateStore, decoder: OtlpDecoder, clock: Clock) -> None:
        self._store = store
        self._state = state
        self._decoder = decoder
        self._clock = clock
        self._miner: TemplateMiner | None = None
        self._order = asyncio.Lock()

    async def take(self, signal: Signal, body: bytes, content_type: str, service: str = "") -> Received:
        """Store a request body: OTLP (protobuf or JSON) or NDJSON by its content type. Raises WrongUseError for neither."""
        items = await asyncio.to_thread(self._items, signal, body, content_type, service)
        async with self._order:
            batch = await asyncio.to_thread(Finisher(await self._known(), uuid4().hex).batch, items)
            await write_batch(self._store, batch)
        await self._keep(batch)
        return Received(len(batch.logs) + len(batch.spans) + len(batch.metrics), tuple(batch.rejections))

    def _items(self, signal: Signal, body: bytes, content_type: str, service: str) -> list[Item]:
        if content_type.partition(";")[0].strip().lower() in NDJSON_TYPES:
            reading = Reading(name="request", service=service, signal=signal)
            return list(parsed(_lines(body), parse_ndjson, reading))
        return list(items_of(self._decoder.decode(signal, body, content_type), None))

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
