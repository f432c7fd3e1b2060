"""Flags single events: fixed thresholds beside each service's own last events; three flagged in a row are critical."""

import math
from bisect import bisect_left, insort
from collections import OrderedDict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from itertools import islice

from domain.errors import WrongUseError
from domain.telemetry import LogRecord

FATAL = 21
METRIC = "metrics."
MOST_SERIES = 4_000
MOST_MEASURES = 32
_QUARTILES_OF_NORMAL = 1.349  # interquartile range of a normal distribution in standard deviations
_LEAST_SPREAD = 0.15  # on the logarithmic scale: a service that never varies may still vary by a sixth


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What is too much, exceeded when a value is greater; units are in the names. Zero or more everywhere.

    `status` is the lowest HTTP status that is the service's failure. `baseline_*`: over how many last events of a service a
    measure is judged, from how many on, and how many robust deviations above the median are too many. `critical_row`: how many
    flagged events of a service in a row are critical.
    """

    status: float = 500
    api_duration_ms: float = 1_000
    query_duration_ms: float = 600
    pool_used_pct: float = 95
    slow_queries: float = 10
    page_load_ms: float = 10_000
    js_errors: float = 0
    cpu_pct: float = 95
    memory_pct: float = 98
    disk_mb_s: float = 550
    baseline_events: float = 100
    baseline_least: float = 20
    baseline_deviations: float = 6
    critical_row: float = 3


@dataclass(frozen=True, slots=True)
class Marking:
    """What the flagger says of an event; `rule` names the threshold, or `baseline`, or is empty."""

    flagged: bool = False
    critical: bool = False
    reason: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class _Measure:
    name: str
    value: float
    rule: str = ""
    unit: str = ""


@dataclass(slots=True)
class _Series:
    """The last values of one measure of one service, in order of time and of size."""

    recent: deque[float] = field(default_factory=deque)
    sorted: list[float] = field(default_factory=list)

    def add(self, value: float, kept: int) -> None:
        self.recent.append(value)
        insort(self.sorted, value)
        while len(self.recent) > kept:
            del self.sorted[bisect_left(self.sorted, self.recent.popleft())]

    def quantile(self, share: float) -> float:
        return self.sorted[int(share * (len(self.sorted) - 1))]


UNMARKED = Marking()
_DURATIONS: Mapping[str, str] = {"api": "api_duration_ms", "database": "query_duration_ms", "frontend": "page_load_ms"}
_METRICS: Mapping[str, tuple[str, str]] = {
    "db.slow_queries": ("slow_queries", "slow queries"),
    "js.errors": ("js_errors", "script errors"),
    "cpu.utilization": ("cpu_pct", "%"),
    "memory.utilization": ("memory_pct", "%"),
    "disk.io": ("disk_mb_s", "MB/s"),
}
# Counts and states whose ordinary value is often zero say nothing by being many times their median.
_WITHOUT_BASELINE = frozenset({"status", "slow_queries", "js_errors", "pool_used_pct"})


class Flagger:
    """Judges events one after the other; remembers the last ones of each service, at most 4,000 series of them."""

    def __init__(self, thresholds: Thresholds | None = None) -> None:
        self.thresholds = thresholds or Thresholds()
        self._series: OrderedDict[tuple[str, str, str], _Series] = OrderedDict()
        self._rows: OrderedDict[str, int] = OrderedDict()

    def mark(self, record: LogRecord) -> Marking:
        """The marking of the next event; one without status, duration or metrics is not an event to judge, and breaks no row."""
        measures = tuple(islice(measures_of(record), MOST_MEASURES))
        reasons = [*self._fatal(record), *(found for measure in measures if (found := self._exceeded(record, measure)))]
        if not measures and not reasons:
            return UNMARKED
        row = self._row(record.service, bool(reasons))
        if not reasons:
            return UNMARKED
        rule, reason = reasons[0][0], "; ".join(text for _, text in reasons)
        if row < self.thresholds.critical_row:
            return Marking(flagged=True, reason=reason, rule=rule)
        return Marking(flagged=True, critical=True, reason=f"{reason}; {row} flagged in a row", rule=rule)

    def _row(self, service: str, flagged: bool) -> int:
        row = self._rows.pop(service, 0) + 1 if flagged else 0
        self._rows[service] = row
        while len(self._rows) > MOST_SERIES:
            self._rows.popitem(last=False)
        return row

    def _fatal(self, record: LogRecord) -> Iterator[tuple[str, str]]:
        if record.severity_number >= FATAL:
            yield "fatal", "severity FATAL"

    def _exceeded(self, record: LogRecord, measure: _Measure) -> tuple[str, str] | None:
        """The rule a measure breaks, with the reason in words; the measure is remembered either way."""
        usual = self._unusual(record, measure)
        limit = getattr(self.thresholds, measure.rule) if measure.rule else math.inf
        if measure.rule == "status":
            return ("status", f"HTTP status {measure.value:.0f}") if measure.value >= limit else None
        if measure.value > limit:
            return measure.rule, f"{measure.name} {_shown(measure.value)} {measure.unit} is over {_shown(limit)} {measure.unit}"
        if usual is not None:
            return "baseline", f"{measure.name} {_shown(measure.value)} {measure.unit} where {_shown(usual)} is usual".replace("  ", " ")
        return None

    def _unusual(self, record: LogRecord, measure: _Measure) -> float | None:
        """The median of the service's last values when this one lies far above them; robust, on a logarithmic scale."""
        if measure.rule in _WITHOUT_BASELINE or measure.value < 0:
            return None
        key = (record.service, record.attributes.get("event_type", ""), measure.name)
        series = self._series.pop(key, None) or _Series()
        self._series[key] = series
        while len(self._series) > MOST_SERIES:
            self._series.popitem(last=False)
        value, limits = math.log1p(measure.value), self.thresholds
        usual = _median_if_far(series, value, limits.baseline_deviations) if len(series.recent) >= limits.baseline_least else None
        series.add(value, int(limits.baseline_events))
        return usual


