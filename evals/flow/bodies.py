"""Request bodies made once and sent over and over: the sender must cost little beside what it measures."""

import json
import random
from datetime import datetime
from uuid import UUID

EVENTS = 100
ERRORS = 0.02
SERVICES = ("checkout", "cart", "search", "payment", "web")
ROUTES = ("/api/cart", "/api/items/{id}", "/api/search", "/api/pay", "/healthz")


def bodies(count: int, now: datetime, seed: int = 1) -> list[bytes]:
    """So many NDJSON bodies of 100 wide events each, two in a hundred of them errors; times around now."""
    dice = random.Random(seed)
    return ["\n".join(_event(dice, now) for _ in range(EVENTS)).encode() for _ in range(count)]


def errors_in(body: bytes) -> int:
    """How many events of a body failed."""
    return body.count(b'"severity": "ERROR"')


def _event(dice: random.Random, now: datetime) -> str:
    has_failed, route = dice.random() < ERRORS, dice.choice(ROUTES)
    took_ms = round(dice.lognormvariate(3.5, 0.8), 1)
    service, item = dice.choice(SERVICES), dice.randrange(100_000)
    return json.dumps(
        {
            "timestamp": now.isoformat(),
            "service": service,
            "severity": "ERROR" if has_failed else "INFO",
            "event_type": "api",
            "body": f"GET {route} for item {item} answered in {took_ms} ms",
            "route": route,
            "http_method": "GET",
            "status_code": 500 if has_failed else 200,
            "duration_ms": took_ms,
            "trace_id": UUID(int=dice.getrandbits(128)).hex,
            "span_id": f"{dice.getrandbits(64):016x}",
            "attributes": {"cloud.region": "eu-west", "customer_id": f"c{item % 400}", "pod": f"{service}-{item % 7}"},
        }
    )
