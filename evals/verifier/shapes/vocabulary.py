"""What made-up evidence is about: things with names, and measures of them."""

from collections.abc import Callable, Mapping, Sequence
from random import Random

from domain.evidence import Column

Draw = Callable[[Random], int | float]
NAMES: Mapping[str, Sequence[str]] = {
    "queue": ("orders.q1", "orders.q2", "mail-out", "dead_letters", "billing/eu", "billing/us", "Audit", "audit"),
    "vessel": ("MV Aurora", "MV Aurora II", "Kestrel", "Nordkapp", "São Jorge", "Haeundae", "O'Brien"),
    "pod": ("cart-7f9c-x2", "cart-7f9c-x3", "geo-5d-aa", "geo-5d-ab", "auth-1", "auth-11", "auth-111"),
    "store_id": ("S-001", "S-010", "S-100", "S-101", "S-110", "S-111"),
    "endpoint": ("GET /v1/items", "GET /v1/items/{id}", "POST /v1/items", "PUT /a,b", "GET /[x]", "DELETE /v1/items"),
    "peer": ("10.0.0.1", "10.0.0.11", "10.0.1.1", "2001:db8::1", "2001:db8::2", "192.168.1.10"),
    "team": ("platform", "platform-eu", "data & ml", "ops", "결제", "주문"),
}
PLACES: Mapping[str, Sequence[str]] = {
    "env": ("prod", "staging", "dev"),
    "region": ("eu-west-1", "eu-west-2", "us-east-1"),
    "tenant": ("acme", "acme-labs", "globex"),
}
STATES = ("ready", "degraded", "down", "draining")
LINES = (
    "connection refused by 10.1.2.{a}:5432 after {b} attempts on pool main",
    "upstream timed out (110: Connection timed out) while reading header after {b} s",
    "OutOfMemoryError: Java heap space in worker-{a} during batch {b}",
    "disk /dev/sda{a} is {b}% full and rising on host db-{a}",
    "Failed password for invalid user oracle from 203.0.113.{a} port {b} ssh2",
    "주문 {b}건 처리 중 시간 초과 worker-{a} 재시도",
    "checksum  mismatch\tin part {a} of {b}: expected ab{a}f got ab{b}f",
)


def _count(low: int, high: int) -> Draw:
    return lambda dice: dice.randrange(low, high)


def _measure(low: float, high: float, digits: int) -> Draw:
    return lambda dice: round(dice.uniform(low, high), digits)


def _column(name: str, unit: str, agg: str, label: str = "", kind: str = "number") -> Column:
    return Column(name, kind, unit, agg, "platform", "measure", label)  # type: ignore[arg-type]


MEASURES: Sequence[tuple[Column, Draw]] = (
    (_column("depth", "1", "max", "largest backlog", "integer"), _count(0, 90_000)),
    (_column("handled", "1", "count", "messages handled", "integer"), _count(2, 5_000)),
    (_column("rejected", "1", "count", "messages rejected", "integer"), _count(0, 400)),
    (_column("retries", "1", "sum", "", "integer"), _count(0, 3_000)),
    (_column("wait_p50_ms", "ms", "p50", "median wait"), _measure(0.4, 900, 3)),
    (_column("wait_p99_ms", "ms", "p99", "p99 wait"), _measure(900, 60_000, 2)),
    (_column("turnaround", "min", "avg", "mean turnaround"), _measure(0.5, 300, 2)),
    (_column("age", "d", "max", "oldest item"), _measure(0.1, 40, 1)),
    (_column("gc_pause", "us", "p95", "gc pause"), _measure(10, 90_000, 0)),
    (_column("spilled", "MiB", "sum", "bytes spilled"), _measure(0.5, 9_000, 2)),
    (_column("sent", "B", "sum", "bytes sent", "integer"), _count(1_000, 10**10)),
    (_column("cache_size", "GB", "avg", "cache size"), _measure(0.2, 64, 3)),
    (_column("full_pct", "%", "ratio", "share of space in use"), _measure(0, 100, 2)),
    (_column("loss", "1", "ratio", "lost share"), _measure(0.0005, 0.9, 4)),
    (_column("throughput", "1/s", "rate", "messages per second"), _measure(0.05, 4_000, 2)),
    (_column("logins", "1/h", "rate", "logins per hour"), _measure(1, 500, 1)),
    (_column("drift", "s", "none", "clock drift"), _measure(-9, 9, 4)),
    (_column("score", "1", "none", "anomaly score"), _measure(0, 1, 3)),
)
