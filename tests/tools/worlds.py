"""Simulated worlds in the store, each under a tenant of its own, through the ordinary pipeline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from domain.counts import CountBatch
from domain.ids import DEFAULT_TENANT, Tenant
from domain.ports import StoreQuery, Table, TelemetryStore
from domain.queue import EntryKey
from domain.telemetry import Extent, LogRecord, LogTemplate, MetricPoint, Signal, SpanRecord
from pipeline.loader import LoadOptions, Source
from simulator.world import World, generate, write
from tests.pipeline.plants import Plant, running

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

    async def write_counts(self, batch: CountBatch) -> int:
        return await self.store.write_counts(replace(batch, tenant=self.tenant))

    async def counted(self, entries: Sequence[EntryKey], tenant: Tenant = DEFAULT_TENANT) -> frozenset[EntryKey]:
        return await self.store.counted(entries, self.tenant)

    async def counted_since(self, at_ns: int, limit: int, tenant: Tenant = DEFAULT_TENANT) -> frozenset[EntryKey]:
        return await self.store.counted_since(at_ns, limit, self.tenant)

    async def stored_ids(self, signal: Signal, record_ids: Mapping[str, int], tenant: Tenant = DEFAULT_TENANT) -> frozenset[str]:
        return await self.store.stored_ids(signal, record_ids, self.tenant)

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
        async with running(Plant(store=OneTenant(store, tenant))) as ways:
            for file in write(world, folder):
                if file.name != "truth.json":
                    await ways.loader.load(Source.of_path(file), LoadOptions(), lambda _: None)
    return world, tenant
