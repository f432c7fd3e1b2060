"""A chain of audit entries shows where it was tampered with."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.audit import AuditEntry, AuditHead, AuditNote, chained, faults
from domain.ids import RunId, Tenant

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CHAIN = chained([AuditNote("tool.called", NOON, RunId("run_1"), {"rows": number}) for number in range(5)], AuditHead())
Entries = Sequence[AuditEntry]


def found(entries: Entries) -> list[tuple[int, str]]:
    return [(fault.sequence, fault.reason) for fault in faults(entries, AuditHead())]


def changed(number: int, **fields: Any) -> Entries:
    return [replace(one, **fields) if one.sequence == number else one for one in CHAIN]


def test_a_whole_chain_has_no_fault() -> None:
    assert found(CHAIN) == []
    assert list(faults(CHAIN[2:], CHAIN[1].head)) == []
    assert found([]) == []


@pytest.mark.parametrize(
    "fields",
    [{"details": {"rows": 9}}, {"kind": "run.failed"}, {"at": NOON.replace(hour=13)}, {"run_id": RunId("run_2")}],
)
def test_a_changed_entry_is_named(fields: dict[str, Any]) -> None:
    assert found(changed(3, **fields)) == [(3, "its content does not fit its hash: it was changed")]


@pytest.mark.parametrize(
    ("taken", "fault"),
    [
        (lambda: [*CHAIN[:2], *CHAIN[3:]], (4, "entry 3 before it is missing")),
        (lambda: CHAIN[3:], (4, "entry 1 to 3 before it is missing")),
    ],
)
def test_a_missing_entry_is_named(taken: Callable[[], Entries], fault: tuple[int, str]) -> None:
    assert found(taken()) == [fault]


def test_an_entry_made_anew_breaks_the_one_behind_it() -> None:
    (made,) = chained([AuditNote("tool.called", NOON, RunId("run_1"), {"rows": 9})], CHAIN[1].head)
    assert found([*CHAIN[:2], made, *CHAIN[3:]]) == [(4, "it does not carry the hash of the entry before it")]


def test_a_chain_of_another_tenant_does_not_fit() -> None:
    assert len(list(faults(CHAIN, AuditHead(), Tenant("other")))) == len(CHAIN)
