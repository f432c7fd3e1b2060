"""The SRE desk: errors, latency, traffic, changes and dependencies."""

from collections.abc import Mapping, Sequence

from agents.analyst import AnalysisContext, AnalysisResult, beside, looked
from domain.tasks import DeskCard, PlannedCall

CARD = DeskCard(
    name="sre",
    description="Errors, latency, traffic, saturation, deploys and other changes, dependencies between services.",
    examples=(
        "Which services have the highest error rate?",
        "What changed after the last deploy?",
        "Which routes are slow or failing?",
        "How many log lines mention a timeout?",
    ),
)
# An error rate without its errors says that something is wrong and not what.
COMPANIONS: Mapping[str, tuple[str, ...]] = {"error_rate_by_service": ("top_errors",)}


class SreDesk:
    """Reads service health from logs, spans and metrics."""

    @property
    def card(self) -> DeskCard:
        """How the desk introduces itself."""
        return CARD

    def companions(self, calls: Sequence[PlannedCall]) -> tuple[PlannedCall, ...]:
        """What is always looked at beside the planned calls."""
        return beside(COMPANIONS, calls)

    async def analyze(self, context: AnalysisContext) -> AnalysisResult:
        """Look, and hand over what was seen."""
        return await looked(CARD.name, context)
