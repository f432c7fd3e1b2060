"""What wide events leave beside themselves: the spans of their whole requests, and the gauges of connection pools."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulator.dice import Dice
from simulator.records import Record, later, stamp
from simulator.shop import BY_NAME, DATABASES, ENDPOINTS, Endpoint
from simulator.wide import POOL, POOL_LIMIT, STOREFRONT, Draft, Ranges, page_place, within
from simulator.wide_cascades import climb

OWN_SHARE = 0.25  # of what an API event takes, what a service that only passes a request on adds
PAGE_MS, QUERY_MS, CALL_MS = 250.0, 6.0, 15.0  # medians of what no event tells of


@dataclass(frozen=True, slots=True)
class Hop:
    """One place that a request went through, until when, for how long, and whether it failed there."""

    place: Endpoint
    end: datetime
    duration_ms: float
    failed: bool = False

    @property
    def start(self) -> datetime:
        """When the request came in."""
        return self.end - timedelta(milliseconds=self.duration_ms)

    def called_by(self, place: Endpoint, own_ms: float) -> "Hop":
        """The hop that waited for this one and added its own time."""
        return Hop(place, later(self.end, own_ms / 2), round(self.duration_ms + own_ms, 1), self.failed)


def hop(place: Endpoint, at: datetime, draft: Draft) -> Hop:
    """The hop that an event tells of."""
    return Hop(place, at, draft.duration_ms or 0.0, draft.severity == "ERROR")


def spans(hops: Sequence[Hop], trace_id: str, ranges: Ranges, dice: Dice) -> list[Record]:
    """The spans of one request: these hops, lowest first, whoever waited above them up to the page, and every other call of theirs."""
    path = [*hops, *_above(hops[-1], ranges, dice)]
    ids = [dice.hexadecimal(16) for _ in path]
    told = [_span(one, trace_id, own, parent) for one, own, parent in zip(path, ids, [*ids[1:], ""], strict=True)]
    lower = ["", *(one.place.key for one in path)]
    called = [span for one, own, known in zip(path, ids, lower, strict=False) for span in _below(one, known, _Parent(trace_id, own), dice)]
    return [*told, *called]


def _above(top: Hop, ranges: Ranges, dice: Dice) -> list[Hop]:
    if top.place.service == STOREFRONT:
        return []
    found, keys = [top], climb(top.place.key, dice)
    for key in keys[1:]:
        found.append(found[-1].called_by(ENDPOINTS[key], OWN_SHARE * within(ranges.api_ms, dice)))
    return [*found[1:], found[-1].called_by(page_place(keys[-1]), dice.around(PAGE_MS, 0.3))]


@dataclass(frozen=True, slots=True)
class _Parent:
    trace_id: str
    span_id: str


def _below(above: Hop, known: str, parent: _Parent, dice: Dice) -> Iterator[Record]:
    """The calls of a hop that no event tells of, and theirs: quick and sound."""
    for key in above.place.calls:
        if key == known:
            continue
        place = ENDPOINTS[key]
        took = round(dice.around(QUERY_MS if place.service in DATABASES else CALL_MS, 0.3), 1)
        one, own = Hop(place, later(above.start, took + 1), took), _Parent(parent.trace_id, dice.hexadecimal(16))
        yield _span(one, parent.trace_id, own.span_id, parent.span_id)
        yield from _below(one, "", own, dice)


def _span(one: Hop, trace_id: str, span_id: str, parent: str) -> Record:
    place = one.place
    words = place.route.strip("/").replace("/", ".") or "home"
    return {
        "trace_id": trace_id,
        "span_id": span_id,
        **({"parent_span_id": parent} if parent else {}),
        "service": place.service,
        # Named by what handles it: what a live event times is not what the sample's spans of the route do.
        "name": f"{place.service}.{words}",
        "kind": "Server" if place.service == STOREFRONT else BY_NAME[place.service].kind,
        "start_time": stamp(one.start),
        "duration_ms": one.duration_ms,
        "status": "Error" if one.failed else "Ok",
    }


def gauges(at: datetime, place: Endpoint, draft: Draft) -> list[Record]:
    """The connection pool of a database as metric points."""
    values = [(name, value) for name, value in draft.metrics if name in {POOL, POOL_LIMIT}]
    return [
        {"timestamp": stamp(at), "service": place.service, "name": name, "value": value, "unit": "connections"} for name, value in values
    ]
