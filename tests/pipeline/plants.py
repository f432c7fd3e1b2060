"""A whole data plane over fakes, or over whatever a test gives."""

import itertools
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from adapters.otlp import OtlpCodec
from analytics.flagging import Flagger
from domain.ids import DEFAULT_TENANT
from domain.letters import DeadLetter
from domain.ports import Clock, StateStore, TelemetryStore
from domain.queue import Delivery, EventQueue
from domain.telemetry import Signal
from domain.window import to_nanos
from pipeline.admission import Admission
from pipeline.counting import unguarded
from pipeline.finishing import Finisher
from pipeline.follow import Follower
from pipeline.letters.box import LetterBox
from pipeline.loader import Desk as LoaderDesk
from pipeline.loader import Loader
from pipeline.plane import DataPlane
from pipeline.policies import PolicyBook, shipped_policy
from pipeline.quotas import Quota, Quotas
from pipeline.reading import Record
from pipeline.receive import Desk as ReceiverDesk
from pipeline.receive import Receiver
from pipeline.sampling import TailSampler
from pipeline.worker import Desk as WorkerDesk
from pipeline.worker import Worker
from pipeline.writer import Writer
from tests.fakes import FakeClock, FakeDocuments, FakeMeter, FakeQueue, FakeStateStore, FakeTelemetryStore


def no_delays() -> Iterator[float]:
    """Pauses between attempts that take no time to speak of."""
    return itertools.repeat(0.001)


class Untouched:
    """Cleans nothing."""

    def clean(self, records: Sequence[Record]) -> Sequence[Record]:
        return records

    def text(self, value: str) -> str:
        return value


@dataclass(slots=True)
class Plant:
    """What a data plane stands on; whatever is not given is a fake."""

    store: TelemetryStore = field(default_factory=FakeTelemetryStore)
    state: StateStore = field(default_factory=FakeStateStore)
    queue: EventQueue = field(default_factory=FakeQueue)
    clock: Clock = field(default_factory=FakeClock)
    meter: FakeMeter = field(default_factory=FakeMeter)
    sampler: TailSampler | None = None
    quota: Quota = field(default_factory=Quota)
    hasty: frozenset[str] = frozenset()
    refused: list[tuple[Signal, Record, str]] = field(default_factory=list)
    poisoned: list[Delivery] = field(default_factory=list)

    async def worker(self, queue: EventQueue) -> Worker:
        """A worker over the queue."""

        letters = self.letters()

        async def refuse(signal: Signal, record: Record, reason: str) -> None:
            self.refused.append((signal, record, reason))
            await letters.refused(signal, record, reason)

        async def poison(delivery: Delivery, reason: str) -> None:
            self.poisoned.append(delivery)
            await letters.unreadable(delivery, reason)

        return Worker(
            WorkerDesk(
                queue=queue,
                store=self.store,
                finisher=Finisher(await self.store.templates(), Flagger()),
                sampler=self.sampler or sampler_of("dev", self.clock),
                writer=Writer(self.store, queue, refuse, clock=self.clock, meter=self.meter, delays=no_delays),
                guard=unguarded,
                poisoned=poison,
                meter=self.meter,
                delays=no_delays,
                owner="test",
                clock=self.clock,
            )
        )

    def letters(self) -> LetterBox:
        """What keeps dead letters."""
        return LetterBox(self.state, self.clock, self.meter, Untouched().text, no_delays)

    def plane(self) -> DataPlane:
        """A plane, not started."""

        async def opened() -> EventQueue:
            return self.queue

        return DataPlane(opened, self.worker)

    def ways_in(self, plane: DataPlane) -> "WaysIn":
        """What takes records into a plane."""
        admission = Admission(self.queue.partitions, Untouched(), self.clock)
        letters = self.letters()
        desk = LoaderDesk(plane, self.store, self.state, OtlpCodec(), admission, self.clock, letters)
        quotas = Quotas(self.quota)
        receiving = ReceiverDesk(plane, letters, OtlpCodec(), admission, quotas, self.clock, self.meter, hasty=self.hasty)
        return WaysIn(plane, Receiver(receiving), Loader(desk), Follower(desk))


@dataclass(frozen=True, slots=True)
class WaysIn:
    """A plane and its ways in."""

    plane: DataPlane
    receiver: Receiver
    loader: Loader
    follower: Follower

    async def settle(self, queue: FakeQueue) -> None:
        """Wait until everything that was received is written."""
        await self.plane.written([delivery.entry.key for delivery in queue.held.values()])


@asynccontextmanager
async def running(plant: Plant) -> AsyncIterator[WaysIn]:
    """The plane at work."""
    plane = plant.plane()
    try:
        yield plant.ways_in(plane)
    finally:
        await plane.close()


def sampler_of(environment: str, clock: Clock, services: Sequence[str] = ()) -> TailSampler:
    """A sampler with the shipped policy of an environment and incidents in these services."""
    book = PolicyBook(FakeDocuments(), shipped_policy(environment))
    return TailSampler(book, lambda: to_nanos(clock.now()), lambda: frozenset(services))


def letters_of(state: FakeStateStore) -> list[DeadLetter]:
    """The dead letters that are kept."""
    return state.kept_letters.get(DEFAULT_TENANT, [])
