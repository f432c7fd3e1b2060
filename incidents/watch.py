"""The watcher: looks at what was stored lately, minute by minute, and opens, grows and ends incidents; and the same over history."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from domain.incidents import Incident
from domain.ports import TelemetryStore
from domain.window import Window
from incidents.details import detailed
from incidents.followup import FollowUp
from incidents.grouping import NEAR, Book, last_evidence
from incidents.links import Links, found_links
from incidents.observations import observed
from incidents.records import Records
from incidents.stepping import NEEDED, Walk

FIRST_LOOK = timedelta(minutes=30)
LATE = timedelta(minutes=4)  # minutes are looked at again that long, for events that arrive late
CHUNK = timedelta(hours=6)
LINKS_LAST = timedelta(minutes=2)


@dataclass(slots=True)
class Watcher:
    """Detection over one tenant's store. `seen` is where the last tick ended."""

    store: TelemetryStore
    records: Records
    follow: FollowUp
    seen: datetime | None = None
    _links: tuple[datetime, Links] | None = field(default=None)

    async def tick(self, now: datetime) -> tuple[Incident, ...]:
        """Look at the minutes since the last tick, and a few before them again; the incidents that changed. Raises StoreError."""
        end = now.replace(second=0, microsecond=0)
        first = max(self.seen - LATE, end - FIRST_LOOK) if self.seen else end - FIRST_LOOK
        frame = await observed(self.store, Window(first - NEEDED, end), self.records.tenant)
        links = await self._linked(now)
        async with self.records.changing:
            book = await self._book()
            await asyncio.to_thread(Walk(frame, links).forward, book, frame.index(first) + 1, frame.index(end))
            changed = await self._kept(book)
        self.seen = end
        await self.follow.of([incident.incident_id for incident in changed])
        await self.follow.of_waiting()
        return changed

    async def replay(self, window: Window, *, write: bool) -> tuple[Incident, ...]:
        """The incidents that detection finds in stored history, oldest first; `write` keeps those not known yet. Raises StoreError."""
        book, links = Book(tenant=self.records.tenant), await found_links(self.store, window, self.records.tenant)
        for part in _parts(window):
            frame = await observed(self.store, Window(part.start - NEEDED, part.end), self.records.tenant)
            await asyncio.to_thread(Walk(frame, links).forward, book, frame.index(part.start) + 1, frame.minutes)
        found = [await self._detailed(one) for one in book.incidents.values() if not one.merged_into]
        if write:
            found = await self._written(found)
        return tuple(sorted(found, key=lambda one: one.start_at))

    async def links(self, now: datetime) -> Links:
        """Which services belong together, as the last hours show it."""
        return await self._linked(now)

    async def _linked(self, now: datetime) -> Links:
        if self._links is None or now - self._links[0] > LINKS_LAST:
            self._links = (now, await found_links(self.store, Window(now - NEEDED, now), self.records.tenant))
        return self._links[1]

    async def _book(self) -> Book:
        known = await self.records.all(Incident)
        return Book({one.incident_id: one for one in known}, tenant=self.records.tenant)

    async def _kept(self, book: Book) -> tuple[Incident, ...]:
        changed = [book.incidents[name] for name in sorted(book.changed)]
        done = [one if one.merged_into else await self._detailed(one) for one in changed]
        for incident in done:
            await self.records.keep(incident)
        return tuple(done)

    async def _detailed(self, incident: Incident) -> Incident:
        return await detailed(self.store, incident, self.records.tenant)

    async def _written(self, found: Iterable[Incident]) -> list[Incident]:
        async with self.records.changing:
            known = await self.records.all(Incident)
            return [await self._one_written(incident, known) for incident in found]

    async def _one_written(self, incident: Incident, known: Iterable[Incident]) -> Incident:
        """The incident as it is known already, or kept now."""
        same = next((one for one in known if _is_same(one, incident)), None)
        if same is not None:
            return same
        free = await self.records.free_name(Incident, incident.incident_id)
        kept = replace(incident, incident_id=free)
        await self.records.keep(kept)
        return kept


def _parts(window: Window) -> Iterable[Window]:
    at = window.start
    while at < window.end:
        yield Window(at, min(at + CHUNK, window.end))
        at += CHUNK


def _is_same(known: Incident, found: Incident) -> bool:
    """Whether a replay has found an incident that is known: about the same services, at the same time."""
    overlaps = known.start_at <= last_evidence(found) and found.start_at <= last_evidence(known) + NEAR
    return overlaps and bool(set(known.services) & set(found.services)) and not known.merged_into
