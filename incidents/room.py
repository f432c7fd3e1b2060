"""Everything about incidents over one set of stores, put together: what routes, commands and the watching loop are given."""

from dataclasses import dataclass

from domain.ids import DEFAULT_TENANT, Tenant
from domain.ports import Clock, Documents, Embedder, TelemetryStore, VectorIndex
from incidents.analyses import Analyses, Investigate
from incidents.followup import FollowUp
from incidents.intake import Intake
from incidents.knowledge import Knowledge
from incidents.lifecycle import Lifecycle
from incidents.notices import Notices
from incidents.records import Records
from incidents.watch import Watcher


@dataclass(frozen=True, slots=True)
class IncidentRoom:
    """The parts of the room; they share one lock over the records."""

    records: Records
    lifecycle: Lifecycle
    watcher: Watcher
    intake: Intake
    follow: FollowUp
    analyses: Analyses
    knowledge: Knowledge
    notices: Notices


@dataclass(frozen=True, slots=True)
class Ports:
    """What the room works over."""

    store: TelemetryStore
    documents: Documents
    index: VectorIndex
    embedder: Embedder
    clock: Clock
    tenant: Tenant = DEFAULT_TENANT
    language: str = "en"


def open_room(ports: Ports, investigate: Investigate) -> IncidentRoom:
    """The room over ports; `investigate` looks into an incident and gives the analysis document."""
    records, clock = Records(ports.documents, ports.tenant), ports.clock
    knowledge, notices = Knowledge(records, ports.index, ports.embedder), Notices(records, ports.language)
    analyses = Analyses(investigate, records, knowledge, notices, clock)
    follow = FollowUp(records, knowledge, notices, analyses, clock)
    return IncidentRoom(
        records=records,
        lifecycle=Lifecycle(records, knowledge, clock),
        watcher=Watcher(ports.store, records, follow),
        intake=Intake(records, clock),
        follow=follow,
        analyses=analyses,
        knowledge=knowledge,
        notices=notices,
    )
