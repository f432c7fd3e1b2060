"""Log rows by the million: a day of a shop's services, its access log and its bastion, made from a seed."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime

from domain.telemetry import SEVERITY_NUMBERS, LogRecord, LogTemplate
from domain.window import NANOS_PER_SECOND, to_nanos

START = datetime(2026, 3, 2, tzinfo=UTC)
DAY_NS = 86_400 * NANOS_PER_SECOND
SERVICES = tuple(
    f"{name}-{part}" for name in ("cart", "catalog", "checkout", "payment", "search") for part in ("api", "worker", "db", "cache")
)
ROUTES = tuple(
    f"/api/v{version}/{name}" for version in (1, 2) for name in ("cart", "items", "orders", "login", "search", "stock", "prices")
)
CLIENTS = tuple(f"10.{a}.{b}.7" for a in range(20) for b in range(100))
AGENTS = ("Firefox/130.0", "Chrome/129.0", "Safari/17.6", "Googlebot/2.1", "curl/8.5")
USERS = ("root", "admin", "deploy", "alice", "bjorn", "test", "oracle", "guest")
ERRORS = ("connection to {0} refused", "timeout of {0} after 3000 ms", "no exchange rate for {0}", "deadlock in {0}", "out of stock: {0}")
SAID = ("order {0} placed", "served {0} items", "cache trimmed to {0} entries", "session of {0} opened", "checkpoint {0} complete")


def templates() -> list[LogTemplate]:
    """The templates that the rows' texts come from."""
    said = [
        LogTemplate(_template(service, number), service, "INFO", text.format("<*>"))
        for service in SERVICES
        for number, text in enumerate(SAID)
    ]
    return said + [
        LogTemplate(_template(service, 100 + number), service, "ERROR", text.format("<*>"))
        for service in SERVICES
        for number, text in enumerate(ERRORS)
    ]


def batches(rows: int, seed: int = 1, size: int = 50_000) -> Iterator[list[LogRecord]]:
    """Rows in order of time, in batches: 70 % service logs (1 % errors), 28 % access log, 2 % SSH."""
    dice = random.Random(seed)
    first = to_nanos(START)
    for begin in range(0, rows, size):
        yield [_row(first + DAY_NS * number // rows, number, dice) for number in range(begin, min(begin + size, rows))]


def _row(at: int, number: int, dice: random.Random) -> LogRecord:
    kind = dice.random()
    if kind < 0.28:  # noqa: PLR2004 (the mix in the docstring)
        return _visit(at, number, dice)
    return _login(at, dice) if kind < 0.3 else _event(at, number, dice)  # noqa: PLR2004


def _event(at: int, number: int, dice: random.Random) -> LogRecord:
    service, route = dice.choice(SERVICES), dice.choice(ROUTES)
    if dice.random() < 0.01:  # noqa: PLR2004
        place = dice.randrange(len(ERRORS))
        body, severity, template, status = ERRORS[place].format(f"n{number}"), "ERROR", 100 + place, 500
    else:
        place = dice.randrange(len(SAID))
        body, severity, template, status = SAID[place].format(number), "INFO", place, 200
    return LogRecord(
        timestamp_ns=at,
        service=service,
        body=body,
        severity_number=SEVERITY_NUMBERS[severity],
        trace_id=f"{number // 5:032x}",
        route=route,
        method="GET",
        status=status,
        error_code=f"E{template}" if severity == "ERROR" else "",
        duration_ms=round(dice.lognormvariate(3, 0.7), 3),
        template_id=_template(service, template),
        attributes={"region": dice.choice(("eu", "us"))},
    )


def _visit(at: int, number: int, dice: random.Random) -> LogRecord:
    client = dice.choice(CLIENTS)
    route, status, size = dice.choice(ROUTES), dice.choice((200,) * 18 + (404, 502)), dice.randrange(200, 90_000)
    return LogRecord(
        timestamp_ns=at,
        service="gateway",
        body=f'{client} - - "GET {route}?n={number} HTTP/1.1" {status} {size}',
        route=route,
        method="GET",
        status=status,
        client=client,
        response_bytes=size,
        event="http.access",
        attributes={"url.path": route, "url.query": f"n={number}", "user_agent.original": dice.choice(AGENTS)},
    )


def _login(at: int, dice: random.Random) -> LogRecord:
    client, user = dice.choice(CLIENTS[:60]), dice.choice(USERS)
    accepted = dice.random() < 0.1  # noqa: PLR2004
    said = "Accepted" if accepted else "Failed"
    return LogRecord(
        timestamp_ns=at,
        service="sshd",
        body=f"{said} password for {user} from {client} port 50022 ssh2",
        client=client,
        user=user,
        host="bastion",
        event="ssh.accepted" if accepted else "ssh.failed_password",
        attributes={"auth.method": "password"},
    )


def _template(service: str, number: int) -> str:
    return f"{service}-{number}"
