"""One request walking the call graph, leaving spans and logs behind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simulator.dice import Dice
from simulator.fault import Call, Effect
from simulator.records import later
from simulator.shop import BY_NAME, DATABASES, ENDPOINTS, Endpoint, Failure
from simulator.trail import FIRST_SERVER_ERROR, Hop, Outcome, Trail, log, span
from simulator.visitors import Arrival

WORDS: tuple[str, ...] = ("lamp", "desk", "oak+chair", "rug", "mug", "kettle", "shelf", "a", "linen", "mirror")
CURRENCIES: tuple[str, ...] = ("EUR", "USD", "JPY", "SEK", "GBP")
SLOW_QUERY_MS = 60.0
COLD_QUERIES = 0.008
CONNECT_MS = 3.0
FIRST_REFUSAL = 400

Effects = Callable[[Call, Dice], Effect]


@dataclass(frozen=True, slots=True)
class Journey:
    """A request under way; `facts` fill the blanks of log texts."""

    arrival: Arrival
    effects: Effects
    dice: Dice
    trail: Trail
    trace_id: str
    facts: Mapping[str, Any]

    def call(self, key: str, at: datetime, parent: str = "") -> Outcome:
        """Calls one endpoint (and what it calls) at an instant, and records it."""
        effect = self.effects(Call(key, at, self.arrival.visitor), self.dice)
        if effect.unreachable:
            return Outcome(effect.unreachable.status, self.dice.around(CONNECT_MS, 0.4), effect.unreachable)
        hop = Hop(ENDPOINTS[key], at, self.trace_id, self.dice.hexadecimal(16), parent)
        took, failure = self._worked(hop, effect)
        outcome, failure = self._ended(hop.endpoint, effect, took, failure)
        self.trail.spans.append(span(hop, outcome))
        self._leave_log(hop, outcome, failure, effect.remark)
        return outcome

    def _worked(self, hop: Hop, effect: Effect) -> tuple[float, Failure | None]:
        """The milliseconds until the answer, and what went wrong."""
        own = self._own_ms(hop.endpoint) * effect.slow
        spent = effect.wait_ms + own * 0.7
        if effect.refusal:
            return spent, effect.refusal
        spent, below = self._call_below(hop, spent, effect.repeats)
        failure, stall = self._failure(hop.endpoint, effect, below)
        return spent + own * 0.3 + stall, failure

    def _ended(self, endpoint: Endpoint, effect: Effect, took: float, failure: Failure | None) -> tuple[Outcome, Failure | None]:
        service, word = BY_NAME[endpoint.service], None if failure else effect.protest
        if endpoint.late and took > endpoint.deadline_ms:
            took, failure = endpoint.deadline_ms, endpoint.late
            word = None if service.is_ours else failure
        status = failure.status if failure else endpoint.success
        found = not endpoint.hits or self.dice.happens(endpoint.hits * (1 - effect.misses))
        return Outcome(status, round(took, 3), word, found), failure

    def _own_ms(self, endpoint: Endpoint) -> float:
        is_cold = endpoint.service in DATABASES and self.dice.happens(COLD_QUERIES)
        return self.dice.around(endpoint.own_ms, 0.35) * (15 if is_cold else 1)

    def _call_below(self, hop: Hop, spent: float, repeats: int) -> tuple[float, Failure | None]:
        if hop.endpoint.cached_by:
            outcome = self.call(hop.endpoint.cached_by, later(hop.at, spent), hop.span_id)
            spent += outcome.duration_ms
            if outcome.status < FIRST_REFUSAL and outcome.found:
                return spent, None
        for key in hop.endpoint.calls:
            for _ in range(repeats if ENDPOINTS[key].service in DATABASES else 1):
                outcome = self.call(key, later(hop.at, spent), hop.span_id)
                spent += min(outcome.duration_ms, ENDPOINTS[key].deadline_ms)
                failure = _noticed(ENDPOINTS[key], outcome)
                if failure:
                    return spent, failure
        return spent, None

    def _failure(self, endpoint: Endpoint, effect: Effect, below: Failure | None) -> tuple[Failure | None, float]:
        if below or effect.failure or effect.is_spared:
            return below or effect.failure, 0.0
        for mishap in endpoint.mishaps:
            if self.dice.happens(mishap.probability):
                return mishap.failure, mishap.stall_ms
        return None, 0.0

    def _leave_log(self, hop: Hop, outcome: Outcome, failure: Failure | None, remark: str) -> None:
        text = failure.message if failure else remark or _success_text(hop.endpoint, outcome)
        if text and BY_NAME[hop.endpoint.service].is_ours:
            self.trail.logs.append(log(hop, outcome, text, failure, self.facts))


def begin(arrival: Arrival, effects: Effects, dice: Dice, trail: Trail) -> Journey:
    """A journey with its ids and the facts of its logs drawn."""
    currency = dice.pick(CURRENCIES, (5, 3, 2, 1, 1))
    facts = {
        "request": f"req-{dice.hexadecimal(12)}",
        "user": arrival.visitor.user,
        "region": arrival.visitor.region,
        "sku": f"SKU-{dice.whole(1000, 1400)}",
        "order": f"A{dice.whole(100_000, 999_999)}",
        "amount": f"{dice.around(45, 0.6):.2f}",
        "currency": currency,
        "word": dice.pick(WORDS),
        "shard": dice.whole(1, 6),
        "hits": dice.whole(4, 260),
        "left": dice.whole(1, 12),
        "wanted": dice.whole(1, 4),
    }
    return Journey(arrival, effects, dice, trail, dice.hexadecimal(32), facts)


def _success_text(endpoint: Endpoint, outcome: Outcome) -> str:
    if endpoint.service in DATABASES and outcome.duration_ms > SLOW_QUERY_MS:
        return f"slow query, {outcome.duration_ms:.0f} ms: {endpoint.statement}"
    return endpoint.says


def _noticed(called: Endpoint, outcome: Outcome) -> Failure | None:
    """What goes wrong in a caller because of this outcome of a call."""
    if outcome.word:
        return outcome.word
    if outcome.duration_ms > called.deadline_ms:
        return Failure(504, "DEADLINE", f"call to {called.service} {called.route} timed out after {called.deadline_ms:.0f} ms")
    return _passed_up(called, outcome) if outcome.status >= FIRST_REFUSAL else None


def _passed_up(called: Endpoint, outcome: Outcome) -> Failure:
    if outcome.status < FIRST_SERVER_ERROR:
        return Failure(outcome.status, "REFUSED_BELOW", f"{called.service} refused {called.route} with {outcome.status}")
    text = f"call to {called.service} {called.route} failed with {outcome.status} after {outcome.duration_ms:.0f} ms"
    return Failure(502, "UPSTREAM_FAILED", text)
