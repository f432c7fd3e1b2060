"""Harmless: a nightly job; one service and its database are busy for a while, and users hardly notice."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.window import Window
from simulator.dice import Dice
from simulator.fault import NO_EFFECT, NO_STRAIN, Call, Effect, Strain, Unfolding, harmless
from simulator.records import Record, line
from simulator.shop import ENDPOINTS
from simulator.slot import Slot, instants
from simulator.trail import Hop, Outcome, span

JOBS: tuple[tuple[str, str, str], ...] = (
    ("search", "reindex", "catalog-db products"),
    ("inventory", "stocktaking", "catalog-db stock"),
    ("catalog", "price-import", "catalog-db products"),
    ("accounts", "session-cleanup", "orders-db sessions"),
    ("payment", "settlement", "orders-db ledger"),
)


NIGHTLY = Slot(at_most=timedelta(minutes=22))


@dataclass(frozen=True, slots=True)
class BatchJob:
    """One of the nightly jobs, about twenty minutes long in a world that has them."""

    slot: Slot = NIGHTLY

    def unfold(self, window: Window, dice: Dice) -> Unfolding:
        """The job with its start, its batches and its finish."""
        spell = self.slot.drawn(window, dice)
        service, job, query = dice.pick(JOBS)
        batches = instants(spell, timedelta(seconds=20), dice)
        spans = [record for at in batches for record in _batch(at, service, job, query, dice)]
        hold = _Hold(service, ENDPOINTS[query].service)
        logs = tuple(_told(spell, service, job, len(batches), dice))
        return Unfolding(harmless("batch_job", job, service, spell), hold.on, hold.strain, logs, tuple(spans))


@dataclass(frozen=True, slots=True)
class _Hold:
    service: str
    database: str

    def on(self, call: Call, _dice: Dice) -> Effect:
        return Effect(1.06) if call.service in {self.service, self.database} else NO_EFFECT

    def strain(self, service: str, _at: datetime) -> Strain:
        if service == self.service:
            return Strain(cpu=34, memory=120, disk_io=45, pool=3)
        return Strain(cpu=22, disk_io=95) if service == self.database else NO_STRAIN


def _told(spell: Window, service: str, job: str, batches: int, dice: Dice) -> list[Record]:
    rows, took = batches * dice.whole(400, 900), spell.length.total_seconds()
    return [
        line(spell.start, service, "INFO", f"job {job} started: {rows} rows in {batches} batches"),
        line(spell.end - timedelta(seconds=1), service, "INFO", f"job {job} finished: {rows} rows in {took:.0f} s"),
    ]


def _batch(at: datetime, service: str, job: str, query: str, dice: Dice) -> list[Record]:
    trace, root = dice.hexadecimal(32), dice.hexadecimal(16)
    spent, records = 12.0, []
    for _ in range(dice.whole(5, 12)):
        took = round(dice.around(ENDPOINTS[query].own_ms * 1.5, 0.3), 3)
        hop = Hop(ENDPOINTS[query], at + timedelta(milliseconds=spent), trace, dice.hexadecimal(16), root)
        records.append(span(hop, Outcome(200, took)))
        spent += took + 2
    whole = {**records[0], "span_id": root, "service": service, "name": f"job {job}", "kind": "Internal", "attributes": {}}
    whole.pop("parent_span_id")
    return [{**whole, "start_time": records[0]["start_time"], "duration_ms": round(spent, 3)}, *records]
