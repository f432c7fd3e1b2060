"""What follows from changed incidents: an issue and a ticket for critical ones, an analysis for grave ones."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from domain.incidents import Incident
from domain.ports import Clock
from incidents.analyses import Analyses
from incidents.knowledge import Knowledge
from incidents.notices import Notices
from incidents.records import Records


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Everything that happens by itself once an incident was opened, grew or ended."""

    records: Records
    knowledge: Knowledge
    notices: Notices
    analyses: Analyses
    clock: Clock

    async def of(self, names: Iterable[str]) -> None:
        """Follow up on the incidents with these ids."""
        for name in names:
            incident = await self._written(name)
            if incident:
                self.analyses.start(incident)

    async def of_waiting(self) -> None:
        """Start what is due on its own: analyses that failed before, and those a restart cut off."""
        for incident in await self.records.all(Incident, status=["candidate", "open", "acknowledged", "investigating", "identified"]):
            self.analyses.start(incident)

    async def _written(self, name: str) -> Incident | None:
        async with self.records.changing:
            incident = await self.records.find(Incident, name)
            if incident is None or incident.merged_into:
                return None
            if incident.status == "resolved":
                await self.knowledge.resolve(incident, self.clock.now())
                return None
            return await self._critical(incident) if incident.severity == "critical" else incident

    async def _critical(self, incident: Incident) -> Incident:
        if incident.ticket_id and incident.issue_id:
            return incident
        now = self.clock.now()
        issue = await self.knowledge.learn(incident, now)
        known = replace(incident, issue_id=issue.issue_id, embedding_id=incident.incident_id)
        raised = await self.notices.raise_for(known, now)
        await self.records.keep(raised)
        return raised
