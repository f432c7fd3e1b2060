"""The one composition root: settings in, wired parts out. The only module of the product that names adapters."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from typing import Any

from adapters.chat import ChatJudge, ChatSettings
from adapters.clickhouse import open_embedded, open_server
from adapters.clock import SystemClock
from adapters.embeddings import open_embedder
from adapters.otlp import OtlpCodec, encode_response
from adapters.redis_queue import open_embedded_queue, open_redis_queue
from adapters.state import SqlDocuments, SqlSlots, SqlStateStore, open_database
from adapters.vectors import open_index
from adapters.webhook import WebhookNotifier
from agents.efficiency import EfficiencyDesk
from agents.fallback import FallbackJudge
from agents.house.judge import HouseJudge
from agents.reading import read
from agents.security import SecurityDesk
from agents.sre import SreDesk
from agents.suggestion import suggest
from analytics.flagging import Flagger
from domain.analysis import Budget
from domain.errors import QueueError, WrongUseError
from domain.incidents import Incident
from domain.ports import Documents, Embedder, Judge, OtlpDecoder, Slots, StateStore, TelemetryStore, Tracer, VectorIndex
from domain.queue import EventQueue
from domain.tasks import PlannedCall
from domain.window import to_nanos
from graph.analyst import Analyst, Ports
from graph.context import Suggest
from incidents.room import Ports as RoomPorts
from incidents.room import open_room
from observability.metrics import Metrics
from observability.tracing import TraceBuffer, build_tracing
from pipeline.breaker import Breaker
from pipeline.fallback import FallbackQueue
from pipeline.plane import OpenQueue
from pipeline.policies import PolicyBook, shipped_policy
from pipeline.sampling import TailSampler
from pipeline.spool.queue import Limits as SpoolLimits
from pipeline.spool.queue import open_spool
from prompts.library import PromptLibrary
from service.folder import DataFolder
from service.inquiries import of_incident
from service.live import live_feed
from service.parts import Parts
from service.plane import OpenIncidents, Surroundings, build_intake, redaction_key
from service.scheduler import Scheduler
from service.settings import Settings
from service.thresholds import KeptThresholds
from tools.registry import Registry
from tools.similar import SimilarIncidents
from tools.suspects import SuspectsTool
from tools.toolbox import Toolbox

VERSION = version("watchfloor")
GB = 1_000_000_000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stores:
    """The stores of one data folder or cluster."""

    telemetry: TelemetryStore
    state: StateStore
    documents: Documents
    slots: Slots
    index: VectorIndex


@asynccontextmanager
async def open_parts(settings: Settings, command: str, address: str = "") -> AsyncIterator[Parts]:
    """Open the data folder and everything on it; closed in reverse. Raises DataFolderError when the folder is held."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(closing(DataFolder.open(settings.data_dir, command, SystemClock().now(), address)))
        stores = await _stores(settings, folder, stack)
        tracer, traces = build_tracing(VERSION, settings.otlp_endpoint)
        stack.callback(tracer.close)
        await stores.state.fail_interrupted_runs()
        parts = _assembled(settings, folder, stores, tracer, traces)
        await parts.thresholds.load()
        await parts.policies.load()
        stack.push_async_callback(parts.plane.close)
        stack.push_async_callback(parts.live.close)
        stack.push_async_callback(parts.incidents.analyses.stop)
        yield parts


async def _stores(settings: Settings, folder: DataFolder, stack: AsyncExitStack) -> Stores:
    telemetry = await asyncio.to_thread(_telemetry, settings, folder)
    stack.push_async_callback(telemetry.close)
    database = await asyncio.to_thread(open_database, settings.database_url or folder.state)
    stack.push_async_callback(database.close)
    index = open_index(settings.qdrant_url, folder.vectors)
    stack.push_async_callback(index.close)
    return Stores(telemetry, SqlStateStore(database), SqlDocuments(database), SqlSlots(database), index)


def _telemetry(settings: Settings, folder: DataFolder) -> TelemetryStore:
    return open_server(settings.clickhouse_url) if settings.clickhouse_url else open_embedded(folder.telemetry)


def _queue_opener(settings: Settings, folder: DataFolder, metrics: Metrics) -> OpenQueue:
    """Redis (an own Valkey child where no server is named) with the spool behind it, or the spool alone."""

    async def opened() -> EventQueue:
        limits = SpoolLimits(max_bytes=int(settings.spool_max_gb * GB))
        spool = await asyncio.to_thread(lambda: open_spool(folder.spool, settings.partitions, metrics, SystemClock(), limits=limits))
        if settings.queue == "spool":
            return spool
        try:
            return FallbackQueue(await _primary(settings, folder, metrics), spool, Breaker(), metrics, SystemClock())
        except QueueError as error:
            log.warning("queue.spool_only", extra={"cause": str(error)})
            return spool

    return opened


