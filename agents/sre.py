"""The SRE desk: errors, latency, traffic, changes and dependencies."""

import re
from collections.abc import Mapping, Sequence

from agents.analyst import AnalysisContext, AnalysisResult, beside, looked
from agents.reading import Ask, Reading, read
from domain.calls import Filters
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

# The cause of a service's trouble often stands in another service's log, or in what was deployed.
SUSPECTS = ("suspects", "new_errors", "change_events", "top_errors")
TROUBLE = frozenset({"error", "health", "cause"})
BESIDE = frozenset({"new", "hour", "service", "website", "change"})
MEASURED: frozenset[Ask] = frozenset({"count", "ranking", "lowest", "quote", "trend"})
LISTED = r"\b(?:which|list|each|every|any\s+errors?|new)\b"
INQUIRY = ("suspects", "similar_incidents", "error_rate_by_service", "new_errors", "change_events")


def is_plain_trouble(reading: Reading) -> bool:
    """Whether a question says that something may be wrong and no more: nothing is named, counted, ranked or listed."""
    is_open = not reading.filters.given() and not reading.asks & MEASURED and not re.search(LISTED, reading.text, re.IGNORECASE)
    return is_open and bool(reading.concepts & TROUBLE) and reading.concepts <= TROUBLE | BESIDE


class SreDesk:
    """Reads service health from logs, spans and metrics."""

    @property
    def card(self) -> DeskCard:
        """How the desk introduces itself."""
        return CARD

    def companions(self, question: str, calls: Sequence[PlannedCall]) -> tuple[PlannedCall, ...]:
        """What is always looked at beside the planned calls; for a diagnosis also the usual suspects, wherever they are."""
        planned = {call.tool for call in calls if call.filters == Filters()}
        reading = read(question)
        suspects = SUSPECTS if "why" in reading.asks else SUSPECTS[:1] if is_plain_trouble(reading) else ()
        return (*beside(COMPANIONS, calls), *(PlannedCall(name) for name in suspects if name not in planned))

    def inquiry(self) -> tuple[PlannedCall, ...]:
        """Who is to blame first, then what failed, what is new and what was changed."""
        return tuple(PlannedCall(name) for name in INQUIRY)

    async def analyze(self, context: AnalysisContext) -> AnalysisResult:
        """Look, and hand over what was seen."""
        return await looked(CARD.name, context)