def _median_if_far(series: _Series, value: float, deviations: float) -> float | None:
    if not series.recent:
        return None
    median = series.quantile(0.5)
    spread = max((series.quantile(0.75) - series.quantile(0.25)) / _QUARTILES_OF_NORMAL, _LEAST_SPREAD)
    return math.expm1(median) if value > median + deviations * spread else None


def measures_of(record: LogRecord) -> Iterator[_Measure]:
    """What can be judged of an event: status, duration, and the numbers under `metrics.`."""
    if record.status:
        yield _Measure("HTTP status", record.status, "status")
    if record.duration_ms is not None:
        yield _Measure("duration", record.duration_ms, _DURATIONS.get(record.attributes.get("event_type", ""), ""), "ms")
    numbers = {name.removeprefix(METRIC): _number(text) for name, text in record.attributes.items() if name.startswith(METRIC)}
    known = {name: value for name, value in numbers.items() if value is not None}
    used, size = known.pop("db.pool.used", None), known.pop("db.pool.size", None)
    if used is not None and size:
        yield _Measure("connection pool use", 100 * used / size, "pool_used_pct", "%")
    for name, value in known.items():
        rule, unit = _METRICS.get(name, ("", ""))
        yield _Measure(name, value, rule, unit)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.1f}"  # noqa: PLR2004 (three digits are enough)


def thresholds_with(thresholds: Thresholds, changes: Mapping[str, float]) -> Thresholds:
    """The thresholds with some changed. Raises WrongUseError for names that do not exist and values that are no limit."""
    known = [one.name for one in fields(Thresholds)]
    for name, value in changes.items():
        if name not in known:
            raise WrongUseError(f"There is no threshold {name!r}; there are: {', '.join(known)}.")
        if not (math.isfinite(value) and value >= 0):
            raise WrongUseError(f"The threshold {name!r} cannot be {value!r}; give a number of at least 0.")
    return replace(thresholds, **{name: float(value) for name, value in changes.items()})
