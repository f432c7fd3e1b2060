"""The parts of the data plane that run alone: a worker that writes what is queued."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass

from adapters.clock import SystemClock
from domain.errors import WrongUseError
from domain.ports import Clock
from observability.metrics import Metrics
from pipeline.plane import DataPlane
from service.folder import DataFolder
from service.keeping import Keeper
from service.plane import build_intake
from service.settings import Settings
from service.stores import opened_state, state_database, surroundings, telemetry_store


@dataclass(frozen=True, slots=True)
class WorkerParts:
    """A worker wired, its plane not started."""

    plane: DataPlane
    keeper: Keeper
    metrics: Metrics
    clock: Clock


@asynccontextmanager
async def open_worker(settings: Settings, address: str = "") -> AsyncIterator[WorkerParts]:
    """The data folder's stores and the queue. Raises DataFolderError when the folder is held, WrongUseError without a shared queue."""
    require_shared_queue(settings, "serve worker")
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(closing(DataFolder.open(settings.data_dir, "serve worker", SystemClock().now(), address)))
        store = await stack.enter_async_context(telemetry_store(settings, folder))
        state, documents = opened_state(await stack.enter_async_context(state_database(settings, folder)))
        around = surroundings(settings, store, state, documents)
        await around.policies.load()
        intake = build_intake(around)
        stack.push_async_callback(intake.plane.close)
        yield WorkerParts(intake.plane, Keeper(around, intake.plane), around.metrics, around.clock)


def require_shared_queue(settings: Settings, command: str) -> None:
    """Parts that run apart meet in one Redis. Raises WrongUseError where none is named."""
    if not settings.redis_url:
        raise WrongUseError(
            f"`{command}` shares its queue with other processes: set WATCHFLOOR_REDIS_URL, or run plain `watchfloor serve`."
        )
