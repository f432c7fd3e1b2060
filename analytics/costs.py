"""What work cost that need not have been: which rows are waste, and how much could be saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from analytics.flags import Flag, ranked
from domain.evidence import Cell, Row
from domain.findings import Entity, Finding

Bounds = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Waste:
    """A kind of waste: when a row is it, what it is about, what counts it, and the cell that says what could be saved.

    A row is waste where its cells reach `at_least`, stay within `at_most` (an empty cell does) and are among `only`; it is grave where
    they reach `grave` as well. `how` is the formula of the saving with blanks for cells.
    """

    kind: str
    entity: tuple[str, str]
    counted: str
    saving: str
    unit: str
    how: str
    rests_on: tuple[str, ...]
    grave: Bounds
    at_least: Bounds = field(default_factory=dict)
    at_most: Bounds = field(default_factory=dict)
    only: Mapping[str, tuple[Cell, ...]] = field(default_factory=dict)
    per: str = "window"

    def __call__(self, rows: Sequence[Row]) -> tuple[Flag, ...]:
        """A finding for each row that is waste, the gravest first."""
        return ranked(Flag(index, self._finding(row), self._telling(row)) for index, row in enumerate(rows) if self.is_waste(row))

    def is_waste(self, row: Row) -> bool:
        """Whether a row is this kind of waste."""
        is_within = all(row[name] is None or row[name] <= most for name, most in self.at_most.items())
        return _reaches(row, self.at_least) and is_within and all(row[name] in allowed for name, allowed in self.only.items())

    def _finding(self, row: Row) -> Finding:
        kind, column = self.entity
        return Finding(
            id="",
            desk="efficiency",
            kind=self.kind,
            entity=Entity(kind, str(row[column])),
            count=row[self.counted],
            severity="medium" if _reaches(row, self.grave) else "low",
            saving={"value": row[self.saving], "unit": self.unit, "per": self.per, "how": self.how.format_map(row)},
            details=dict(row),
        )

    def _telling(self, row: Row) -> tuple[str, ...]:
        return tuple(name for name in self.rests_on if row[name])


def _reaches(row: Row, least: Bounds) -> bool:
    return all(row[name] is not None and row[name] >= amount for name, amount in least.items())


COSTLY_ROUTE = Waste(
    kind="costly_route",
    entity=("route", "route"),
    counted="requests",
    at_least={"share": 25, "beyond_median_share": 35},
    grave={"beyond_median_share": 50},
    saving="beyond_median_s",
    unit="s",
    how="total time - requests x median: {total_s:g} s - {requests} x {p50_ms:g} ms",
    rests_on=("total_s", "share", "beyond_median_s"),
)
SLOWING_ROUTE = Waste(
    kind="slowing_route",
    entity=("route", "route"),
    counted="late_requests",
    at_least={"growth": 25, "late_requests": 30, "added_s": 0.5},
    grave={"growth": 100},
    saving="added_s",
    unit="s",
    how="(median of the last third - of the first) x requests of the last: ({late_p50_ms:g} ms - {early_p50_ms:g} ms) x {late_requests}",
    rests_on=("growth", "late_p50_ms", "early_p50_ms", "added_s"),
)
SLOW_QUERY = Waste(
    kind="slow_query",
    entity=("statement", "statement"),
    counted="calls",
    at_least={"p95_ms": 250},
    grave={"p95_ms": 1_000},
    saving="beyond_median_s",
    unit="s",
    how="time in all calls - calls x median: {total_s:g} s - {calls} x {p50_ms:g} ms",
    rests_on=("p95_ms", "total_s", "beyond_median_s"),
)
N_PLUS_ONE = Waste(
    kind="n_plus_one",
    entity=("service", "service"),
    counted="extra_calls",
    at_least={"repeating_requests": 3},
    grave={"calls_per_request": 10},
    saving="avoidable_s",
    unit="s",
    how="runs that one run could replace x median of the statement: {extra_calls} x {p50_ms:g} ms",
    rests_on=("calls_per_request", "repeating_requests", "extra_calls", "avoidable_s"),
)
CHATTY_CALLS = Waste(
    kind="chatty_calls",
    entity=("service", "service"),
    counted="extra_calls",
    at_least={"chatty_requests": 3},
    only={"is_database": (False,)},
    grave={"max_calls": 20},
    saving="avoidable_s",
    unit="s",
    how="calls that one call could replace x median of a call: {extra_calls} x {p50_ms:g} ms",
    rests_on=("max_calls", "chatty_requests", "extra_calls", "avoidable_s"),
)
RETRY_WASTE = Waste(
    kind="retry_waste",
    entity=("service", "caller"),
    counted="retries",
    at_least={"retries": 5},
    grave={"retries": 100},
    saving="wasted_s",
    unit="s",
    how="time of the {retries} failed tries that were made again",
    rests_on=("retries", "wasted_s"),
)
CACHE_MISSES = Waste(
    kind="cache_misses",
    entity=("lookup", "lookup"),
    counted="excess_misses",
    at_least={"excess_misses": 20},
    grave={"excess_misses": 100},
    saving="avoidable_s",
    unit="s",
    how="misses in excess of the usual x cost of a miss: {excess_misses} x {miss_cost_ms:g} ms",
    rests_on=("lowest_hit_ratio", "usual_hit_ratio", "excess_misses", "avoidable_s"),
)
OVERSIZED_PAYLOAD = Waste(
    kind="oversized_payload",
    entity=("route", "route"),
    counted="heavy_responses",
    at_least={"heavy_responses": 3},
    grave={"share": 25},
    saving="excess_bytes",
    unit="B",
    how="bytes over 1 MB of each of the {heavy_responses} oversized responses",
    rests_on=("heavy_responses", "p95_bytes", "excess_bytes"),
)
DEBUG_LOGGING = Waste(
    kind="debug_logging",
    entity=("service", "service"),
    counted="events",
    at_least={"share": 10, "events": 100},
    only={"level": ("TRACE", "DEBUG")},
    grave={"share": 50},
    saving="bytes",
    unit="B",
    how="the text of all {events} {level} events",
    rests_on=("events", "bytes", "share"),
)
NOISY_LOG = Waste(
    kind="noisy_log",
    entity=("message", "message"),
    counted="events",
    at_least={"share": 20, "events": 1_000},
    only={"severity": ("", "TRACE", "DEBUG", "INFO"), "is_record": (False,)},
    grave={"share": 50},
    saving="avoidable_bytes",
    unit="B",
    how="nine in ten of the {events} events left out: 0.9 x {bytes} B",
    rests_on=("events", "bytes", "share", "avoidable_bytes"),
)
IDLE_CAPACITY = Waste(
    kind="idle_capacity",
    entity=("service", "service"),
    counted="points",
    at_least={"points": 30, "spare": 1},
    at_most={"cpu_peak": 25, "memory_peak": 60},
    grave={"spare": 80},
    saving="spare",
    unit="%",
    how="1 - peak CPU use / target of 60 %: 1 - {cpu_peak:g} / 60",
    rests_on=("cpu_peak", "memory_peak", "spare"),
    per="capacity of the service",
)
