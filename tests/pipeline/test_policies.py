"""The policy book: policies are checked, kept, versioned and followed by other processes."""

from collections.abc import Mapping
from typing import Any

import pytest

from analytics.sampling.policy import Drop, HighValue, Policy
from domain.errors import StoreError, WrongUseError
from domain.ids import DEFAULT_TENANT, Tenant
from domain.ports import DocumentKind, Stored
from pipeline.policies import PolicyBook, shipped_policy
from pipeline.policy_document import policy_document, policy_of
from tests.fakes import FakeDocuments
from tests.pipeline.sampled import Desk, log, trace

FULL: Mapping[str, Any] = {
    "version": 4,
    "environment": "prod",
    "default_rate_n": 20,
    "services": {"pay": 1},
    "routes": {"/health*": 1000},
    "drop": [{"service": "noisy", "route": "", "below": "INFO", "attributes": {"k": "v"}}],
    "slow_ms": {"default": 500.0, "services": {"search": 900.0}, "routes": {}},
    "high_value": {"routes": ["/vip"], "customers": ["c1"], "attributes": {"plan": ["gold"]}},
    "storm": {"first_m": 10, "rate_n": 50},
    "dynamic": {"factor": 10, "engage_at": 0.6, "release_at": 0.1},
    "wide_services": ["shop"],
}


class DeafDocuments(FakeDocuments):
    """A database that went away."""

    async def get(self, kind: DocumentKind, name: str, tenant: Tenant = DEFAULT_TENANT) -> Stored | None:
        raise StoreError("the database does not answer")


def test_a_policy_is_read_and_written_without_loss() -> None:
    policy = policy_of(FULL)
    assert policy_document(policy) == FULL
    assert policy.drop == (Drop("noisy", "", 9, {"k": "v"}),)
    assert policy.high_value == HighValue(frozenset({"/vip"}), frozenset({"c1"}), {"plan": frozenset({"gold"})})


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ({"default_rate_n": 0}, "default_rate_n"),
        ({"default_rate_n": 2.5}, "default_rate_n"),
        ({"services": {"pay": "all"}}, "services.pay"),
        ({"routes": {"/a": -1}}, "routes./a"),
        ({"drop": [{}]}, "drop.0"),
        ({"drop": [{"below": "LOUD"}]}, "drop.0.below"),
        ({"slow_ms": {"default": 0}}, "slow_ms.default"),
        ({"dynamic": {"engage_at": 0.2, "release_at": 0.4}}, "dynamic"),
        ({"rates": {}}, "rates"),
        ({"storm": {"first_m": -1}}, "storm.first_m"),
    ],
)
def test_a_wrong_field_is_refused_by_its_name(document: Mapping[str, Any], named: str) -> None:
    with pytest.raises(WrongUseError, match=f"'{named}' of the sampling policy is wrong"):
        policy_of(document)


def test_dev_keeps_everything_and_prod_one_in_twenty() -> None:
    dev, prod = shipped_policy("dev"), shipped_policy("prod")
    assert dev.is_plain
    assert (prod.default_rate_n, prod.routes["/healthz"], prod.routes["/payment*"]) == (20, 1000, 1)
    assert (dev.environment, dev.version, prod.environment, prod.version) == ("dev", 1, "prod", 1)


def test_an_unknown_environment_is_refused() -> None:
    with pytest.raises(WrongUseError, match=r"'stage'; there are: dev, prod"):
        shipped_policy("stage")


async def test_a_policy_holds_at_once_and_after_a_restart() -> None:
    documents = FakeDocuments()
    book = PolicyBook(documents, shipped_policy("prod"))
    put = await book.put({"default_rate_n": 5})
    assert (put.version, book.current.default_rate_n, book.current.version) == (2, 5, 2)
    later = PolicyBook(documents, shipped_policy("prod"))
    await later.load()
    assert later.current == put


async def test_another_process_follows_and_its_next_version_is_higher() -> None:
    documents = FakeDocuments()
    one, other = (PolicyBook(documents, shipped_policy("prod")) for _ in range(2))
    await one.put({"default_rate_n": 5})
    await one.put({"default_rate_n": 6})
    await other.refresh()
    assert (other.current.default_rate_n, other.current.version) == (6, 3)
    stale = PolicyBook(documents, shipped_policy("prod"))
    assert (await stale.put({"default_rate_n": 7})).version == 4


async def test_a_change_of_an_older_version_is_refused() -> None:
    book = PolicyBook(FakeDocuments(), shipped_policy("prod"))
    read = policy_document(book.current)
    await book.put({**read, "default_rate_n": 5})
    with pytest.raises(WrongUseError, match="made from version 1, but 2 is in force"):
        await book.put({**read, "default_rate_n": 6})
    assert book.current.default_rate_n == 5


async def test_a_wrong_policy_leaves_the_one_in_force() -> None:
    book = PolicyBook(FakeDocuments(), shipped_policy("prod"))
    with pytest.raises(WrongUseError):
        await book.put({"default_rate_n": "many"})
    assert book.current == shipped_policy("prod")


async def test_environments_have_policies_of_their_own() -> None:
    documents = FakeDocuments()
    await PolicyBook(documents, shipped_policy("prod")).put({"default_rate_n": 5})
    dev = PolicyBook(documents, shipped_policy("dev"))
    await dev.load()
    assert dev.current.is_plain


@pytest.mark.parametrize("documents", [DeafDocuments(), FakeDocuments({(DEFAULT_TENANT, "sampling"): {"dev": {"default_rate_n": 0}}})])
async def test_what_cannot_be_read_leaves_the_policy_in_force(documents: FakeDocuments) -> None:
    book = PolicyBook(documents, shipped_policy("dev"))
    await book.refresh()
    assert book.current == shipped_policy("dev")


async def test_a_rehearsal_changes_nothing_and_tells_both_shares() -> None:
    desk = Desk(Policy())
    desk.offer(*(log(number, trace(number << 44)) for number in range(400)), log("e", trace(1), status=500))
    found = desk.book.rehearsal({"default_rate_n": 20}, minutes=10)
    assert desk.book.current == Policy()
    assert found["share"] == pytest.approx((400 / 20 + 1) / 401)
    assert found["share_now"] == 1
    assert found["rows"] == [
        {"service": "cart", "class": "error", "seen": 1, "kept": 1, "share": 1, "share_now": 1},
        {"service": "cart", "class": "normal", "seen": 400, "kept": 20, "share": 0.05, "share_now": 1},
    ]
    with pytest.raises(WrongUseError, match="between 1 and 10"):
        desk.book.rehearsal({}, minutes=11)
