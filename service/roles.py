"""The data plane without the rest: receivers, a worker, or both, in a process that loads no agent and no model."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass

from adapters.clock import SystemClock
from adapters.otlp import encode_response
from adapters.state import SqlSlots
from domain.errors import WrongUseError
from domain.ports import Clock, StateStore, TelemetryStore
from observability.metrics import Metrics
from pipeline.plane import DataPlane
from pipeline.receive import Receiver
from service.absent import AbsentStore
from service.folder import DataFolder
from service.gate import EncodeResponse
from service.housekeeping import housekeeping_jobs
from service.keeping import Keeper
from service.letters import letters_job
from service.plane import build_intake
from service.retention import open_retention
from service.scheduler import Scheduler
from service.settings import Settings
from service.stores import opened_state, roll_ups, state_database, surroundings, telemetry_store


@dataclass(frozen=True, slots=True)
class PlaneParts:
    """A data plane wired, not started."""

    settings: Settings
    store: TelemetryStore
    state: StateStore
    clock: Clock
    plane: DataPlane
    receiver: Receiver
    encode_response: EncodeResponse
    keeper: Keeper
    scheduler: Scheduler
    metrics: Metrics


@asynccontextmanager
async def open_plane(settings: Settings, part: str, address: str = "") -> AsyncIterator[PlaneParts]:
    """`plane`, `receiver` (which opens no telemetry store) or `worker`. Raises DataFolderError when the folder is held, WrongUseError."""
    if part != "plane":
        require_shared_queue(settings, f"serve {part}")
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(closing(DataFolder.open(settings.data_dir, f"serve {part}", SystemClock().now(), address)))
        database = await stack.enter_async_context(state_database(settings, folder))
        state, documents = opened_state(database)
        scheduler = Scheduler(SqlSlots(database), SystemClock())
        store = await _store(settings, folder, scheduler, stack) if part != "receiver" else AbsentStore()
        around = surroundings(settings, store, state, documents)
        await around.policies.load()
        intake = build_intake(around, has_worker=part != "receiver")
        stack.push_async_callback(intake.plane.close)
        keeper = Keeper(around, intake.plane)
        parts = PlaneParts(
            settings, store, state, around.clock, intake.plane, intake.receiver, encode_response, keeper, scheduler, around.metrics
        )
        scheduler.jobs += [letters_job(parts)] if part != "receiver" else []
        yield parts


async def _store(settings: Settings, folder: DataFolder, scheduler: Scheduler, stack: AsyncExitStack) -> TelemetryStore:
    """The store, and the jobs that keep it in order: they run where it is written."""
    store = await stack.enter_async_context(telemetry_store(settings, folder))
    rollups = await stack.enter_async_context(roll_ups(store))
    scheduler.jobs += housekeeping_jobs(rollups, open_retention(settings, folder), SystemClock())
    return store


def require_shared_queue(settings: Settings, command: str) -> None:
    """Parts that run apart meet in one Redis. Raises WrongUseError where none is named."""
    if not settings.redis_url:
        raise WrongUseError(
            f"`{command}` shares its queue with other processes: set WATCHFLOOR_REDIS_URL, or run plain `watchfloor serve`."
        )
