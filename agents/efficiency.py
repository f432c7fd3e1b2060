"""The Efficiency desk: where time, calls, bytes, log lines and machines are spent for nothing."""

from collections.abc import Mapping, Sequence

from agents.analyst import AnalysisContext, AnalysisResult, beside, looked
from domain.tasks import DeskCard, PlannedCall

CARD = DeskCard(
    name="efficiency",
    description="Waste and cost: expensive routes, repeated queries, missed caches, retries, large answers, chatty logs, idle machines.",
    examples=(
        "Where do we waste the most time?",
        "Is any service asking the database the same thing again and again?",
        "Which machines are idle?",
        "Which log messages cost the most?",
    ),
)
# Repeated statements say how often; what one costs stands in the statements themselves.
COMPANIONS: Mapping[str, tuple[str, ...]] = {"repeated_queries": ("slow_queries",)}
INQUIRY = ("repeated_queries", "cache_misses", "retry_waste", "route_costs")


class EfficiencyDesk:
    """Reads what the work cost, and how much of it could be saved."""

    @property
    def card(self) -> DeskCard:
        """How the desk introduces itself."""
        return CARD

    def companions(self, question: str, calls: Sequence[PlannedCall]) -> tuple[PlannedCall, ...]:
        """What is always looked at beside the planned calls, whatever the question."""
        del question
        return beside(COMPANIONS, calls)

    def inquiry(self) -> tuple[PlannedCall, ...]:
        """What may explain trouble: queries that multiplied, a cache that lost its content, retries, and where time went."""
        return tuple(PlannedCall(name) for name in INQUIRY)

    async def analyze(self, context: AnalysisContext) -> AnalysisResult:
        """Look, and hand over what was seen."""
        return await looked(CARD.name, context)
