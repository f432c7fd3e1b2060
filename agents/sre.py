"""The SRE desk: errors, latency, traffic, changes and dependencies."""

from collections.abc import Mapping, Sequence

from agents.analyst import AnalysisContext, AnalysisResult, answers, gap
from domain.calls import ToolResult
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
COMPANIONS: Mapping[str, tuple[str, ...]] = {}


class SreDesk:
    """Reads service health from logs, spans and metrics."""

    @property
    def card(self) -> DeskCard:
        """How the desk introduces itself."""
        return CARD

    def companions(self, calls: Sequence[PlannedCall]) -> tuple[PlannedCall, ...]:
        """No standing companions: each SRE template stands on its own control rows."""
        return tuple(PlannedCall(name, call.filters) for call in calls for name in COMPANIONS.get(call.tool, ()))

    async def analyze(self, context: AnalysisContext) -> AnalysisResult:
        """Look, and hand over what was seen."""
        seen = await answers(context)
        results = [answer for answer in seen if isinstance(answer, ToolResult)]
        return AnalysisResult(
            desk=CARD.name,
            candidates=tuple(claim for result in results for claim in result.candidates),
            findings=tuple(finding for result in results for finding in result.findings),
            gaps=tuple(text for answer in seen if (text := gap(answer))),
        )
