"""Several faults at once: their effects and strains combined, and requests served under them."""

from datetime import datetime

from simulator.dice import Dice
from simulator.fault import Effect, Strain, Unfolding
from simulator.journey import Journey, Trail, begin
from simulator.records import Visit
from simulator.shop import ENDPOINTS
from simulator.visitors import Arrival


class Conditions:
    """What all faults of a world together do to a call and to a service."""

    def __init__(self, faults: tuple[Unfolding, ...]) -> None:
        self._faults = faults

    def effect(self, endpoint: str, at: datetime, dice: Dice) -> Effect:
        """Slowness multiplies; the first fault that fails the call decides how."""
        slow, failure = 1.0, None
        for fault in self._faults:
            effect = fault.effect(endpoint, at, dice)
            slow, failure = slow * effect.slow, failure or effect.failure
        return Effect(slow, failure)

    def strain(self, service: str, at: datetime) -> Strain:
        """Strains add up."""
        strains = [fault.strain(service, at) for fault in self._faults]
        return Strain(sum(one.cpu for one in strains), sum(one.memory for one in strains), sum(one.queue for one in strains))


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
    size = journey.dice.whole(page.size * 9 // 10, page.size * 11 // 10) if outcome.status < 400 else journey.dice.whole(180, 420)  # noqa: PLR2004 (an HTTP error)
    user = visitor.user if page.needs_login else "-"
    return Visit(arrival.at, visitor.client, f"{endpoint.route}{query}", outcome.status, size, visitor.browser, user, endpoint.method)
