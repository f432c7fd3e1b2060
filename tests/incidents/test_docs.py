"""Every rule and every state is in the docs."""

from pathlib import Path

import pytest

from analytics.rules import COUNT_RULES, LEVEL_RULES, RATIO_RULE
from incidents.intake import RULE
from incidents.lifecycle import NEXT

DOCS = (Path(__file__).parents[2] / "docs/incidents.md").read_text("utf-8")


NAMES = [*(rule.name for rule in COUNT_RULES), RATIO_RULE.name, *(rule.name for rule in LEVEL_RULES), RULE]


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_has_a_row(name: str) -> None:
    assert any(f"`{name}`" in line for line in DOCS.splitlines() if line.startswith("| `"))


@pytest.mark.parametrize("status", NEXT)
def test_a_state_is_named(status: str) -> None:
    assert status in DOCS
