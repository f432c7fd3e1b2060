"""What every keeper of documents holds to."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.state import SqlDocuments
from domain.ids import Tenant
from domain.ports import Documents
from tests.contracts.databases import BACKENDS, opened_database
from tests.fakes import FakeDocuments

INCIDENT = {
    "incident_id": "inc_1",
    "title": "카트 – \"slow\" 'n' %s :x 🙂",
    "status": "open",
    "rank": 3,
    "score": 0.5,
    "ai_generated": True,
    "assignee": None,
    "services": ["cart", "pay"],
    "root_cause": {"service": "pay", "numbers": [1, 2.5, None, 18_446_744_073_709_551_615]},
}


@pytest.fixture(params=BACKENDS)
async def documents(request: pytest.FixtureRequest) -> AsyncIterator[Documents]:
    if request.param == "fake":
        yield FakeDocuments()
        return
    async with AsyncExitStack() as stack:
        database = opened_database(request)
        stack.push_async_callback(database.close)
        yield SqlDocuments(database)


async def fill(documents: Documents, tenant: Tenant, *fields: Mapping[str, Any]) -> None:
    for number, extra in enumerate(fields):
        await documents.put("incident", f"i{number}", {"n": number, **extra}, tenant)


async def numbers(documents: Documents, tenant: Tenant, where: Mapping[str, Any] | None = None, limit: int = 100) -> list[int]:
    return [one["n"] for one in await documents.find("incident", where, tenant, limit)]


async def test_a_document_comes_back_whole(documents: Documents, tenant: Tenant) -> None:
    await documents.put("incident", "inc_1", INCIDENT, tenant)
    assert await documents.get("incident", "inc_1", tenant) == INCIDENT
    assert await documents.find("incident", {}, tenant) == (INCIDENT,)


async def test_times_and_tuples_become_json(documents: Documents, tenant: Tenant) -> None:
    await documents.put("incident", "a", {"at": datetime(2026, 3, 1, 12, tzinfo=UTC), "services": ("cart",)}, tenant)
    assert await documents.get("incident", "a", tenant) == {"at": "2026-03-01T12:00:00Z", "services": ["cart"]}


async def test_what_is_kept_does_not_change_with_what_was_given(documents: Documents, tenant: Tenant) -> None:
    given: dict[str, Any] = {"comments": ["one"]}
    await documents.put("incident", "a", given, tenant)
    given["comments"].append("two")
    assert await documents.get("incident", "a", tenant) == {"comments": ["one"]}


async def test_a_second_put_replaces_the_whole_document_in_its_place(documents: Documents, tenant: Tenant) -> None:
    await fill(documents, tenant, {"old": 1}, {}, {})
    await documents.put("incident", "i0", {"n": 10}, tenant)
    assert await documents.find("incident", None, tenant) == ({"n": 2}, {"n": 1}, {"n": 10})


async def test_the_newest_come_first_and_no_more_than_asked(documents: Documents, tenant: Tenant) -> None:
    await fill(documents, tenant, {}, {}, {}, {})
    assert await numbers(documents, tenant, limit=3) == [3, 2, 1]


async def test_what_was_removed_is_gone_and_newest_when_put_again(documents: Documents, tenant: Tenant) -> None:
    await fill(documents, tenant, {}, {})
    await documents.remove("incident", "i0", tenant)
    await documents.remove("incident", "never there", tenant)
    assert await documents.get("incident", "i0", tenant) is None
    assert await numbers(documents, tenant) == [1]
    await documents.put("incident", "i0", {"n": 0}, tenant)
    assert await numbers(documents, tenant) == [0, 1]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"status": "open"}, [2, 0]),
        ({"status": ["resolved", "open"]}, [2, 1, 0]),
        ({"status": ("resolved",)}, [1]),
        ({"status": "open", "severity": "high"}, [2]),
        ({"status": []}, []),
        ({"status": "OPEN"}, []),
        ({"nothing": "open"}, []),
        ({"root": "x"}, []),
    ],
)
async def test_where_keeps_what_has_these_values(documents: Documents, tenant: Tenant, where: dict[str, Any], expected: list[int]) -> None:
    seen = ({"status": "open", "severity": "low"}, {"status": "resolved", "severity": "high"}, {"status": "open", "severity": "high"})
    await fill(documents, tenant, *seen, {"status": ["open"]}, {"nested": {"status": "open"}})
    assert await numbers(documents, tenant, where) == expected


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (1, [4, 0]),
        (1.0, [4, 0]),
        ("1", [1]),
        (True, [2]),
        (False, [7]),
        ("true", [3]),
        (1.5, [5]),
        ([True, "1"], [2, 1]),
        (0, []),
        ("", [8]),
        ('it\'s "so"', [9]),
        (None, [10, 6]),
        (["1", None], [10, 6, 1]),
    ],
)
async def test_a_value_is_compared_with_its_type(documents: Documents, tenant: Tenant, wanted: object, expected: list[int]) -> None:
    values = (1, "1", True, "true", 1.0, 1.5, None, False, "", 'it\'s "so"')
    await fill(documents, tenant, *({"value": value} for value in values), {"other": "no value"})
    assert await numbers(documents, tenant, {"value": wanted}) == expected


async def test_kinds_and_tenants_never_meet(documents: Documents, tenant: Tenant) -> None:
    other = Tenant(f"{tenant}-other")
    await documents.put("incident", "a", {"of": "one"}, tenant)
    await documents.put("incident", "a", {"of": "other"}, other)
    await documents.put("ticket", "a", {"of": "ticket"}, tenant)
    await documents.remove("incident", "a", other)
    assert await documents.find("incident", {}, tenant) == ({"of": "one"},)
    assert await documents.find("incident", {}, other) == ()
    assert await documents.get("ticket", "a", tenant) == {"of": "ticket"}


async def test_text_no_database_can_hold_is_marked(documents: Documents, tenant: Tenant) -> None:
    await documents.put("incident", "a", {"title": "a\x00b", "lines": ["\ud800"], "status": "open"}, tenant)
    assert await documents.find("incident", {"status": "open"}, tenant) == ({"title": "a\ufffdb", "lines": ["\ufffd"], "status": "open"},)


async def test_many_writers_at_once_lose_nothing(documents: Documents, tenant: Tenant) -> None:
    names = [f"i{number}" for number in range(60)]
    puts = [
        documents.put("incident", name, {"name": name, "round": turn, "text": "x" * 2_000}, tenant) for turn in (1, 2) for name in names
    ]
    finds = [documents.find("incident", {"round": 1}, tenant) for _ in range(10)]
    await asyncio.gather(*puts[:60], *finds)
    await asyncio.gather(*puts[60:], *(documents.put("incident", "shared", {"name": "shared", "round": 2}, tenant) for _ in range(20)))
    found = await documents.find("incident", {"round": 2}, tenant)
    assert sorted(one["name"] for one in found) == sorted([*names, "shared"])
