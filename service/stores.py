"""Composition of what the data plane stands on: the telemetry store, the state, the policies, and the plane over them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.clickhouse import ClickHouseTelemetryStore, open_embedded, open_server
from adapters.clock import SystemClock
from adapters.otlp import OtlpCodec
from adapters.state import SqlDocuments, SqlStateStore, open_database
from adapters.state.database import Database
from analytics.flagging import Flagger
from domain.ports import Documents, StateStore, TelemetryStore
from domain.window import to_nanos
from observability.metrics import Metrics
from pipeline.policies import PolicyBook, shipped_policy
from pipeline.rollups import RollUps
from pipeline.sampling import TailSampler
from service.folder import DataFolder
from service.plane import OpenIncidents, Surroundings, redaction_key
from service.queues import queue_opener
from service.settings import Settings


@asynccontextmanager
async def telemetry_store(settings: Settings, folder: DataFolder) -> AsyncIterator[ClickHouseTelemetryStore]:
    """The telemetry store that is configured; chDB in the data folder where no server is named."""
    store = await asyncio.to_thread(lambda: open_server(url) if (url := settings.clickhouse_url) else open_embedded(folder.telemetry))
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def roll_ups(store: ClickHouseTelemetryStore) -> AsyncIterator[RollUps]:
    """The roll-ups of a store, over a connection of their own."""
    rolled = await asyncio.to_thread(store.roll_ups)
    try:
        yield RollUps(rolled, SystemClock())
    finally:
        await rolled.close()


@asynccontextmanager
async def state_database(settings: Settings, folder: DataFolder) -> AsyncIterator[Database]:
    """The database of the state; SQLite in the data folder where no server is named."""
    database = await asyncio.to_thread(open_database, settings.database_url or folder.state)
    try:
        yield database
    finally:
        await database.close()


def surroundings(settings: Settings, store: TelemetryStore, state: StateStore, documents: Documents) -> Surroundings:
    """What the data plane of a process stands on."""
    metrics, clock = Metrics(), SystemClock()
    policies, incidents = PolicyBook(documents, shipped_policy(settings.environment)), OpenIncidents(documents)
    return Surroundings(
        settings=settings,
        store=store,
        state=state,
        decoder=OtlpCodec(),
        flagger=Flagger(),
        policies=policies,
        incidents=incidents,
        sampler=TailSampler(policies, lambda: to_nanos(clock.now()), incidents, meter=metrics),
        open_queue=queue_opener(settings, settings.data_dir, metrics),
        clock=clock,
        metrics=metrics,
        secret=redaction_key(settings.data_dir),
    )


def opened_state(database: Database) -> tuple[StateStore, Documents]:
    """Runs and dead letters, and documents, of a database."""
    return SqlStateStore(database), SqlDocuments(database)
