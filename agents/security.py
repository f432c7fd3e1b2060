"""The Security desk: log-ins, break-ins, scanning and probing, unusual transfers."""

import re
from collections.abc import Mapping, Sequence

from agents.analyst import AnalysisContext, AnalysisResult, beside, looked
from agents.reading import Reading, read
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
LOGINS = ("credential_stuffing", "ssh_success_after_failures")
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
        planned = {call.tool for call in calls}
        kinds = tuple(PlannedCall(name) for name in _open_kinds(read(question)) if name not in planned)
        return (*beside(COMPANIONS, calls), *kinds)

    def inquiry(self) -> tuple[PlannedCall, ...]:
        """Whether somebody was at it: stuffed log-ins, scans, guessed passwords."""
        return tuple(PlannedCall(name) for name in INQUIRY)

    async def analyze(self, context: AnalysisContext) -> AnalysisResult:
        """Look, and hand over what was seen."""
        return await looked(CARD.name, context)


def _open_kinds(reading: Reading) -> tuple[str, ...]:
    """What may be meant by an attack of which only that much is said: every kind, or of log-ins those of the web and of SSH."""
    if "intrusion" not in reading.concepts or reading.heads or reading.filters.given():
        return ()
    named = reading.concepts & KINDS
    if named == {"login"} and not re.search(r"\bssh", reading.text, re.IGNORECASE):
        return LOGINS
    return () if named else INQUIRY
