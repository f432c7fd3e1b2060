"""The live feed: drives the live world by the clock and sends its events through the receiver, as any client would."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.errors import WatchfloorError, WrongUseError
from domain.ports import Clock
from domain.telemetry import Signal
from pipeline.ending import ended
from pipeline.receive import Receiver
from service.recent import RecentEvents
from service.settings import Settings
from simulator.live import Forced, LiveWorld, Pace
from simulator.records import Record
from simulator.wide import Ranges, compact

log = logging.getLogger(__name__)

TICK_S = 1.0
STALE = timedelta(seconds=30)
NDJSON = "application/x-ndjson"
CASCADE = "cascade"

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class LiveStatus:
    """How the live feed is doing. `rate` in events a minute; counts since the last `clear`, `lost` are events that could not be stored."""

    running: bool
    rate: float
    event_count: int
    flagged_count: int
    critical_count: int
    lost: int
    started_at: datetime | None
    forced: Forced | None
    last_error: str


class LiveFeed:
    """Starts, paces and stops the live world; raises WrongUseError for a change that its state does not allow."""

    def __init__(self, receiver: Receiver, clock: Clock, pace: Pace, ranges: Ranges, sleep: Sleep = asyncio.sleep) -> None:
        self.recent = RecentEvents()
        self._receiver = receiver
        self._clock = clock
        self._pace = pace
        self._ranges = ranges
        self._sleep = sleep
        self._world: LiveWorld | None = None
        self._task: asyncio.Task[None] | None = None
        self._stepping = asyncio.Lock()
        self._ticked_at = clock.now()
        self._forced: Forced | None = None
        self._lost, self._last_error = 0, ""
        receiver.subscribe(self.recent.take)

    @property
    def running(self) -> bool:
        """Whether events are being made."""
        return self._task is not None and not self._task.done()

    def status(self) -> LiveStatus:
        """The state of the feed now."""
        forced = self._forced if self._forced and self._forced.end_at > self._clock.now() else None
        return LiveStatus(
            running=self.running,
            rate=self._pace.rate,
            event_count=self.recent.seen,
            flagged_count=self.recent.flagged,
            critical_count=self.recent.critical,
            lost=self._lost,
            started_at=self._world.start if self._world and self.running else None,
            forced=forced,
            last_error=self._last_error,
        )

    def start(self, rate: float | None = None) -> None:
        """Begin a new live world now; needs a running event loop."""
        if self.running:
            raise WrongUseError("The live feed is running already; stop it first.")
        now = self._clock.now()
        self._pace = Pace(rate or self._pace.rate, self._pace.anomalous)
        # The seed is the time, so that a second feed makes no event ids of the first.
        self._world = LiveWorld(int(now.timestamp() * 1_000), now, self._pace, self._ranges)
        self._ticked_at, self._last_error = now, ""
        self._task = asyncio.create_task(self._run())
        self._task.add_done_callback(self._ended)

    async def stop(self) -> None:
        """Stop making events; those under way are stored first."""
        if self._task is None or not self.running:
            raise WrongUseError("The live feed is not running; start it first.")
        task, self._task, self._forced = self._task, None, None
        async with self._stepping:
            await ended([task])

    def set_rate(self, rate: float) -> None:
        """Another number of events a minute, at once if it is running."""
        self._pace = Pace(rate, self._pace.anomalous)
        if self._world is not None:
            self._world.set_pace(self._pace, self._clock.now())

    def clear(self) -> None:
        """Empty the live view and reset its counts; the store and the knowledge base keep what they have."""
        self.recent.clear()
        self._lost, self._last_error = 0, ""

    def force(self, kind: str = CASCADE, service: str = "") -> Forced:
        """Begin an anomaly now. Raises WrongUseError when the feed is stopped, or for one that cannot be."""
        if self._world is None or not self.running:
            raise WrongUseError("The live feed is not running; start it before forcing an anomaly.")
        self._forced = self._world.force(kind, self._clock.now(), service)
        return self._forced

    async def tick(self) -> None:
        """Send what has happened since the last tick. After a stall only what is still fresh is sent."""
        now = self._clock.now()
        if self._world is None:
            return
        if now - self._ticked_at > STALE:
            self._world.skip(now - STALE)
        self._ticked_at = now
        events = self._world.events(now)
        if not events:
            return
        records: Mapping[Signal, list[Record]] = {
            "traces": [span for event in events for span in event.spans],
            "metrics": [point for event in events for point in event.points],
            "logs": [event.record for event in events],
        }
        try:
            for signal, sent in records.items():
                if sent:
                    await self._receiver.take(signal, "\n".join(map(compact, sent)).encode(), NDJSON)
        except WatchfloorError as error:
            log.warning("live.lost", extra={"events": len(events), "error": str(error)})
            self._lost, self._last_error = self._lost + len(events), str(error)

    async def close(self) -> None:
        """Stop if it is running."""
        if self.running:
            await self.stop()

    async def _run(self) -> None:
        while True:
            await self._sleep(TICK_S)
            async with self._stepping:
                await self.tick()

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A bug ends the feed: the status says so, the log has the trace, and it may be started again."""
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("live.failed", exc_info=error)
            self._last_error = repr(error)


def live_feed(settings: Settings, receiver: Receiver, clock: Clock) -> LiveFeed:
    """The feed as configured, not started."""
    ranges = Ranges(
        api_ms=settings.live_api_ms,
        pool_connections=settings.live_pool_connections,
        query_ms=settings.live_query_ms,
        page_load_ms=settings.live_page_load_ms,
        cpu_pct=settings.live_cpu_pct,
        memory_pct=settings.live_memory_pct,
        disk_mb_s=settings.live_disk_mb_s,
    )
    return LiveFeed(receiver, clock, Pace(settings.live_rate, settings.live_anomalous), ranges)
