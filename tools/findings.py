"""Findings of an answer, with the claims they rest on."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from analytics import costs
from analytics.flags import Flag
from analytics.logins import brute_force, shared_accounts
from analytics.scanning import web_scanning
from analytics.stuffing import credential_stuffing
from domain.claims import Binding, Claim, ClaimKind
from domain.evidence import Evidence, Row
from domain.findings import Entity, Finding
from grounding.knowledge import Knowledge
from tools.advice import remedy
from tools.candidates import Draft, row_moment, row_quantity, row_value
from tools.template import FindingRule, MetricTemplate

Finder = Callable[[Sequence[Row]], tuple[Flag, ...]]
FINDERS: Mapping[FindingRule, Finder] = {
    "brute_force": brute_force,
    "shared_account": shared_accounts,
    "web_scanning": web_scanning,
    "credential_stuffing": credential_stuffing,
    "costly_routes": costs.COSTLY_ROUTE,
    "slowing_routes": costs.SLOWING_ROUTE,
    "slow_queries": costs.SLOW_QUERY,
    "repeated_queries": costs.N_PLUS_ONE,
    "chatty_calls": costs.CHATTY_CALLS,
    "retry_waste": costs.RETRY_WASTE,
    "cache_misses": costs.CACHE_MISSES,
    "payload_sizes": costs.OVERSIZED_PAYLOAD,
    "debug_logging": costs.DEBUG_LOGGING,
    "noisy_logs": costs.NOISY_LOG,
    "idle_capacity": costs.IDLE_CAPACITY,
}


@dataclass(frozen=True, slots=True)
class Flagged:
    """What was found in one evidence, and the claims each finding needs."""

    evidence: Evidence
    flags: tuple[Flag, ...] = ()

    @property
    def first(self) -> tuple[Draft, ...]:
        """Claims of critical findings: nothing is more telling."""
        return tuple(draft for flag in self.flags if flag.finding.severity == "critical" for draft in self._drafts(flag))

    @property
    def rest(self) -> tuple[Draft, ...]:
        """Claims of all findings."""
        return tuple(draft for flag in self.flags for draft in self._drafts(flag))

    def advice(self, knowledge: Knowledge) -> tuple[Draft, ...]:
        """What to do about the gravest finding: about its entity, or the service it happens in where nobody can act on the entity."""
        for flag in self.flags[:1]:
            row = self.evidence.rows[flag.row]
            bound = [Binding(self.evidence.id, f"rows[{flag.row}].{name}", "premise") for name in flag.rests_on if row.get(name)]
            for entity in (flag.finding.entity, Entity("service", str(row.get("service") or ""))):
                if entity.value and (found := tuple(remedy([flag.finding.kind], entity, bound, self.evidence, knowledge))):
                    return found
        return ()

    def findings(self, claims: Sequence[Claim]) -> tuple[Finding, ...]:
        """The findings with ids (`E1.F1`) and the ids of the claims that state them."""
        known = {(claim.kind, claim.bind): claim.id for claim in claims}
        return tuple(self._finding(number, flag, known) for number, flag in enumerate(self.flags, start=1))

    def _finding(self, number: int, flag: Flag, known: Mapping[tuple[ClaimKind, tuple[Binding, ...]], str]) -> Finding:
        ids = tuple(known[draft.kind, draft.bind] for draft in self._drafts(flag))
        return replace(flag.finding, id=f"{self.evidence.id}.F{number}", claims=ids, evidence=(self.evidence.id,))

    def _drafts(self, flag: Flag) -> Iterator[Draft]:
        for name in flag.rests_on:
            column = self.evidence.column(name)
            if column is None:
                continue
            if column.type in {"integer", "number"}:
                yield row_quantity(self.evidence, flag.row, column, "high")
            elif column.type == "time":
                yield row_moment(self.evidence, flag.row, column, "high")
            else:
                yield row_value(self.evidence, flag.row, column, "high")


def findings_of(template: MetricTemplate, evidence: Evidence) -> Flagged:
    """What the template's finding rule finds in its rows."""
    return Flagged(evidence, FINDERS[template.findings](evidence.rows) if template.findings else ())
