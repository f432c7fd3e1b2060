"""How wide events go wrong: one way a fault, each out of the ordinary ranges by as much as a production day would show."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from simulator.dice import Dice
from simulator.shop import Endpoint
from simulator.wide import (
    CPU,
    DISK,
    MEMORY,
    Draft,
    EventType,
    Pool,
    Ranges,
    database,
    frontend,
    infrastructure,
    within,
)

SLOWEST = 8.0  # times the top of the range
SHORTEST = 1.2

Spoil = Callable[[Endpoint, Ranges, Dice], Draft]
_STACK = "{kind}: {why}\n    at {service}.{call}({service}/orders.py:{line})\n    at {service}.serve({service}/app.py:88)"
_CRASHES = (
    ("KeyError", "'currency'", "price_of"),
    ("TypeError", "order is None", "total_of"),
    ("ConnectionResetError", "peer closed the stream", "read"),
)
_SCRIPTS = (
    ("TypeError", "Cannot read properties of undefined (reading 'price')", "renderCart"),
    ("ReferenceError", "basket is not defined", "addToBasket"),
    ("ChunkLoadError", "Loading chunk 17 failed", "loadRoute"),
)


@dataclass(frozen=True, slots=True)
class Wrong:
    """A way in which events of one type go wrong."""

    event_type: EventType
    spoil: Spoil


def server_error(place: Endpoint, ranges: Ranges, dice: Dice) -> Draft:
    """An exception nobody caught, with its stack."""
    kind, why, call = dice.pick(_CRASHES)
    stack = _STACK.format(kind=kind, why=why, call=call, service=place.service, line=dice.whole(40, 420))
    took = round(within(ranges.api_ms, dice), 1)
    return Draft(f"{place.method} {place.route} failed with 500: {kind}", "ERROR", 500, took, "UNHANDLED_EXCEPTION", stack)


def upstream_error(place: Endpoint, ranges: Ranges, dice: Dice) -> Draft:
    """A failure passed up by a service that was called."""
    took = round(within(ranges.api_ms, dice), 1)
    return Draft(f"{place.method} {place.route} failed with 502: the service below failed", "ERROR", 502, took, "UPSTREAM_FAILED")


def pool_timeout(place: Endpoint, _ranges: Ranges, dice: Dice) -> Draft:
    """A request that waited for a database connection in vain."""
    took = round(dice.between(3_000, 5_000), 1)
    text = f"{place.method} {place.route} failed with 503 after {took:.0f} ms: no database connection free"
    return Draft(text, "ERROR", 503, took, "DB_POOL_TIMEOUT", "PoolTimeout: no connection within 3000 ms")


def timeout(place: Endpoint, _ranges: Ranges, dice: Dice) -> Draft:
    """A call given up after a long wait."""
    took = round(dice.between(10_000, 30_000), 1)
    return Draft(f"{place.method} {place.route} timed out after {took:.0f} ms", "ERROR", 504, took, "UPSTREAM_TIMEOUT")


def slow_answer(place: Endpoint, ranges: Ranges, dice: Dice) -> Draft:
    """A right answer far too late."""
    return Draft(f"{place.method} {place.route} answered 200 far too late", "WARN", 200, _beyond(ranges.api_ms[1], dice))


def slow_query(place: Endpoint, ranges: Ranges, dice: Dice) -> Draft:
    """Queries without their index."""
    draft = database(place, _beyond(ranges.query_ms[1], dice), Pool.within(ranges, dice), dice.whole(4, 60))
    return replace(draft, severity="WARN", body=f"slow {draft.body}")


def pool_full(place: Endpoint, ranges: Ranges, dice: Dice) -> Draft:
    """Every connection in use, and queries that wait for one."""
    draft = database(place, round(within(ranges.query_ms, dice) * 2, 1), Pool.full(ranges, dice), dice.whole(0, 20))
    return replace(draft, severity="ERROR", error_code="DB_POOL_EXHAUSTED", body=f"connection pool full: {draft.body}")


def script_error(place: Endpoint, ranges: Ranges, dice: Dice) -> Draft:
    """A script of the page that broke in somebody's browser."""
    kind, why, function = dice.pick(_SCRIPTS)
    stack = f"{kind}: {why}\n    at {function} (shop.js:1:{dice.whole(900, 90_000)})\n    at HTMLButtonElement.<anonymous> (shop.js:1:4217)"
    draft = frontend(place, round(within(ranges.page_load_ms, dice)), dice.whole(1, 6))
    return replace(draft, severity="ERROR", body=f"{kind} on page {place.route}: {why}", error_code="JS_ERROR", error_message=stack)


def slow_page(place: Endpoint, ranges: Ranges, dice: Dice) -> Draft:
    """A page that took so long that the visitor has left."""
    draft = frontend(place, _beyond(ranges.page_load_ms[1], dice))
    return replace(draft, severity="WARN", body=f"slow {draft.body}")


def cpu_full(_place: Endpoint, ranges: Ranges, dice: Dice) -> Draft:
    """A host without idle time."""
    return _saturated(CPU, "CPU_SATURATED", dice.between(ranges.cpu_pct[1], 100), ranges, dice)


def memory_full(_place: Endpoint, ranges: Ranges, dice: Dice) -> Draft:
    """A host about to kill a process."""
    return _saturated(MEMORY, "MEMORY_EXHAUSTED", dice.between(ranges.memory_pct[1], 100), ranges, dice)


def disk_busy(_place: Endpoint, ranges: Ranges, dice: Dice) -> Draft:
    """A host that writes more than its disk was bought for."""
    return _saturated(DISK, "DISK_SATURATED", _beyond(ranges.disk_mb_s[1], dice), ranges, dice)


def _saturated(measure: str, code: str, value: float, ranges: Ranges, dice: Dice) -> Draft:
    bounds = {CPU: ranges.cpu_pct, MEMORY: ranges.memory_pct, DISK: ranges.disk_mb_s}
    values = {name: value if name == measure else within(limits, dice) for name, limits in bounds.items()}
    return replace(infrastructure(values[CPU], values[MEMORY], values[DISK]), severity="ERROR", error_code=code)


def _beyond(top: float, dice: Dice) -> float:
    return round(top * dice.between(SHORTEST, SLOWEST), 1)


WRONGS: Mapping[str, Wrong] = {
    "server_error": Wrong("api", server_error),
    "upstream_error": Wrong("api", upstream_error),
    "pool_timeout": Wrong("api", pool_timeout),
    "timeout": Wrong("api", timeout),
    "slow_answer": Wrong("api", slow_answer),
    "slow_query": Wrong("database", slow_query),
    "pool_full": Wrong("database", pool_full),
    "script_error": Wrong("frontend", script_error),
    "slow_page": Wrong("frontend", slow_page),
    "cpu_full": Wrong("infrastructure", cpu_full),
    "memory_full": Wrong("infrastructure", memory_full),
    "disk_busy": Wrong("infrastructure", disk_busy),
}
SCATTERED: Mapping[EventType, tuple[str, ...]] = {
    "api": ("server_error", "timeout", "slow_answer"),
    "database": ("slow_query", "pool_full"),
    "frontend": ("script_error", "slow_page"),
    "infrastructure": ("cpu_full", "memory_full", "disk_busy"),
}
