"""Rules of thumb, on the raw records: the latest deploy, the most errors, the largest z-score. Baselines, not answers."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from statistics import median, quantiles

from simulator.world import World

LEAST_SPREAD = 1e-9


def latest_deploy(world: World) -> str:
    """The service that was deployed last; empty where none was."""
    deploys = [str(record["service"]) for record in world.logs if record.get("event") == "deploy"]
    return deploys[-1] if deploys else ""


def most_errors(world: World) -> str:
    """The service that logged the most errors; empty where there were none."""
    errors = Counter(str(record["service"]) for record in world.logs if record["severity"] in {"ERROR", "FATAL"})
    return max(sorted(errors), key=errors.__getitem__, default="")


def largest_z(world: World) -> str:
    """The service with the largest (value − median) / interquartile range over gauges, and errors and mean span time a minute."""
    series: dict[tuple[str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for point in world.metrics:
        series[str(point["service"]), str(point["name"])][str(point["timestamp"])] = float(point["value"])
    minutes = [str(point["timestamp"])[:16] for point in world.metrics]
    for record in world.logs:
        if record["severity"] in {"ERROR", "FATAL"}:
            series[str(record["service"]), "errors"][str(record["timestamp"])[:16]] += 1
    for key in [key for key in series if key[1] == "errors"]:
        series[key] = {minute: series[key].get(minute, 0.0) for minute in dict.fromkeys(minutes)}
    ranked = {key: _extremity(list(values.values())) for key, values in sorted(series.items())}
    return max(ranked, key=ranked.__getitem__)[0] if ranked else ""


def _extremity(values: list[float]) -> float:
    if len(values) < 4:  # noqa: PLR2004  quartiles need as many
        return 0.0
    low, _, high = quantiles(values, n=4)
    return (max(values) - median(values)) / (high - low) if high - low > LEAST_SPREAD else 0.0


RIVALS: Mapping[str, Callable[[World], str]] = {"latest_deploy": latest_deploy, "most_errors": most_errors, "largest_z": largest_z}
