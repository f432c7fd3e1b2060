"""Takes request bodies into the queue: charged, parsed, cleaned, durable, and only then acknowledged."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from time import perf_counter
from urllib.parse import urlencode

from domain.decoding import OtlpDecoder
from domain.errors import QueueFullError, QuotaError
from domain.ports import Clock, Meter
from domain.queue import Pressure
from domain.telemetry import LogRecord, Rejection, Signal
from pipeline.admission import Admission, Admitted, Origin
from pipeline.copies import request_key
from pipeline.letters.box import LetterBox
from pipeline.lines import Line
from pipeline.ndjson import parse_ndjson
from pipeline.otlp_files import items_of
from pipeline.plane import DataPlane
from pipeline.quotas import Quotas
from pipeline.reading import Item, Reading, Taken, parsed
from pipeline.worker import Observer

NDJSON_TYPES = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl"})
Items = Callable[[], Iterable[Item]]


@dataclass(frozen=True, slots=True)
class Received:
    """How many records of a request are durable, and which are not taken. A repeat was taken before: nothing was added."""

    accepted: int
    rejections: tuple[Rejection, ...] = ()
    is_repeat: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """What a receiver works with. `keep_days`: how long what is pushed stays; `hasty` sources are answered from memory."""

    plane: DataPlane
    letters: LetterBox
    decoder: OtlpDecoder
    admission: Admission
    quotas: Quotas
    clock: Clock
    meter: Meter
    keep_days: int = 30
    hasty: frozenset[str] = frozenset()


class Receiver:
    """Takes what senders push. Returns once every accepted record is durable; the worker stores it soon after."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def warm_up(self) -> None:
        """Do once what the first request would wait for: patterns are compiled when they are first needed."""
        await asyncio.to_thread(self._desk.admission.admit, [Taken(1, LogRecord(0, "watchfloor", "ready"))], Origin("warm", "warm"))

    def subscribe(self, observer: Observer) -> None:
        """Call this with the log records that are stored from now on."""
        self._desk.plane.subscribe(observer)

    async def take(
        self, signal: Signal, body: bytes, content_type: str, service: str = "", *, source: str = "default", digest: str = ""
    ) -> Received:
        """Take a request body: OTLP (protobuf or JSON) or NDJSON by its content type. Raises WrongUseError for neither."""
        is_ndjson = content_type.partition(";")[0].strip().lower() in NDJSON_TYPES

        def items() -> Iterable[Item]:
            if is_ndjson:
                return parsed(lines_of(body), parse_ndjson, Reading(name="request", service=service, signal=signal))
            return items_of(self._desk.decoder.decode(signal, body, content_type), None)

        content = sha256(body).hexdigest()
        form = f"ndjson?{urlencode({'signal': signal, 'service': service})}" if is_ndjson else ""
        return await self.accept(items, digest or content, source, len(body), content, form=form)

    async def accept(
        self, items: Items, digest: str, source: str = "default", size: int = 0, content: str = "", *, form: str = ""
    ) -> Received:
        """Take what a parser gives; it runs in a thread. `digest` names the request: the same one within 15 minutes is a repeat.

        `form` says how a dead letter of it is parsed again (domain/letters.py).

        Raises QuotaError, QueueFullError and QueueError (all to be tried again later) and what the parser raises.
        """
        began, desk = perf_counter(), self._desk
        self._charge(source, size)
        if (pressure := (await desk.plane.start()).pressure()) is Pressure.CLOSED:
            desk.meter.add("pipeline_outcomes_total", outcome="rejected", reason="queue_full", signal="any")
            raise QueueFullError("The queue is full: nothing is taken until it has drained. Send it again later.")
        origin = Origin(request_key(f"{source}:{digest}", desk.clock), content or digest, source, "push", desk.keep_days)
        admitted = await asyncio.to_thread(lambda: desk.admission.admit(items(), origin, pressure))
        self._charge(source, 0, admitted.accepted)
        is_new = not admitted.entries or await self._append(admitted, source, digest)
        if is_new:
            self._count(admitted, source, size)
            await self._keep(admitted, source, form)
        else:
            desk.meter.add("pipeline_duplicate_requests_total", source=source)
        desk.meter.observe("pipeline_ack_seconds", perf_counter() - began, source=source)
        return Received(admitted.accepted, tuple(admitted.rejections), is_repeat=not is_new)

    def _count(self, admitted: Admitted, source: str, size: int) -> None:
        meter = self._desk.meter
        meter.add("pipeline_received_bytes_total", size, source=source)
        for signal, records in admitted.signals.items():
            meter.add("pipeline_received_records_total", records, source=source, signal=signal)
        for (signal, reason), records in admitted.shed.items():
            meter.add("pipeline_outcomes_total", records, outcome="shed", reason=reason, signal=signal)

    async def _keep(self, admitted: Admitted, source: str, form: str) -> None:
        if admitted.rejections:
            await self._desk.letters.rejected(source, admitted, form)

    async def _append(self, admitted: Admitted, source: str, digest: str) -> bool:
        if source in self._desk.hasty:
            return await self._desk.plane.append_in_memory(admitted.entries)
        return await self._desk.plane.append(admitted.entries, f"{source}:{digest}")

    def _charge(self, source: str, size: int, records: int = 0) -> None:
        """Over quota nothing of a request is read, so it counts for one where its records are not known."""
        try:
            self._desk.quotas.charge(source, size, records)
        except QuotaError:
            self._desk.meter.add("pipeline_outcomes_total", records or 1, outcome="rejected", reason="quota", signal="any")
            raise


def lines_of(body: bytes) -> Iterator[Line]:
    """The lines of a body, numbered from 1."""
    for number, raw in enumerate(body.split(b"\n"), start=1):
        yield Line(number, raw.decode("utf-8", "replace"))
