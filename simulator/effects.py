"""Several faults at once: their effects and strains combined, and requests served under them."""

from datetime import datetime
from functools import reduce

from simulator.dice import Dice
from simulator.fault import NO_EFFECT, NO_STRAIN, Call, Effect, Strain, Unfolding
from simulator.journey import Journey, begin
from simulator.records import Visit
from simulator.shop import ENDPOINTS
from simulator.trail import Trail
from simulator.visitors import Arrival

FIRST_REFUSAL = 400


class Conditions:
    """What all faults of a world together do to a call and to a service, each in its own window."""

    def __init__(self, faults: tuple[Unfolding, ...]) -> None:
        self._faults = faults

    def effect(self, call: Call, dice: Dice) -> Effect:
        """All faults' effects joined."""
        return reduce(Effect.joined, (fault.effect(call, dice) for fault in self._at(call.at)), NO_EFFECT)

    def strain(self, service: str, at: datetime) -> Strain:
        """All faults' strains joined."""
        return reduce(Strain.joined, (fault.strain(service, at) for fault in self._at(at)), NO_STRAIN)

    def _at(self, at: datetime) -> list[Unfolding]:
        return [fault for fault in self._faults if fault.label.window.contains(at)]


def served(coming: list[Arrival], conditions: Conditions, dice: Dice) -> tuple[Trail, list[Visit]]:
    """Walks every arrival through the call graph: the trail it leaves, and the gateway's access lines."""
    trail = Trail()
    visits = [_serve(arrival, begin(arrival, conditions.effect, dice, trail)) for arrival in coming]
    return trail, visits


def _serve(arrival: Arrival, journey: Journey) -> Visit:
    page, visitor = arrival.page, arrival.visitor
    outcome = journey.call(page.endpoint, arrival.at)
    endpoint = ENDPOINTS[page.endpoint]
    query = f"?{page.query.format_map(journey.facts)}" if page.query else ""
    size = journey.dice.whole(page.size * 9 // 10, page.size * 11 // 10) if outcome.status < FIRST_REFUSAL else journey.dice.whole(180, 420)
    user = visitor.user if page.needs_login else "-"
    return Visit(arrival.at, visitor.client, f"{endpoint.route}{query}", outcome.status, size, visitor.browser, user, endpoint.method)
