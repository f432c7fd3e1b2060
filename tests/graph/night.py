"""A briefer over the real store and the real tools, for one tenant with a small shop."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from agents.house.judge import HouseJudge
from agents.security import SecurityDesk
from agents.sre import SreDesk
from domain.ids import Tenant
from domain.ports import TelemetryStore
from domain.telemetry import LogRecord, SpanRecord
from domain.window import to_nanos
from graph.analyst import Analyst, Ports
from graph.briefing import Briefer
from observability.tracing import build_tracing
from tests.fakes import FakeClock, FakeDocuments, FakeStateStore
from tools.registry import Registry
from tools.suspects import SuspectsTool
from tools.toolbox import Toolbox

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
AFTER_TROUBLE = datetime(2026, 3, 1, 13, 2, tzinfo=UTC)
BEFORE_TROUBLE = datetime(2026, 3, 1, 12, 2, tzinfo=UTC)


@dataclass(slots=True)
class Night:
    """A briefer with all that a test may look at or move."""

    store: TelemetryStore
    tenant: Tenant
    clock: FakeClock = field(default_factory=lambda: FakeClock(AFTER_TROUBLE))
    documents: FakeDocuments = field(default_factory=FakeDocuments)
    state: FakeStateStore = field(default_factory=FakeStateStore)

    @property
    def analyst(self) -> Analyst:
        """An analyst without a model."""
        toolbox = Toolbox(self.store, Registry.load(), (SuspectsTool(self.store),))
        house = HouseJudge(toolbox.menu())
        ports = Ports(
            store=self.store,
            state=self.state,
            toolbox=toolbox,
            desks={"sre": SreDesk(), "security": SecurityDesk()},
            house=house,
            judge_for_run=lambda: house,
            suggester=lambda _services: lambda _question, _desk: (),
            tracer=build_tracing("test")[0],
            clock=self.clock,
            documents=self.documents,
        )
        return Analyst(ports)

    @property
    def briefer(self) -> Briefer:
        """The briefer over it."""
        return Briefer(self.analyst, self.store, self.documents, self.clock)


async def fill_with_peace(store: TelemetryStore, tenant: Tenant) -> None:
    """Four hours in which a shop answers every minute, and twice as often in the last."""
    await _fill(store, tenant, [*range(180), *(180 + half / 2 for half in range(120))], failing=range(0))


async def fill_with_trouble(store: TelemetryStore, tenant: Tenant) -> None:
    """Five hours in which checkout fails two calls of three from the 190th minute (12:10) on, for half an hour."""
    await _fill(store, tenant, range(300), failing=range(190, 220))


async def _fill(store: TelemetryStore, tenant: Tenant, minutes: Sequence[float], failing: range) -> None:
    """A gateway calling checkout at these minutes after nine o'clock, with a log record each."""
    calls = [
        _call(START + timedelta(minutes=minute), failed=int(minute) in failing and number % 3 > 0) for number, minute in enumerate(minutes)
    ]
    await store.write_spans([span for spans, _ in calls for span in spans], tenant)
    await store.write_logs([log for _, log in calls], tenant)


def _call(at: datetime, *, failed: bool) -> tuple[tuple[SpanRecord, SpanRecord], LogRecord]:
    nanos, trace, status = to_nanos(at), at.strftime("t%H%M%S"), "Error" if failed else "Ok"
    spans = (
        SpanRecord(trace, "a", "", "gateway", "POST /pay", nanos, 30_000_000, kind="Server", status=status),
        SpanRecord(trace, "b", "a", "checkout", "POST /orders", nanos, 20_000_000, kind="Server", status=status),
    )
    if failed:
        return spans, LogRecord(nanos, "checkout", "no rate for EUR", 17, route="/orders", status=500, duration_ms=20.0)
    return spans, LogRecord(nanos, "checkout", "order placed", route="/orders", status=201, duration_ms=20.0)
