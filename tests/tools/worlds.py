"""Simulated worlds in the store, each under a tenant of its own, through the ordinary pipeline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from adapters.clock import SystemClock
from adapters.otlp import OtlpCodec
from domain.ids import DEFAULT_TENANT, Tenant
from domain.ports import StoreQuery, Table, TelemetryStore
from domain.telemetry import Extent, LogRecord, LogTemplate, MetricPoint, SpanRecord
from pipeline.loader import Loader, LoadOptions, Source
from simulator.world import World, generate, write
from tests.fakes import FakeStateStore

START = datetime(2026, 3, 4, 9, tzinfo=UTC)


@dataclass
class OneTenant:
    """A store whose writes all go to one tenant."""

    store: TelemetryStore
    tenant: Tenant

    async def write_logs(self, records: Sequence[LogRecord], tenant: Tenant = DEFAULT_TENANT) -> int:
        return await self.store.write_logs(records, self.tenant)

    async def write_spans(self, records: Sequence[SpanRecord], tenant: Tenant = DEFAULT_TENANT) -> int:
        return await self.store.write_spans(records, self.tenant)

    async def write_metrics(self, points: Sequence[MetricPoint], tenant: Tenant = DEFAULT_TENANT) -> int:
        return await self.store.write_metrics(points, self.tenant)

    async def write_templates(self, templates: Sequence[LogTemplate], tenant: Tenant = DEFAULT_TENANT) -> int:
        return await self.store.write_templates(templates, self.tenant)

    async def templates(self, tenant: Tenant = DEFAULT_TENANT) -> tuple[LogTemplate, ...]:
        return await self.store.templates(self.tenant)

    async def query(self, query: StoreQuery) -> Table:
        return await self.store.query(query)

    async def extent(self, tenant: Tenant = DEFAULT_TENANT) -> Extent | None:
        return await self.store.extent(self.tenant)

    def logical_columns(self, relation: str) -> frozenset[str]:
        return self.store.logical_columns(relation)

    async def close(self) -> None:
        return None


@cache
def made(scenario: str, seed: int, minutes: int) -> World:
    """The world of that name."""
    return generate(scenario, seed, minutes, START)


async def loaded(store: TelemetryStore, scenario: str, seed: int, minutes: int, folder: Path) -> tuple[World, Tenant]:
    """The world of that name and the tenant that holds it; written and loaded at the first asking."""
    tenant = Tenant(f"{scenario.replace('_', '-')}-{seed}-{minutes}")
    world = made(scenario, seed, minutes)
    if await store.extent(tenant) is None:
        loader = Loader(OneTenant(store, tenant), FakeStateStore(), OtlpCodec(), SystemClock())
        for file in write(world, folder):
            if file.name != "truth.json":
                await loader.load(Source.of_path(file), LoadOptions(), lambda _: None)
    return world, tenant
