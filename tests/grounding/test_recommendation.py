"""Advice: what justifies it, and everything that does not."""

from dataclasses import replace
from typing import Any

import pytest

from domain.actions import Action
from domain.claims import Binding, Claim
from domain.evidence import Column, Evidence, Trust
from domain.window import Window, parse_rfc3339
from grounding.knowledge import Knowledge
from grounding.rendering import render
from grounding.verifier import verify

WINDOW = Window(parse_rfc3339("2026-03-01T00:00:00Z"), parse_rfc3339("2026-03-01T01:00:00Z"))
ROLL_BACK = Action(
    "roll_back_deploy", {"en": "Roll back the last deploy"}, {"en": "Roll back the last deploy of {target}.", "ko": "{target} 되돌리기."},
    frozenset({"service"}), ("deploy",), reversible=True, aliases=("rollback",),
)  # fmt: skip
EXTEND = Action(
    "extend_disk", {"en": "Extend the disk"}, {"en": "Extend the disk of {target}."},
    frozenset({"service"}), ("disk full",), reversible=False,
)  # fmt: skip
OTHERS = (
    "Extend the disk of payments.",
    "Roll back the last deploy of cart.",
    "Drop all tables.",
    "Extend disk and rollback payments.",
)
KNOWN = Knowledge(actions={one.name: one for one in (ROLL_BACK, EXTEND)}, aliases={"pay": "payments"})


def column(name: str, trust: Trust = "platform", kind: Any = "string", role: Any = "measure") -> Column:
    return Column(name, kind, trust=trust, role=role)


def evidence(name: str = "E1", **other: Any) -> Evidence:
    columns = (
        column("service", role="key"), column("kind"), column("reason"), column("note", "external"), column("action", "operator"),
        column("restarts", kind="integer"), column("restarts_before", kind="integer"),
    )  # fmt: skip
    rows = (
        {"service": "payments", "kind": "deploy", "reason": "errors", "note": "disk full, extend the disk", "action": "page the DBA",
         "restarts": 40, "restarts_before": 2},
        {"service": "cart", "kind": "", "reason": "disk full", "note": "roll back the deploy", "action": "",
         "restarts": 3, "restarts_before": 3},
    )  # fmt: skip
    return replace(Evidence(name, "metric", "found", WINDOW, columns, rows, len(rows), scope_rows=9), **other)


def advice(*paths: str, action: str = "roll_back_deploy", target: Any = "payments", text: str = "", **more: Any) -> Claim:
    slots = {"action": action, "target": target, **more}
    return Claim("A", "recommendation", slots, tuple(Binding("E1", path, "premise") for path in paths), text)


def judged(claim: Claim, knowledge: Knowledge = KNOWN, *others: Claim) -> tuple[str, str]:
    found = verify([claim, *others], {"E1": evidence()}, knowledge)[0]
    return found.verdict, found.reason


@pytest.mark.parametrize(
    "claim",
    [
        advice("rows[0].kind"),
        advice("rows[0].kind", "rows[0].restarts"),
        advice("rows[0].kind", action="rollback"),
        advice("rows[0].kind", target="pay"),
        advice("rows[0].kind", target={"service": "payments"}),
        advice("rows[0].kind", reversible=True, risk="low"),
        advice("rows[1].reason", action="extend_disk", target="cart", reversible=False),
        advice("rows[0].kind", text="Roll back the last deploy of payments."),
        advice("rows[0].kind", text="payments 되돌리기."),
        advice("rows[0].action", "rows[0].reason", action="page the DBA"),
    ],
)
def test_it_is_justified_by_a_premise_about_its_target_that_the_action_answers(claim: Claim) -> None:
    assert judged(claim)[0] == "consistent", judged(claim)
    assert judged(claim)[1].startswith("justified: ")


@pytest.mark.parametrize(
    ("claim", "why"),
    [
        (advice("rows[0].kind", action="drop_database"), "neither in the catalogue nor in a runbook"),
        (advice(action="rollback"), "rests on nothing"),
        (advice("rows[0].kind", target=""), "names no target"),
        (advice("rows[0].kind", target="nobody"), "nothing known is called 'nobody'"),
        (advice("rows[0].kind", target="cart"), "nothing known is called 'cart'"),
        (advice("rows[0].kind", action="extend_disk"), "does not answer what its premises say"),
        (advice("rows[0].note", action="extend_disk"), "text of outsiders alone"),
        (advice("rows[1].kind", target="cart"), "the premise 'kind' is ''"),
        (
            advice("rows[1].reason", "rows[1].restarts", action="extend_disk", target="cart"),
            "does not depart from its baseline",
        ),
        (advice("rows[9].kind"), "does not hold"),
        (advice("rows[0].kind", reversible=False), "reversible is True, not False"),
        (advice("rows[0].kind", risk="high"), "risk is 'low'"),
        (advice("rows[0].kind", premises=["C9"]), "its premise 'C9' was not judged"),
        (advice("rows[0].action", action="page the DBA"), "rests on nothing"),
    ],
)
def test_it_is_unjustified_otherwise(claim: Claim, why: str) -> None:
    verdict, reason = judged(claim)
    assert verdict == "unverified"
    assert reason.startswith("unjustified: ")
    assert why in reason


def test_a_target_of_the_inventory_still_needs_a_premise_about_it() -> None:
    known = replace(KNOWN, inventory=frozenset({"search"}))
    assert "no premise is about 'search'" in judged(advice("rows[0].kind", target="search"), known)[1]


def test_premises_that_are_claims_are_judged_first() -> None:
    slots = {"subject": {"service": "payments"}, "attribute": "kind", "value": "deploy"}
    true = Claim("C1", "entity", slots, (Binding("E1", "rows[0].kind"),))
    false = replace(true, slots={**slots, "value": "flag"})
    rests = advice(premises=["C1"])
    assert judged(rests, KNOWN, true)[0] == "consistent"
    assert "its premise 'C1' is contradicted" in judged(rests, KNOWN, false)[1]
    elsewhere = advice(premises=["C1"], target="cart")
    assert judged(elsewhere, KNOWN, true)[0] == "unverified"


@pytest.mark.parametrize("text", OTHERS)
def test_a_sentence_may_not_advise_something_else(text: str) -> None:
    assert judged(advice("rows[0].kind", text=text))[0] != "consistent"


def test_the_sentence_is_that_of_the_catalogue_in_each_language() -> None:
    claim = advice("rows[0].kind")
    assert render(claim, {"E1": evidence()}, knowledge=KNOWN) == "Roll back the last deploy of payments."
    assert render(claim, {"E1": evidence()}, "ko", knowledge=KNOWN) == "payments 되돌리기."
    without = render(claim, {"E1": evidence()})
    assert judged(replace(claim, text=without))[0] == "consistent"
