"""What persons confirmed reaches the verifier, and nothing else does."""

from datetime import UTC, datetime
from typing import Any

from domain.ids import DEFAULT_TENANT, RunId, Tenant, ThreadId
from domain.ports import RunRecord
from graph.confirmed import with_confirmed
from grounding.knowledge import NOTHING
from tests.fakes import FakeDocuments, FakeStateStore

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
WINDOW = {"start": "2026-03-01T11:00:00Z", "end": "2026-03-01T12:00:00Z"}


async def kept(
    incident: dict[str, Any], causes: list[dict[str, Any]], tenant: Tenant = DEFAULT_TENANT
) -> tuple[FakeDocuments, FakeStateStore]:
    documents, state = FakeDocuments(), FakeStateStore()
    await documents.put("incident", "INC-1", {"incident_id": "INC-1", **incident}, tenant)
    document = {"root_causes": causes, "window": WINDOW}
    await state.save_run(RunRecord(RunId("run_1"), ThreadId("t"), tenant, "ok", "?", AT, document))
    return documents, state


CAUSE = {"text": "stock is slow", "verdict": "consistent", "run_id": "run_1"}
PATH = [{"service": "stock", "path": ["stock", "cart", "shop"]}, {"service": "mail", "path": ["mail", "shop"]}]


async def test_the_first_cause_of_a_confirmed_incident_is_known() -> None:
    known = await with_confirmed(NOTHING, *await kept({"confirmed_by": "ann", "root_cause": CAUSE}, PATH), DEFAULT_TENANT)
    (cause,) = known.confirmed
    assert (cause.cause, cause.effect, cause.by, cause.window.start) == ("stock", "shop", "INC-1", datetime(2026, 3, 1, 11, tzinfo=UTC))
    assert known.incidents["INC-1"].cause == "stock is slow"


async def test_what_nobody_confirmed_is_an_incident_without_a_known_cause() -> None:
    known = await with_confirmed(NOTHING, *await kept({"confirmed_by": "", "root_cause": CAUSE}, PATH), DEFAULT_TENANT)
    assert known.confirmed == ()
    assert known.incidents["INC-1"].cause == ""


async def test_a_cause_that_only_showed_in_its_own_service_has_no_effect_to_be_known_of() -> None:
    told = await kept({"confirmed_by": "ann", "root_cause": CAUSE}, [{"service": "stock", "path": ["stock"]}])
    assert (await with_confirmed(NOTHING, *told, DEFAULT_TENANT)).confirmed == ()


async def test_another_tenants_confirmation_is_not_known() -> None:
    told = await kept({"confirmed_by": "ann", "root_cause": CAUSE}, PATH, Tenant("acme"))
    known = await with_confirmed(NOTHING, *told, DEFAULT_TENANT)
    assert (known.confirmed, dict(known.incidents)) == ((), {})
