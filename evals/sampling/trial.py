"""One trial: a simulated world pushed through the sampler, what was stored of it, and figures from that beside the truth."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from analytics.sampling.estimates import Estimate, Weighted, percentile, share, total
from analytics.sampling.policy import Policy
from analytics.sampling.retention import Retained, counted, retention
from domain.telemetry import LogRecord, SpanRecord
from evals.intervals import percentile as nearest_rank
from observability.metrics import Metrics
from pipeline.ndjson import log_of, span_of
from pipeline.policies import PolicyBook
from pipeline.reading import Reading
from pipeline.sampling import Settled, TailSampler
from simulator.world import World

FRONT = "gateway"
WAIT_NS = 60_000_000_000
FAILED, REFUSED = 500, 400
STATUS = "http.response.status_code"
Record = LogRecord | SpanRecord


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the front's requests: what it is, what is estimated, and what ignoring weights would say."""

    name: str
    truth: float
    estimate: Estimate
    unweighted: float

    def as_json(self) -> dict[str, Any]:
        """The figure as the report carries it."""
        return {
            "name": self.name,
            "truth": round(self.truth, 5),
            "value": round(self.estimate.value, 5),
            "low": round(self.estimate.low, 5),
            "high": round(self.estimate.high, 5),
            "is_covered": self.estimate.covers(self.truth),
            "unweighted": round(self.unweighted, 5),
        }


@dataclass(frozen=True, slots=True)
class Trial:
    """One world under one policy. Bytes are those of the rows as zstd Parquet, logs and spans apart."""

    scenario: str
    seed: int
    policy: str
    rows: int
    kept_rows: int
    weight: int
    bytes: int
    kept_bytes: int
    retained: tuple[Retained, ...]
    figures: tuple[Figure, ...]

    def as_json(self) -> dict[str, Any]:
        """The trial as the report carries it."""
        names = ("scenario", "seed", "policy", "rows", "kept_rows", "weight", "bytes", "kept_bytes")
        return {**{name: getattr(self, name) for name in names}, "figures": [figure.as_json() for figure in self.figures]}


def pushed(world: World) -> tuple[Record, ...]:
    """The logs and spans of a world, each when it would be sent: a span at its end."""
    logs = (log_of(dict(one), Reading()) for one in world.logs)
    spans = (span_of(dict(one), Reading()) for one in world.spans)
    return tuple(sorted(chain[Record](logs, spans), key=_sent_ns))


def tried(world: World, records: Sequence[Record], policy: Policy, name: str) -> Trial:
    """The world's records sampled under a policy, on a clock of their own."""
    settled, metrics = _settled(records, policy)
    kept = [replace(one.record, weight=one.weight) for one in settled if one.keep]
    return Trial(
        scenario=world.scenario,
        seed=world.seed,
        policy=name,
        rows=len(records),
        kept_rows=len(kept),
        weight=sum(record.weight for record in kept),
        bytes=_size(records),
        kept_bytes=_size(kept),
        retained=_by_class(retention(counted(metrics.samples("pipeline_retention_total")))),
        figures=_figures(records, kept),
    )


def _settled(records: Sequence[Record], policy: Policy) -> tuple[list[Settled], Metrics]:
    now_ns, metrics, settled = [0], Metrics(), list[Settled]()
    sampler = TailSampler(PolicyBook(None, policy), lambda: now_ns[0], frozenset, meter=metrics)
    for record in records:
        now_ns[0] = _sent_ns(record)
        settled += sampler.offer(record, None, now_ns[0])
        settled += sampler.due()
    now_ns[0] += WAIT_NS
    return [*settled, *sampler.due()], metrics


def _sent_ns(record: Record) -> int:
    return record.timestamp_ns if isinstance(record, LogRecord) else record.start_ns + record.duration_ns


def _size(records: Iterable[Record]) -> int:
    groups: dict[type, list[dict[str, Any]]] = {LogRecord: [], SpanRecord: []}
    for record in records:
        groups[type(record)].append({name: _flat(getattr(record, name)) for name in record.__slots__ if name != "arrival"})
    return sum(_parquet_size(rows) for rows in groups.values() if rows)


def _flat(value: Any) -> Any:
    return orjson.dumps(dict(value)) if isinstance(value, Mapping) else value


def _parquet_size(rows: list[dict[str, Any]]) -> int:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(rows), sink, compression="zstd")
    return int(sink.getvalue().size)


def _by_class(rows: Iterable[Retained]) -> tuple[Retained, ...]:
    seen, kept = Counter[str](), Counter[str]()
    for row in rows:
        seen[row.kind] += round(row.seen)
        kept[row.kind] += round(row.kept)
    return tuple(Retained("", kind, seen[kind], kept[kind]) for kind in sorted(seen))


def _figures(records: Sequence[Record], kept: Sequence[Record]) -> tuple[Figure, ...]:
    everything, stored = _front(records), _front(kept)
    durations, times = ([_ms(one) for one in some] for some in (everything, stored))
    weighted = [Weighted(_ms(one), one.weight) for one in stored]
    latencies = [
        Figure(f"p{level}_ms", nearest_rank(durations, level), percentile(weighted, level), nearest_rank(times, level))
        for level in (50, 95)
    ]
    requests = Figure("requests", len(everything), total([Weighted(1.0, one.weight) for one in stored]), len(stored))
    return _rate("error_rate", everything, stored, FAILED), _rate("refused_rate", everything, stored, REFUSED), *latencies, requests


def _rate(name: str, everything: Sequence[SpanRecord], stored: Sequence[SpanRecord], least: int) -> Figure:
    true, unweighted = (sum(_status(one) // 100 == least // 100 for one in some) / len(some) for some in (everything, stored))
    return Figure(name, true, share([Weighted(float(_status(one) // 100 == least // 100), one.weight) for one in stored]), unweighted)


def _front(records: Sequence[Record]) -> list[SpanRecord]:
    return [one for one in records if isinstance(one, SpanRecord) and one.service == FRONT and not one.parent_span_id]


def _ms(span: SpanRecord) -> float:
    return span.duration_ns / 1e6


def _status(span: SpanRecord) -> int:
    return int(span.attributes.get(STATUS, "0"))
