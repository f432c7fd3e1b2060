"""What the tests of sampling share: a sampler whose clock is moved by hand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from analytics.sampling.policy import Policy
from domain.telemetry import LogRecord, SpanRecord
from observability.metrics import Metrics
from pipeline.policies import PolicyBook
from pipeline.sampling import Bounds, Settled, TailSampler
from tests.fakes import FakeDocuments

SECOND_NS = 1_000_000_000


@dataclass(slots=True)
class Desk:
    """A sampler with its policy, clock and open incidents."""

    policy: Policy
    bounds: Bounds = field(default_factory=Bounds)
    now_ns: int = 1_000 * SECOND_NS
    incidents: frozenset[str] = frozenset()
    metrics: Metrics = field(default_factory=Metrics)
    book: PolicyBook = field(init=False)
    sampler: TailSampler = field(init=False)

    def __post_init__(self) -> None:
        self.book = PolicyBook(FakeDocuments(), self.policy)
        self.sampler = TailSampler(self.book, lambda: self.now_ns, lambda: self.incidents, b"test", self.metrics, bounds=self.bounds)

    def offer(self, *records: LogRecord | SpanRecord) -> list[Settled]:
        """What these settle; the token of a record is its id."""
        return [one for record in records for one in self.sampler.offer(record, record.record_id, self.now_ns)]

    def after(self, seconds: float) -> list[Settled]:
        """What is due so much later."""
        self.now_ns += round(seconds * SECOND_NS)
        return self.sampler.due()


def trace(r: int) -> str:
    """A trace id with this R."""
    return f"{1:018x}{r:014x}"


def log(number: object, trace_id: str = "", service: str = "cart", **fields: Any) -> LogRecord:
    """A log with an id of its own."""
    return LogRecord(0, service, "x", trace_id=trace_id, record_id=f"e-{number}", **fields)


def span(number: object, trace_id: str, service: str = "cart", *, parent: str = "p", ms: float = 5.0, **fields: Any) -> SpanRecord:
    """A span with an id of its own; a root one has no parent."""
    return SpanRecord(trace_id, str(number), parent, service, "work", 0, round(ms * 1e6), record_id=f"e-{number}", **fields)


def fates(settled: Iterable[Settled]) -> Mapping[str, tuple[bool, int]]:
    """Kept or not, and its weight, by record."""
    return {one.record.record_id: (one.keep, one.weight) for one in settled}


def total(settled: Iterable[Settled]) -> int:
    """How many events what is kept stands for."""
    return sum(one.weight for one in settled if one.keep)
