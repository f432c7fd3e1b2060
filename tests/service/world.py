"""The HTTP application over fakes: stores, tools and judge are ours, everything between is real."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from adapters.otlp import OtlpCodec, encode_response
from analytics.flagging import Flagger
from domain.archive import Archive, ArchiveError, RawStore
from domain.errors import StoreError
from domain.ids import DEFAULT_TENANT, Tenant
from domain.incidents import Incident
from domain.ports import Judge
from domain.queue import EventQueue
from domain.rollups import Family, Tier
from domain.telemetry import Extent, LogRecord
from domain.window import to_nanos
from incidents.room import Ports as RoomPorts
from incidents.room import open_room
from observability.metrics import Metrics
from pipeline.policies import PolicyBook, shipped_policy
from pipeline.retention.expiry import Limits
from pipeline.retention.job import Retention
from pipeline.rollups import RollUps
from pipeline.sampling import TailSampler
from prompts.library import PromptLibrary
from service.app import build_app
from service.inquiries import of_incident
from service.keeping import Keeper
from service.live import live_feed
from service.parts import Parts
from service.plane import OpenIncidents, Surroundings, build_intake
from service.scheduler import Scheduler
from service.settings import Settings
from service.thresholds import KeptThresholds
from tests.fakes import FakeClock, FakeDocuments, FakeQueue, FakeSlots, FakeStateStore, FakeTelemetryStore, FakeVectorIndex
from tests.graph.world import END, START, FakeTools, World, world
from tools.registry import Registry
from tools.toolbox import Toolbox

KNOWN = Extent(START, END, {"logs": 100}, ("checkout", "cart"))


class NothingToRoll:
    """A store whose roll-ups are always up to date."""

    async def unrolled(self, family: Family, since: date | None = None) -> tuple[date, ...]:
        return ()

    async def roll_up(self, family: Family, day: date, tier: Tier, source: Tier | None) -> int:
        return 0

    async def close(self) -> None:
        """Nothing is open."""


def no_days() -> AbstractContextManager[RawStore]:
    raise StoreError("there are no days here")


def no_archive() -> Archive:
    raise ArchiveError("there is no archive here")


class FlatEmbedder:
    """Every text in one direction."""

    name, dimensions = "flat", 1

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        return [[1.0] for _ in texts]


@dataclass(slots=True)
class BrokenTelemetryStore(FakeTelemetryStore):
    """A store that went away."""

    async def extent(self, tenant: Tenant = DEFAULT_TENANT) -> Extent | None:
        raise StoreError("the store does not answer; is it running?")

    async def write_logs(self, records: Sequence[LogRecord], tenant: Tenant = DEFAULT_TENANT) -> int:
        raise StoreError("the store does not answer; is it running?")


@dataclass(slots=True)
class Front:
    """The application's client with what a test may look at behind it."""

    parts: Parts
    store: FakeTelemetryStore
    state: FakeStateStore
    inside: World
    client: TestClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = TestClient(build_app(self.parts, "0"), base_url="http://127.0.0.1", raise_server_exceptions=False)

    def settle(self) -> None:
        """Wait until everything that was received is stored."""
        self.run(settled, self.parts)

    def run(self, work: Callable[..., Awaitable[object]], *given: object) -> None:
        """Do something in the loop of the client, which must be open."""
        assert self.client.portal is not None
        self.client.portal.call(work, *given)


async def settled(parts: Parts) -> None:
    """Wait until everything that the queue holds is stored."""
    queue = await parts.plane.start()
    assert isinstance(queue, FakeQueue)
    await parts.plane.written([delivery.entry.key for delivery in queue.held.values()])


def front(
    judge: Judge | None = None, tools: FakeTools | None = None, store: FakeTelemetryStore | None = None, *, empty: bool = False
) -> Front:
    """An application with data from midnight to noon, or with none."""
    inside = world(judge, tools, empty=empty)
    store = store or FakeTelemetryStore(None if empty else KNOWN)
    return Front(parts_of(inside, store), store, inside.state, inside)


@cache
def templates() -> Registry:
    """The real metric templates, read once: they never change."""
    return Registry.load()


def parts_of(inside: World, store: FakeTelemetryStore) -> Parts:
    """Parts wired by hand."""
    clock, registry = FakeClock(), templates()
    settings, documents, metrics = Settings(data_dir=Path("nowhere")), FakeDocuments(), Metrics()
    policies, queue, incidents = PolicyBook(documents, shipped_policy("dev")), FakeQueue(), OpenIncidents(documents)

    async def opened() -> EventQueue:
        return queue

    around = Surroundings(
        settings=settings,
        store=store,
        state=inside.state,
        decoder=OtlpCodec(),
        flagger=Flagger(),
        policies=policies,
        incidents=incidents,
        sampler=TailSampler(policies, lambda: to_nanos(clock.now()), incidents, meter=metrics),
        open_queue=opened,
        clock=clock,
        metrics=metrics,
        secret=b"of this test",
    )
    intake = build_intake(around)

    async def investigated(incident: Incident) -> Mapping[str, Any]:
        return (await of_incident(parts, incident)).as_json()

    index, embedder = FakeVectorIndex(), FlatEmbedder()
    parts = Parts(
        settings=settings,
        store=store,
        state=inside.state,
        documents=documents,
        audit=inside.audit,
        slots=FakeSlots(),
        index=index,
        incidents=open_room(RoomPorts(store, documents, index, embedder, clock), investigated),
        embedder=embedder,
        plane=intake.plane,
        keeper=Keeper(around, intake.plane),
        rollups=RollUps(NothingToRoll(), clock),
        retention=Retention(no_days, no_archive, Limits(1), "nowhere"),
        policies=policies,
        metrics=metrics,
        loader=intake.loader,
        follower=intake.follower,
        receiver=intake.receiver,
        live=live_feed(settings, intake.receiver, clock),
        thresholds=KeptThresholds(documents, around.flagger),
        encode_response=encode_response,
        registry=registry,
        toolbox=Toolbox(store, registry),
        prompts=PromptLibrary.load(),
        analyst=inside.analyst,
        clock=clock,
        traces=inside.traces,
        scheduler=Scheduler(FakeSlots(), clock),
    )
    return parts
