"""The Efficiency desk: where time, calls, bytes, log lines and machines are spent for nothing."""

from collections.abc import Mapping, Sequence

from agents.analyst import AnalysisContext, AnalysisResult, beside, looked
from agents.reading import read
from domain.calls import Filters
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

# Whoever asks for waste and names none of these wants every kind looked at.
KINDS_OF_WASTE = frozenset(
    {"cache", "query", "repetition", "retry", "chatty", "idle", "own_time", "trend", "bytes", "log", "route", "resource"}
)


class EfficiencyDesk:
    """Reads what the work cost, and how much of it could be saved."""

    @property
    def card(self) -> DeskCard:
        """How the desk introduces itself."""
        return CARD

    def companions(self, question: str, calls: Sequence[PlannedCall]) -> tuple[PlannedCall, ...]:
        """What is always looked at beside the planned calls; for waste of whatever kind also the usual kinds."""
        planned = {call.tool for call in calls if call.filters == Filters()}
        asked = read(question).concepts
        usual = INQUIRY if "waste" in asked and not asked & KINDS_OF_WASTE else ()
        return (*beside(COMPANIONS, calls), *(PlannedCall(name) for name in usual if name not in planned))

    def inquiry(self) -> tuple[PlannedCall, ...]:
        """What may explain trouble: queries that multiplied, a cache that lost its content, retries, and where time went."""
        return tuple(PlannedCall(name) for name in INQUIRY)

    async def analyze(self, context: AnalysisContext) -> AnalysisResult:
        """Look, and hand over what was seen."""
        return await looked(CARD.name, context)
