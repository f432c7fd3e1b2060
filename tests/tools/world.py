"""A small world with something to see for every tool: a shop, a web site with a scanner, and a host under password guessing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.clickhouse import ClickHouseTelemetryStore
from domain.calls import Filters, Refusal, Scope, ToolCall, ToolResult
from domain.counts import CountBatch
from domain.ids import Tenant
from domain.ports import TelemetryStore
from domain.telemetry import LogRecord, LogTemplate, MetricPoint, SpanRecord
from domain.window import Window, to_nanos
from pipeline.counting import Counts, unguarded
from pipeline.rollups import RollUps
from tests.fakes import FakeClock
from tests.tools import waste
from tools.toolbox import Toolbox

START = datetime(2026, 3, 1, 10, tzinfo=UTC)
BEFORE = Window(START, START + timedelta(hours=2))
NOW = Window(START + timedelta(hours=2), START + timedelta(hours=4))
ALL = Window(BEFORE.start, NOW.end)
GUESSER, MISTYPER, SPRAYER = "203.0.113.9", "198.51.100.4", "192.0.2.77"
SCANNER, VISITOR = "203.0.113.66", "198.51.100.20"
WEB_SERVICE, SSH_SERVICE = "web", "sshd"


def log(minute: float, service: str, body: str, **fields: Any) -> LogRecord:
    """A log record `minute` minutes after the start of the world."""
    at = to_nanos(START + timedelta(minutes=minute))
    return LogRecord(timestamp_ns=at, service=service, body=body, **fields)


def attempt(minute: float, event: str, client: str, user: str, method: str = "password", **fields: Any) -> LogRecord:
    """One line of sshd about a log-in."""
    attributes = {"auth.method": method} if event == "ssh.accepted" else {}
    return log(minute, SSH_SERVICE, f"{event} {user} from {client}", event=event, client=client, user=user, attributes=attributes, **fields)


def request(minute: float, client: str, path: str, status: int, query: str = "", **fields: Any) -> LogRecord:
    """One line of an access log."""
    attributes = {"url.path": path, "url.query": query, "user_agent.original": fields.pop("agent", "Mozilla/5.0")}
    known = {"client": client, "route": path, "status": status, "method": "GET", "attributes": attributes, "event": "http.access"}
    return log(minute, WEB_SERVICE, f"GET {path} {status}", **{"response_bytes": 512, **known, **fields})


def shop() -> Iterator[LogRecord]:
    """Checkout answers more slowly and with errors in the second half, after a deploy."""
    for number in range(40):
        minute = 3.0 * number
        yield log(
            minute, "cart", "cart opened by alice", template_id="opened", duration_ms=10.0 + number, route="/cart", status=200, user="alice"
        )
        yield log(
            minute + 120,
            "cart",
            "cart opened by bob",
            template_id="opened",
            duration_ms=12.0 + number,
            route="/cart",
            status=200,
            user="bob",
        )
    for number in range(12):
        body = f"payment declined: timeout after {number} s"
        yield log(
            130.0 + number,
            "checkout",
            body,
            template_id="declined",
            severity_number=17,
            route="/pay",
            status=503,
            duration_ms=900.5 + number,
        )
    for number in range(6):
        yield log(10.0 + number, "checkout", "cache warmed", template_id="warmed", severity_number=13)
    yield log(125, "checkout", "deploy 1.4.2", event="deploy", user="carol", attributes={"version": "1.4.2"})


def guessing() -> Iterator[LogRecord]:
    """One source guesses one password and gets in, one person mistypes, one sprays in vain, an operator uses a key."""
    yield from (attempt(150 + number * 0.05, "ssh.failed_password", GUESSER, "deploy") for number in range(40))
    yield attempt(152.1, "ssh.accepted", GUESSER, "deploy")
    yield attempt(160, "ssh.failed_password", MISTYPER, "erin", occurrences=6)
    yield attempt(160.5, "ssh.accepted", MISTYPER, "erin")
    yield attempt(161, "ssh.accepted", MISTYPER, "erin", method="publickey")
    for number in range(12):
        yield attempt(170 + number, "ssh.invalid_user", SPRAYER, f"user{number}")
        yield attempt(170.2 + number, "ssh.failed_password", SPRAYER, f"user{number}")
    yield attempt(190, "ssh.failed_none", SPRAYER, "user0")


def visits() -> Iterator[LogRecord]:
    """A site with pages, a broken image, a visitor and a scanner."""
    for number in range(60):
        yield request(number * 4.0, VISITOR, "/index.html" if number % 3 else "/style.css", 200)
    yield from (request(30 + number, VISITOR, "/missing.png", 404) for number in range(4))
    yield request(35, VISITOR, "/report", 500, response_bytes=70_000)
    for number, path in enumerate(("/.env", "/wp-login.php", "/.git/config", "/admin/index.asp")):
        yield request(200 + number, SCANNER, path, 404, agent="curl/8")
    yield request(205, SCANNER, "/index.html", 200, query="id=1%27%20union%20select%20password%20from%20users--", agent="curl/8")


def spans() -> Iterator[SpanRecord]:
    """Ten traces of cart calling checkout; checkout fails four times."""
    for number in range(10):
        at, trace = to_nanos(START + timedelta(minutes=120 + number)), f"trace{number}"
        yield SpanRecord(trace, "a", "", "cart", "GET /cart", at, 90_000_000 + number, kind="Server")
        status = "Error" if number < 4 else "Ok"
        yield SpanRecord(trace, "b", "a", "checkout", "POST /pay", at, 60_000_000 + number, kind="Server", status=status)


def metrics() -> Iterator[MetricPoint]:
    """A processor's use, five minutes apart."""
    for number in range(24):
        yield MetricPoint(to_nanos(START + timedelta(minutes=5 * number)), "cart", "cpu.utilization", 0.1 * (number % 7), "1")


