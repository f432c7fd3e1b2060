"""What the service is made of once it is wired: one value that routes and commands are given."""

from dataclasses import dataclass

from domain.audit import AuditLog
from domain.ports import Clock, Documents, Embedder, Notifier, Slots, StateStore, TelemetryStore, VectorIndex
from graph.analyst import Analyst
from incidents.room import IncidentRoom
from observability.metrics import Metrics
from observability.tracing import TraceBuffer
from pipeline.follow import Follower
from pipeline.loader import Loader
from pipeline.plane import DataPlane
from pipeline.policies import PolicyBook
from pipeline.receive import Receiver
from pipeline.retention.job import Retention
from pipeline.rollups import RollUps
from prompts.library import PromptLibrary
from service.gate import EncodeResponse
from service.keeping import Keeper
from service.live import LiveFeed
from service.scheduler import Scheduler
from service.settings import Settings
from service.thresholds import KeptThresholds
from tools.registry import Registry
from tools.toolbox import Toolbox


@dataclass(frozen=True, slots=True)
class Parts:
    """The wired product."""

    settings: Settings
    store: TelemetryStore
    state: StateStore
    documents: Documents
    audit: AuditLog
    slots: Slots
    index: VectorIndex
    incidents: IncidentRoom
    embedder: Embedder
    loader: Loader
    follower: Follower
    plane: DataPlane
    keeper: Keeper
    rollups: RollUps
    retention: Retention
    policies: PolicyBook
    metrics: Metrics
    receiver: Receiver
    live: LiveFeed
    thresholds: KeptThresholds
    encode_response: EncodeResponse
    registry: Registry
    toolbox: Toolbox
    prompts: PromptLibrary
    analyst: Analyst
    clock: Clock
    traces: TraceBuffer
    scheduler: Scheduler
    notifiers: tuple[Notifier, ...] = ()
