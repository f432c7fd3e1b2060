"""How well the answers of the last days were grounded."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from domain.window import rfc3339
from grounding.summary import summary
from service.parts import Parts

MOST_RUNS = 10_000


async def grounding(parts: Parts, days: float) -> Mapping[str, Any]:
    """The summary of the runs that were checked in the last `days` (24 h each), the newest ten thousand at most."""
    now = parts.clock.now()
    since = now - timedelta(days=days)
    checked = await parts.audit.newest(limit=MOST_RUNS, kind="claims.checked", since=since)
    return {"from": rfc3339(since), "to": rfc3339(now), **summary([entry.details for entry in checked])}
