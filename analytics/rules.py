"""The rules by which trouble is noticed, as configuration; nothing here looks at data."""

from dataclasses import dataclass
from typing import Literal

Family = Literal["errors", "latency", "saturation", "calls", "security", "volume", "novelty", "flags"]
Measure = Literal["errors", "service_errors", "warnings", "slow", "calls", "failed_logins", "missing_paths", "fatal", "flagged", "silent"]
Above = Literal["above", "below"]

HISTORY_MIN = 180  # how far back a service's own recent level is read, in minutes
FRESH_MIN = 5  # an alarm goes on only while its window's newest minutes still show it


@dataclass(frozen=True, slots=True)
class CountRule:
    """An alarm when more than `threshold` events within one of the sliding `windows_min` are far above the group's own level.

    `surprise`: the probability of as many events at the group's own recent level, below which it is far above; `lift`: how many
    times the level at least; `share`: what part of the exposure at least; `known`: how much exposure the past must hold. `is_hard`: a
    signal that is critical by itself.
    """

    name: str
    measure: Measure
    family: Family
    threshold: float
    surprise: float
    windows_min: tuple[int, ...] = (5,)
    lift: float = 2.0
    share: float = 0.0
    known: float = 0.0
    is_hard: bool = False
    title: str = ""


@dataclass(frozen=True, slots=True)
class RatioRule:
    """A hard signal when more than `share` of at least `at_least` requests within the window fail, and usually they do not."""

    name: str
    at_least: float
    share: float
    usual: float
    window_min: int = 5


@dataclass(frozen=True, slots=True)
class LevelRule:
    """An alarm when a gauge's mean over the window passes `limit` (in its unit) and is far from its own median.

    Far: by `deviations` robust deviations and by a share `shift` of the median. Without a `limit` being far is enough.
    """

    name: str
    gauge: str
    limit: float | None
    deviations: float = 6.0
    shift: float = 0.15
    direction: Above = "above"
    window_min: int = 5


# The seed rule is `error_burst`: a 5-minute window by service, route and error code with more than 10 errors.
COUNT_RULES: tuple[CountRule, ...] = (
    CountRule("error_burst", "errors", "errors", 10, 1e-3, title="{value} errors {code} of {service}{route} in {window} min"),
    CountRule("error_share", "service_errors", "errors", 2, 1e-6, (5, 15, 30), 3.0, title="errors of {service} far above its own level"),
    CountRule("warning_share", "warnings", "novelty", 5, 1e-6, (5, 15), 3.0, title="{value} warnings {code} of {service}"),
    CountRule("slow_share", "slow", "latency", 4, 1e-7, (5, 15, 30), 3.0, share=0.3, title="{service}{route} answers far more slowly"),
    CountRule(
        "call_amplification",
        "calls",
        "calls",
        20,
        1e-6,
        (5, 15),
        3.0,
        known=20,
        title="{service}{route} calls {subject} far more often",
    ),
    CountRule("failed_logins", "failed_logins", "security", 10, 1e-6, (5, 15), 2.0, title="{value} failed log-ins at {service}"),
    CountRule("path_probing", "missing_paths", "security", 15, 1e-6, (5, 15), 5.0, title="{service} is probed for paths by {subject}"),
    CountRule("new_fatal", "fatal", "novelty", 0, 0.2, is_hard=True, title="{service} logged a FATAL message not seen before"),
    CountRule("flagged_in_a_row", "flagged", "flags", 0, 1.1, (1,), 0.0, is_hard=True, title="three flagged events in a row of {service}"),
    CountRule("silence", "silent", "volume", 0, 1e-7, (5, 15, 30), 0.0, title="{service} fell silent"),
)
RATIO_RULE = RatioRule("error_ratio", at_least=20, share=0.5, usual=0.25)
LEVEL_RULES: tuple[LevelRule, ...] = (
    LevelRule("cpu_saturation", "cpu.utilization", 85),
    LevelRule("memory_saturation", "memory.utilization", 88),
    LevelRule("memory_shift", "memory.usage", None, deviations=8, shift=0.3),
    LevelRule("disk_saturation", "disk.utilization", 88),
    LevelRule("pool_saturation", "db.pool.share", 90),
    LevelRule("queue_shift", "queue.depth", 20, deviations=8, shift=1.0),
    LevelRule("cache_loss", "cache.hit_ratio", None, deviations=6, shift=0.25, direction="below"),
)