TEMPLATES = (
    LogTemplate("opened", "cart", "INFO", "cart opened by <*>"),
    LogTemplate("declined", "checkout", "ERROR", "payment declined: timeout after <*> s"),
    LogTemplate("warmed", "checkout", "WARN", "cache warmed"),
)


async def fill(store: TelemetryStore, tenant: Tenant) -> None:
    """Writes the whole world for one tenant."""
    await store.write_logs([*shop(), *guessing(), *visits(), *waste.logs()], tenant)
    await store.write_spans([*spans(), *waste.spans()], tenant)
    await store.write_metrics([*metrics(), *waste.metrics()], tenant)
    await store.write_templates(TEMPLATES, tenant)
    await _roll_up(store, tenant)


async def _roll_up(store: TelemetryStore, tenant: Tenant) -> None:
    counts = Counts(unguarded)
    counted: list[LogRecord | SpanRecord] = [*shop(), *guessing(), *visits(), *waste.logs(), *spans(), *waste.spans()]
    for record in counted:
        counts.add(record)
    await store.write_counts(CountBatch((), counts.result(), to_nanos(NOW.end), tenant))
    if isinstance(store, ClickHouseTelemetryStore):
        rolled = store.roll_ups()
        await RollUps(rolled, FakeClock(NOW.end)).advance()
        await rolled.close()


async def ask(box: Toolbox, tool: str, tenant: Tenant, window: Window = ALL, **filters: Any) -> ToolResult:
    """The answer of a tool; a comparing tool looks at the second half against the first."""
    spec = next(spec for spec in box.menu() if spec.name == tool)
    call = ToolCall(tool, Filters(**filters), baseline=BEFORE if spec.needs_baseline else None)
    answer = await box.call(call, Scope(NOW if spec.needs_baseline else window, tenant=tenant))
    assert not isinstance(answer, Refusal), answer
    return answer
