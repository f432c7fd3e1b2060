"""The Security desk: log-ins, break-ins, scanning and probing, unusual transfers."""

from collections.abc import Mapping, Sequence

from agents.analyst import AnalysisContext, AnalysisResult, beside, looked
from agents.reading import read
from domain.tasks import DeskCard, PlannedCall

CARD = DeskCard(
    name="security",
    description="Log-ins and break-in attempts, brute force, scanners and probes, attack paths, unusual transfers by client.",
    examples=(
        "Which addresses tried to break in over SSH?",
        "Did any password guessing succeed?",
        "Which clients look like scanners?",
        "Which accounts were attacked?",
    ),
)
# A log-in after failures means little without how often its source failed and how many others did.
INQUIRY = ("credential_stuffing", "scanning_clients", "ssh_success_after_failures")
KINDS = frozenset({"login", "scan", "stuffing", "website", "unknown_user"})
COMPANIONS: Mapping[str, tuple[str, ...]] = {"ssh_success_after_failures": ("ssh_logins_by_source",)}


class SecurityDesk:
    """Reads who tried to get in, who did, and what was noise."""

    @property
    def card(self) -> DeskCard:
        """How the desk introduces itself."""
        return CARD

    def companions(self, question: str, calls: Sequence[PlannedCall]) -> tuple[PlannedCall, ...]:
        """What is always looked at beside the planned calls; for an attack of no kind and by nobody in particular, every kind of it."""
        reading, planned = read(question), {call.tool for call in calls}
        is_open = "intrusion" in reading.concepts and not reading.concepts & KINDS and not reading.heads and not reading.filters.given()
        kinds = tuple(PlannedCall(name) for name in INQUIRY if is_open and name not in planned)
        return (*beside(COMPANIONS, calls), *kinds)

    def inquiry(self) -> tuple[PlannedCall, ...]:
        """Whether somebody was at it: stuffed log-ins, scans, guessed passwords."""
        return tuple(PlannedCall(name) for name in INQUIRY)

    async def analyze(self, context: AnalysisContext) -> AnalysisResult:
        """Look, and hand over what was seen."""
        return await looked(CARD.name, context)
