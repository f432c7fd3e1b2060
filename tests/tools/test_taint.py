"""A value that strangers wrote may be compared with, and steers a call in no other way."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agents.briefing.issues import Issue
from agents.briefing.looks import issue_looks
from domain.calls import EQUALITY, Filters, Scope, Tainted, ToolCall
from domain.ids import Tenant
from domain.window import Window
from tests.graph.world import END, START
from tools.taint import taint_problem

ROOT = Path(__file__).parents[2]
SCOPE = Scope(Window(START, END))
STRANGE = Tainted("checkout' OR 1=1 --")
# Where filters are made: from the question's own words, from an earlier call's parameters, or of tainted values.
MAKERS = {
    "agents/briefing/looks.py",
    "agents/reading.py",
    "agents/suggestion.py",
    "graph/narrowing.py",
    "service/actions.py",
    "tools/toolbox.py",
}


@pytest.mark.parametrize("name", sorted(EQUALITY))
def test_it_may_be_an_equality_filter(name: str) -> None:
    given: dict[str, Any] = {name: STRANGE}
    assert taint_problem(ToolCall("errors", Filters(**given)), SCOPE) is None


def test_it_may_not_be_searched_for() -> None:
    assert taint_problem(ToolCall("errors", Filters(text=STRANGE)), SCOPE) is not None
    assert taint_problem(ToolCall("errors", Filters(text="asked for")), SCOPE) is None


def test_it_may_not_name_a_tool_or_a_tenant() -> None:
    assert taint_problem(ToolCall(STRANGE), SCOPE) is not None
    assert taint_problem(ToolCall("errors"), replace(SCOPE, tenant=Tenant(STRANGE))) is not None


def test_it_may_not_look_beyond_the_window_asked_about() -> None:
    filters, hour = Filters(service=STRANGE), timedelta(hours=1)
    within = ToolCall("errors", filters, window=Window(START + hour, END))
    assert taint_problem(within, SCOPE) is None
    for window in (Window(START - hour, END), Window(START, END + hour)):
        assert taint_problem(replace(within, window=window), SCOPE) is not None
        assert taint_problem(ToolCall("errors", Filters(service="asked"), window=window), SCOPE) is None


def test_a_briefing_marks_what_it_takes_from_data() -> None:
    looks = issue_looks([Issue("checkout", SCOPE.window, ("checkout",), 3)])
    assert looks
    assert all(isinstance(look.filters.service, Tainted) for look in looks)


def _makers() -> Iterator[str]:
    for room in ("agents", "graph", "incidents", "service", "tools"):
        for path in (ROOT / room).rglob("*.py"):
            calls = (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))
            if any(isinstance(call.func, ast.Name) and call.func.id == "Filters" and _is_filled(call) for call in calls):
                yield path.relative_to(ROOT).as_posix()


def _is_filled(call: ast.Call) -> bool:
    return any(keyword.arg != "limit" for keyword in call.keywords)


def test_filters_are_made_in_few_known_places() -> None:
    assert set(_makers()) == MAKERS
