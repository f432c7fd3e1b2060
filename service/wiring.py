"""The composition root: settings in, wired parts out. With `stores` and `queues`, which it is made of, all that names adapters."""

import importlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from importlib.metadata import version
from typing import Any

from adapters.answers import answer_in
from adapters.clock import SystemClock
from adapters.embeddings import HashedEmbedder, open_embedder
from adapters.otlp import OtlpCodec, encode_response
from adapters.replies import ReplyError
from adapters.state import SqlAudit, SqlSlots
from adapters.vectors import open_index
from adapters.webhook import WebhookNotifier
from agents.efficiency import EfficiencyDesk
from agents.fallback import FallbackJudge
from agents.glossing import GlossedEmbedder
from agents.house.judge import HouseJudge
from agents.reading import read
from agents.security import SecurityDesk
from agents.sre import SreDesk
from agents.suggestion import suggest
from domain.audit import AuditLog
from domain.decoding import OtlpDecoder
from domain.errors import JudgeAnswerError, WrongUseError
from domain.incidents import Incident
from domain.ports import Documents, Embedder, Judge, Slots, StateStore, TelemetryStore, Tracer, VectorIndex
from domain.tasks import PlannedCall, Task
from graph.analyst import Analyst, Ports
from graph.context import Suggest
from incidents.room import Ports as RoomPorts
from incidents.room import open_room
from observability.metrics import Metrics
from observability.tracing import TraceBuffer, build_tracing
from pipeline.plane import DataPlane
from pipeline.retention.job import Retention
from pipeline.rollups import RollUps
from prompts.library import PromptLibrary
from service.audit import note_interrupted
from service.folder import DataFolder
from service.housekeeping import settle_rollups
from service.inquiries import of_incident
from service.keeping import Keeper
from service.live import live_feed
from service.parts import Parts
from service.plane import Intake, Surroundings, build_intake
from service.prices import price_table
from service.retention import open_retention
from service.scheduler import Scheduler
from service.settings import Settings
from service.stores import opened_state, roll_ups, state_database, surroundings, telemetry_store
from service.thresholds import KeptThresholds
from tools.catalogue import knowledge
from tools.registry import Registry
from tools.similar import SimilarIncidents
from tools.suspects import SuspectsTool
from tools.toolbox import Toolbox

VERSION = version("watchfloor")


@dataclass(frozen=True, slots=True)
class Stores:
    """The stores of one data folder or cluster."""

    telemetry: TelemetryStore
    state: StateStore
    documents: Documents
    audit: AuditLog
    slots: Slots
    index: VectorIndex
    rollups: RollUps
    retention: Retention


