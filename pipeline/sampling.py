"""Tail sampling: each request is kept or not as a whole, once enough of it is known; a kept record stands for `weight` events."""

from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from analytics.sampling.retention import NORMAL, STORM
from analytics.sampling.rules import Mark, Rate, Rules, is_engaged, merged, strongest
from analytics.sampling.threshold import is_kept, randomness
from analytics.sampling.traits import Traits, traits_of
from domain.ports import Meter
from domain.telemetry import LogRecord, SpanRecord
from pipeline.admission import unit_of
from pipeline.policies import PolicyBook
from pipeline.storms import Storms

SALT = b"watchfloor.sampling.1"
AFTER_END_NS = 2_000_000_000
LONGEST_WAIT_NS = 10_000_000_000
DROP = "drop"


@dataclass(frozen=True, slots=True)
class Settled:
    """A record with its fate; `token` is the caller's own. `reason`: incident, error, slow, high_value, storm, normal, drop, or empty."""

    record: LogRecord | SpanRecord
    token: object
    keep: bool
    weight: int
    reason: str
    policy_version: int


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most that is held: undecided requests and their records, and decisions remembered for late records."""

    undecided: int = 50_000
    held: int = 200_000
    remembered: int = 100_000


class _Decision(NamedTuple):
    keep: bool
    weight: int
    reason: str
    version: int

    @property
    def is_final(self) -> bool:
        """Whether nothing that comes later can change it."""
        return self.keep and self.weight == 1 and self.reason not in {"", NORMAL}


class _Held(NamedTuple):
    record: LogRecord | SpanRecord
    token: object
    traits: Traits


@dataclass(slots=True)
class _Waiting:
    """`under`: by which rules and incidents its records were found ordinary; None when these changed meanwhile."""

    held: list[_Held]
    r: int
    latest_ns: int
    due_ns: int
    under: tuple[Rules, frozenset[str]] | None


class TailSampler:
    """Not safe for several threads. Metric points and loaded files are not offered.

    Who asks `due` often (several times a second) also has the metrics brought up to date.
    """

    def __init__(
        self,
        policies: PolicyBook,
        now_ns: Callable[[], int],
        incidents: Callable[[], frozenset[str]],
        salt: bytes = SALT,
        meter: Meter | None = None,
        *,
        bounds: Bounds = Bounds(),
    ) -> None:
        self._policies = policies
        self._now_ns = now_ns
        self._incidents = incidents
        self._salt = salt
        self._meter = meter
        self._bounds = bounds
        self._waiting: dict[str, _Waiting] = {}
        self._held = 0
        self._ends: deque[tuple[int, str]] = deque()
        self._decisions: OrderedDict[str, _Decision] = OrderedDict()
        self._storms = Storms()
        self._is_loaded = False
        self._tally: Counter[tuple[str, str, bool]] = Counter()
        self.decided_early = self._told_early = 0

    @property
    def undecided(self) -> int:
        """Requests that wait."""
        return len(self._waiting)

    def load(self, share: float) -> None:
        """Tell the backlog as a share of what may wait (0 to 1): under load fewer ordinary requests are kept."""
        self._is_loaded = is_engaged(self._policies.current, share, was_engaged=self._is_loaded)

    def offer(self, record: LogRecord | SpanRecord, token: object, received_at_ns: int) -> list[Settled]:
        """What this record settles, itself or others too; an empty list: it waits."""
        rules, incidents = self._policies.rules, self._incidents()
        held, unit = _Held(record, token, traits_of(record)), _unit(record)
        r = randomness(unit or _own_id(record), self._salt)
        self._policies.traffic.add(r, held.traits, received_at_ns)
        mark = rules.mark(held.traits, incidents)
        if rules.is_plain:
            return [self._settled(held, _Decision(keep=True, weight=1, reason="", version=rules.policy.version), mark)]
        if rules.is_dropped(held.traits):
            return [self._settled(held, _Decision(keep=False, weight=1, reason=DROP, version=rules.policy.version), mark)]
        if decision := self._at_once(held, unit, r, mark, received_at_ns):
            return self._decided(unit, decision, held)
        self._wait(unit, held, r, (rules, incidents))
        is_full = len(self._waiting) > self._bounds.undecided or self._held > self._bounds.held
        return self._make_room() if is_full else []

    def due(self) -> list[Settled]:
        """The records of requests whose wait is over: 2 s after the record that may be its last, 10 s after its first."""
        now_ns, settled = self._now_ns(), list[Settled]()
        while self._ends and self._ends[0][0] <= now_ns:
            _, unit = self._ends.popleft()
            if (waiting := self._waiting.get(unit)) is not None and waiting.due_ns <= now_ns:
                settled += self._decide(unit)
        while self._waiting and (unit := next(iter(self._waiting))) and self._waiting[unit].latest_ns <= now_ns:
            settled += self._decide(unit)
        self._report()
        return settled

    def _at_once(self, held: _Held, unit: str, r: int, mark: Mark, received_at_ns: int) -> _Decision | None:
        """The decision that this record alone makes or meets; None when its request has to be waited for."""
        rules, known = self._policies.rules, self._decisions.get(unit) if unit else None
        is_storm = held.traits.is_error and self._storms.is_over(rules.policy.storm, held.traits, received_at_ns)
        if known and (known.is_final or not mark or (known.reason == STORM and not held.traits.is_error)):
            return known
        if is_storm:
            return self._sampled(r, rules.policy.storm.rate_n, STORM)
        if mark:
            return _Decision(keep=True, weight=1, reason=mark, version=rules.policy.version)
        if not unit or rules.is_whole(held.traits):
            together = (held.traits, *(one.traits for one in self._waiting_of(unit)))
            return self._ordinary(together, r)
        return self._ordinary((held.traits,), r) if rules.is_sure(rules.rate(held.traits)) else None

    def _decide(self, unit: str) -> list[Settled]:
        """The end of a wait: an incident that began meanwhile, or a new policy, counts too."""
        waiting, rules, incidents = self._waiting[unit], self._policies.rules, self._incidents()
        request = [one.traits for one in waiting.held]
        is_known = waiting.under == (rules, incidents)
        if not is_known and (mark := strongest(rules.mark(traits, incidents) for traits in request)):
            return self._decided(unit, _Decision(keep=True, weight=1, reason=mark, version=rules.policy.version))
        return self._decided(unit, self._ordinary(request, waiting.r))

    def _ordinary(self, request: Iterable[Traits], r: int) -> _Decision:
        n = self._n(merged(map(self._policies.rules.rate, request)))
        return self._sampled(r, n, NORMAL if n > 1 else "")

    def _n(self, rate: Rate) -> int:
        """The n in force: a rate of 1/1 stays what it is under backlog."""
        return rate.n * self._policies.current.dynamic.factor if rate.n > 1 and self._is_loaded else rate.n

    def _sampled(self, r: int, n: int, reason: str) -> _Decision:
        return _Decision(is_kept(r, n), n, reason, self._policies.current.version)

    def _decided(self, unit: str, decision: _Decision, last: _Held | None = None) -> list[Settled]:
        together = [*self._taken(unit), *([last] if last else [])]
        if unit:
            self._decisions[unit] = decision
            self._decisions.move_to_end(unit)
            if len(self._decisions) > self._bounds.remembered:
                self._decisions.popitem(last=False)
        return [self._settled(held, decision, "") for held in together]

    def _settled(self, held: _Held, decision: _Decision, mark: str) -> Settled:
        kind = decision.reason if decision.reason not in {"", DROP} else mark or NORMAL
        self._tally[held.traits.service, kind, decision.keep] += 1
        return Settled(held.record, held.token, *decision)

    def _wait(self, unit: str, held: _Held, r: int, under: tuple[Rules, frozenset[str]]) -> None:
        now_ns = self._now_ns()
        waiting = self._waiting.get(unit)
        if waiting is None:
            latest_ns = now_ns + LONGEST_WAIT_NS
            waiting = self._waiting[unit] = _Waiting([], r, latest_ns, latest_ns, under)
        elif waiting.under != under:
            waiting.under = None
        waiting.held.append(held)
        self._held += 1
        if held.traits.is_end:
            waiting.due_ns = now_ns + AFTER_END_NS
            self._ends.append((waiting.due_ns, unit))

    def _make_room(self) -> list[Settled]:
        self.decided_early += 1
        return self._decide(next(iter(self._waiting)))

    def _waiting_of(self, unit: str) -> Sequence[_Held]:
        waiting = self._waiting.get(unit) if unit else None
        return waiting.held if waiting else ()

    def _taken(self, unit: str) -> Sequence[_Held]:
        held = self._waiting_of(unit)
        if held:
            del self._waiting[unit]
            self._held -= len(held)
        return held

    def _report(self) -> None:
        """The tally goes to the meter in one go: a series is looked up once a class, not once a record."""
        if self._meter is None:
            return
        self._meter.set("pipeline_undecided_requests", len(self._waiting))
        self._meter.add("pipeline_early_decisions_total", self.decided_early - self._told_early)
        self._told_early = self.decided_early
        for service in {service for service, _, _ in self._tally}:
            self._meter.set("pipeline_sampling_rate", 1 / self._n(self._policies.rules.rate_of(service, "")), service=service)
        for (service, kind, keep), count in self._tally.items():
            self._meter.add("pipeline_retention_total", count, **{"service": service, "class": kind, "kept": str(keep).lower()})
        self._tally.clear()


def _unit(record: LogRecord | SpanRecord) -> str:
    """Trace or request id; an id of nothing but zeros is none (W3C Trace Context)."""
    unit = unit_of(record)
    return unit if unit.strip("0") else ""


def _own_id(record: LogRecord | SpanRecord) -> str:
    """What a record is known by that is its own request: the same whenever it is delivered."""
    if record.record_id:
        return record.record_id
    return record.event_id if isinstance(record, LogRecord) and record.event_id else repr(record)
