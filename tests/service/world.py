"""The HTTP application over fakes: stores, tools and judge are ours, everything between is real."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from adapters.otlp import OtlpCodec, encode_response
from analytics.flagging import Flagger
from domain.errors import StoreError
from domain.ids import DEFAULT_TENANT, Tenant
from domain.incidents import Incident
from domain.ports import Judge
from domain.telemetry import Extent, LogRecord
from incidents.room import Ports as RoomPorts
from incidents.room import open_room
from pipeline.follow import Follower
from pipeline.loader import Loader
from pipeline.receive import Receiver
from prompts.library import PromptLibrary
from service.app import build_app
from service.inquiries import of_incident
from service.live import live_feed
from service.parts import Parts
from service.scheduler import Scheduler
from service.settings import Settings
from service.thresholds import KeptThresholds
from tests.fakes import FakeClock, FakeDocuments, FakeSlots, FakeStateStore, FakeTelemetryStore, FakeVectorIndex
from tests.graph.world import END, START, FakeTools, World, world
from tools.registry import Registry
from tools.toolbox import Toolbox

KNOWN = Extent(START, END, {"logs": 100}, ("checkout", "cart"))


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

    def run(self, work: Callable[..., Awaitable[object]], *given: object) -> None:
        """Do something in the loop of the client, which must be open."""
        assert self.client.portal is not None
        self.client.portal.call(work, *given)


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
    codec, clock, registry, flagger = OtlpCodec(), FakeClock(), templates(), Flagger()
    settings, documents = Settings(data_dir=Path("nowhere")), FakeDocuments()
    receiver = Receiver(store, inside.state, codec, clock, flagger)

    async def investigated(incident: Incident) -> Mapping[str, Any]:
        return (await of_incident(parts, incident)).as_json()

    index, embedder = FakeVectorIndex(), FlatEmbedder()
    parts = Parts(
        settings=settings,
        store=store,
        state=inside.state,
        documents=documents,
        slots=FakeSlots(),
        index=index,
        incidents=open_room(RoomPorts(store, documents, index, embedder, clock), investigated),
        embedder=embedder,
        loader=Loader(store, inside.state, codec, clock),
        follower=Follower(store, inside.state, codec, clock),
        receiver=receiver,
        live=live_feed(settings, receiver, clock),
        thresholds=KeptThresholds(documents, flagger),
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
