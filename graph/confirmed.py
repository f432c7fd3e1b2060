"""What persons confirmed: the causes of their incidents, read from the runs that named them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from domain.ids import RunId, Tenant
from domain.ports import Documents, StateStore
from domain.window import Window, parse_rfc3339
from grounding.knowledge import ConfirmedCause, Knowledge, KnownIncident

NEWEST = 200
Document = Mapping[str, Any]


async def with_confirmed(known: Knowledge, documents: Documents | None, state: StateStore, tenant: Tenant) -> Knowledge:
    """The same knowledge with a tenant's newest incidents and the causes that persons confirmed. Raises StoreError."""
    found = await documents.find("incident", tenant=tenant, limit=NEWEST) if documents else ()
    confirmed = [one for one in found if one.get("confirmed_by") and one.get("root_cause")]
    runs = {one["incident_id"]: await state.run(RunId(one["root_cause"].get("run_id", "")), tenant) for one in confirmed}
    causes = [cause for name, run in runs.items() if run for cause in _causes(run.document, name, tenant)]
    return replace(known, confirmed=(*known.confirmed, *causes), incidents={**known.incidents, **_incidents(found, tenant)})


def _causes(run: Document, incident: str, tenant: Tenant) -> Iterable[ConfirmedCause]:
    """The first cause that a run named, of the last service on its path; nothing where it named none or nobody else felt it."""
    first = next(iter(run.get("root_causes", ())), None)
    path = (first or {}).get("path") or ()
    if first and path and path[-1] != first["service"]:
        window = Window(parse_rfc3339(run["window"]["start"]), parse_rfc3339(run["window"]["end"]))
        yield ConfirmedCause(first["service"], path[-1], window, tenant, incident)


def _incidents(found: Iterable[Document], tenant: Tenant) -> dict[str, KnownIncident]:
    """The record; a cause is part of it only where a person confirmed it."""
    causes = {one["incident_id"]: one["root_cause"]["text"] if one.get("confirmed_by") and one.get("root_cause") else "" for one in found}
    return {name: KnownIncident(name, tenant, cause) for name, cause in causes.items()}
