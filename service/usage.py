"""What the stored runs cost: by day and trigger, and in all."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from domain.analysis import Usage
from domain.ports import RunCost
from domain.window import rfc3339
from service.parts import Parts
from service.scope import zone

SUMMED = tuple(item.name for item in fields(Usage))
UNKNOWN = "unknown"  # of a run that ended without an analysis
DECIMALS = 3


async def usage(parts: Parts, days: int) -> Mapping[str, Any]:
    """The cost of the last days, today included; days begin at midnight in the configured zone."""
    tz = ZoneInfo(zone(parts.settings.timezone))
    now = parts.clock.now()
    since = datetime.combine(now.astimezone(tz).date() - timedelta(days=days - 1), time(), tz)
    costs = await parts.state.costs(since)
    times = {"from": rfc3339(since), "to": rfc3339(now), "timezone": parts.settings.timezone}
    return {**times, "days": by_day(costs, tz), "total": summed(costs)}


def by_day(costs: Iterable[RunCost], tz: ZoneInfo) -> list[Mapping[str, Any]]:
    """One row a day and trigger, newest day first; a day without runs has none."""
    groups: dict[tuple[str, str], list[RunCost]] = defaultdict(list)
    for cost in costs:
        groups[cost.started_at.astimezone(tz).date().isoformat(), cost.trigger or UNKNOWN].append(cost)
    newest_first = sorted(sorted(groups), key=lambda key: key[0], reverse=True)
    return [{"day": day, "trigger": trigger, **summed(groups[day, trigger])} for day, trigger in newest_first]


def summed(costs: Sequence[RunCost]) -> Mapping[str, Any]:
    """Runs, failed runs, tool calls, and every number of their usage, added up."""
    runs = {"runs": len(costs), "failed": sum(cost.status == "failed" for cost in costs)}
    sums = {name: sum(cost.usage.get(name, 0) for cost in costs) for name in SUMMED}
    rounded = {name: round(value, DECIMALS) if isinstance(value, float) else value for name, value in sums.items()}
    return {**runs, "tool_calls": sum(cost.tool_calls for cost in costs), **rounded}