@asynccontextmanager
async def open_parts(
    settings: Settings, command: str, address: str = "", *, has_worker: bool = True, embedder: Embedder | None = None
) -> AsyncIterator[Parts]:
    """Open the data folder and everything on it; closed in reverse. Raises DataFolderError when the folder is held."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(closing(DataFolder.open(settings.data_dir, command, SystemClock().now(), address)))
        stores = await _stores(settings, folder, stack)
        tracer, traces = build_tracing(VERSION, settings.otlp_endpoint)
        stack.callback(tracer.close)
        await note_interrupted(stores.audit, await stores.state.fail_interrupted_runs(), SystemClock())
        used = embedder or embedder_for(settings)
        parts = _assembled(settings, stores, (tracer, traces), has_worker=has_worker, embedder=used)
        await parts.thresholds.load()
        await parts.policies.load()
        stack.push_async_callback(_closed, parts)
        stack.push_async_callback(parts.live.close)
        stack.push_async_callback(parts.incidents.analyses.stop)
        yield parts


async def _stores(settings: Settings, folder: DataFolder, stack: AsyncExitStack) -> Stores:
    telemetry = await stack.enter_async_context(telemetry_store(settings, folder))
    database = await stack.enter_async_context(state_database(settings, folder))
    index = open_index(settings.qdrant_url, folder.vectors)
    stack.push_async_callback(index.close)
    rollups = await stack.enter_async_context(roll_ups(telemetry))
    kept = (*opened_state(database), SqlAudit(database), SqlSlots(database))
    return Stores(telemetry, *kept, index, rollups, open_retention(settings, folder))


async def _closed(parts: Parts) -> None:
    """What was received is written, then rolled up."""
    has_received = parts.plane.is_open
    await parts.plane.close()
    if has_received:
        await settle_rollups(parts.rollups)


def _assembled(settings: Settings, stores: Stores, tracing: tuple[Tracer, TraceBuffer], *, has_worker: bool, embedder: Embedder) -> Parts:
    tracer, traces = tracing
    around = surroundings(settings, stores.telemetry, stores.state, stores.documents)
    clock = around.clock
    intake = build_intake(around, has_worker=has_worker)
    registry, library = Registry.load(), PromptLibrary.load()
    known = knowledge()
    composites = (SuspectsTool(stores.telemetry, knowledge=known), SimilarIncidents(stores.telemetry, stores.index, embedder))
    toolbox = Toolbox(stores.telemetry, registry, composites, known)

    async def investigated(incident: Incident) -> Mapping[str, Any]:
        return (await of_incident(parts, incident)).as_json()

    measured = (around.metrics, intake.plane)
    ports = _ports(settings, stores, measured, toolbox=toolbox, library=library, embedder=embedder, tracer=tracer)
    parts = Parts(
        settings=settings,
        store=stores.telemetry,
        state=stores.state,
        documents=stores.documents,
        audit=stores.audit,
        slots=stores.slots,
        index=stores.index,
        incidents=open_room(
            RoomPorts(stores.telemetry, stores.documents, stores.index, embedder, clock, language=settings.language_for()), investigated
        ),
        embedder=embedder,
        **_of_plane(stores, around, intake),
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


def _of_plane(stores: Stores, around: Surroundings, intake: Intake) -> dict[str, Any]:
    """The parts of the data plane."""
    return {
        "plane": intake.plane,
        "keeper": Keeper(around, intake.plane),
        "rollups": stores.rollups,
        "retention": stores.retention,
        "policies": around.policies,
        "metrics": around.metrics,
        "loader": intake.loader,
        "follower": intake.follower,
        "receiver": intake.receiver,
        "live": live_feed(around.settings, intake.receiver, around.clock),
        "thresholds": KeptThresholds(stores.documents, around.flagger),
    }


def _ports(
    settings: Settings,
    stores: Stores,
    measured: tuple[Metrics, DataPlane],
    *,
    toolbox: Toolbox,
    library: PromptLibrary,
    embedder: Embedder,
    tracer: Tracer,
) -> Ports:
    house = HouseJudge(toolbox.menu(), embedder)
    metrics, plane = measured

    async def behind_since() -> datetime | None:
        return (await plane.status()).oldest_at

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
        budget=settings.budget(),
        limits=replace(library.limits(), weighed=settings.entailment_claims, weighing_s=settings.entailment_s),
        documents=stores.documents,
        audit=stores.audit,
        metrics=metrics,
        prices=price_table(settings.model_prices),
        behind_since=behind_since,
        knowledge=toolbox.knowledge,
    )


def judge_maker(settings: Settings, library: PromptLibrary, house: HouseJudge) -> Callable[[], Judge]:
    """What makes a run's judge: the house, or a model with the house behind it. Raises WrongUseError for half a configuration."""
    if not settings.model_base_url:
        return lambda: house
    if not settings.model:
        raise WrongUseError("WATCHFLOOR_MODEL_BASE_URL is set but WATCHFLOOR_MODEL is not; name the model to use.")
    adapter = importlib.import_module("adapters.chat")  # with all that talks to servers, which a start without a model can do without
    told = adapter.ChatSettings(settings.model_base_url, settings.model, settings.model_api_key, settings.model_timeout_s)
    chat = adapter.ChatJudge(told, library)
    return lambda: FallbackJudge(chat, house)


def understood(task: Task[Any], reply: str) -> Any:
    """The answer in a model's reply, for judges that ask no server. Raises JudgeAnswerError where it does not fit."""
    try:
        return answer_in(task, reply)
    except ReplyError as error:
        raise JudgeAnswerError(f"the reply to {task.name!r} does not fit: {error}") from error


def otlp_decoder() -> OtlpDecoder:
    """The decoder alone, for commands that read files without a store."""
    return OtlpCodec()


def embedder_for(settings: Settings) -> Embedder:
    """The embedder that settings name, else the one that is shipped."""
    return shipped_embedder() if settings.embed_model_dir is None else open_embedder(settings.embed_model_dir)


def shipped_embedder() -> Embedder:
    """The installed English model, which reads Korean by its gloss; without one, hashed n-grams of any language."""
    opened = open_embedder(None)
    return opened if isinstance(opened, HashedEmbedder) else GlossedEmbedder(opened)


def similarity_arms() -> tuple[tuple[str, Embedder], ...]:
    """What `eval similarity` sets side by side."""
    opened = open_embedder(None)
    without = ("hashed n-grams, no model", HashedEmbedder())
    if isinstance(opened, HashedEmbedder):
        return (without,)
    return ((f"{opened.name} on Korean as it is", opened), without, (f"{opened.name} on the gloss (used)", GlossedEmbedder(opened)))


def _suggester(toolbox: Toolbox, embedder: Embedder, services: tuple[str, ...]) -> Suggest:
    def suggested(question: str, desk: str) -> tuple[PlannedCall, ...]:
        menu = [tool for tool in toolbox.menu(desk) if tool.available]
        return tuple(scored.call for scored in suggest(read(question, services), menu, embedder))

    return suggested