async def _primary(settings: Settings, folder: DataFolder, metrics: Metrics) -> EventQueue:
    if settings.redis_url:
        return open_redis_queue(settings.redis_url, settings.partitions, metrics)
    return await open_embedded_queue(folder.queue, settings.partitions, metrics)


def _surroundings(settings: Settings, folder: DataFolder, stores: Stores) -> Surroundings:
    metrics, clock = Metrics(), SystemClock()
    policies = PolicyBook(stores.documents, shipped_policy(settings.environment))
    incidents = OpenIncidents(stores.documents)
    return Surroundings(
        settings=settings,
        store=stores.telemetry,
        state=stores.state,
        decoder=OtlpCodec(),
        flagger=Flagger(),
        policies=policies,
        incidents=incidents,
        sampler=TailSampler(policies, lambda: to_nanos(clock.now()), incidents, meter=metrics),
        open_queue=_queue_opener(settings, folder, metrics),
        clock=clock,
        metrics=metrics,
        secret=redaction_key(settings.data_dir),
    )


def _assembled(settings: Settings, folder: DataFolder, stores: Stores, tracer: Tracer, traces: TraceBuffer) -> Parts:
    around, clock = _surroundings(settings, folder, stores), SystemClock()
    intake = build_intake(around)
    registry, library = Registry.load(), PromptLibrary.load()
    embedder = open_embedder(settings.embed_model_dir)
    composites = (SuspectsTool(stores.telemetry), SimilarIncidents(stores.telemetry, stores.index, embedder))
    toolbox = Toolbox(stores.telemetry, registry, composites)

    async def investigated(incident: Incident) -> Mapping[str, Any]:
        return (await of_incident(parts, incident)).as_json()

    ports = _ports(settings, stores, toolbox=toolbox, library=library, embedder=embedder, tracer=tracer)
    parts = Parts(
        settings=settings,
        store=stores.telemetry,
        state=stores.state,
        documents=stores.documents,
        slots=stores.slots,
        index=stores.index,
        incidents=open_room(RoomPorts(stores.telemetry, stores.documents, stores.index, embedder, clock), investigated),
        embedder=embedder,
        plane=intake.plane,
        policies=around.policies,
        metrics=around.metrics,
        loader=intake.loader,
        follower=intake.follower,
        receiver=intake.receiver,
        live=live_feed(settings, intake.receiver, clock),
        thresholds=KeptThresholds(stores.documents, around.flagger),
        encode_response=encode_response,
        registry=registry,
        toolbox=toolbox,
        prompts=library,
        analyst=Analyst(ports),
        clock=clock,
        traces=traces,
        scheduler=Scheduler(stores.slots, clock),
        notifiers=(WebhookNotifier(settings.briefing_webhook),) if settings.briefing_webhook else (),
    )
    return parts


def _ports(settings: Settings, stores: Stores, *, toolbox: Toolbox, library: PromptLibrary, embedder: Embedder, tracer: Tracer) -> Ports:
    house = HouseJudge(toolbox.menu(), embedder)
    return Ports(
        store=stores.telemetry,
        state=stores.state,
        toolbox=toolbox,
        desks={desk.card.name: desk for desk in (SreDesk(), SecurityDesk(), EfficiencyDesk())},
        house=house,
        judge_for_run=judge_maker(settings, library, house),
        suggester=partial(_suggester, toolbox, embedder),
        tracer=tracer,
        clock=SystemClock(),
        budget=Budget(settings.max_tokens, settings.max_seconds, settings.max_tool_calls),
        limits=library.limits(),
        documents=stores.documents,
    )


def judge_maker(settings: Settings, library: PromptLibrary, house: HouseJudge) -> Callable[[], Judge]:
    """What makes a run's judge: the house, or a model with the house behind it. Raises WrongUseError for half a configuration."""
    if not settings.model_base_url:
        return lambda: house
    if not settings.model:
        raise WrongUseError("WATCHFLOOR_MODEL_BASE_URL is set but WATCHFLOOR_MODEL is not; name the model to use.")
    chat = ChatJudge(ChatSettings(settings.model_base_url, settings.model, settings.model_api_key, settings.model_timeout_s), library)
    return lambda: FallbackJudge(chat, house)


def otlp_decoder() -> OtlpDecoder:
    """The decoder alone, for commands that read files without a store."""
    return OtlpCodec()


def _suggester(toolbox: Toolbox, embedder: Embedder, services: tuple[str, ...]) -> Suggest:
    def suggested(question: str, desk: str) -> tuple[PlannedCall, ...]:
        menu = [tool for tool in toolbox.menu(desk) if tool.available]
        return tuple(scored.call for scored in suggest(read(question, services), menu, embedder))

    return suggested
