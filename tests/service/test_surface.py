"""The outside of the service: the golden list of routes, and that routes, commands and options are all in the docs."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.core import TyperCommand, TyperGroup

from service.app import build_app
from service.cli import app
from tests.service.world import front

TESTS = Path(__file__).parents[1]
DOCS = (TESTS.parent / "docs/service.md").read_text("utf-8")
GOLDEN = TESTS / "golden/openapi.txt"


def routes() -> list[str]:
    """Every operation of the OpenAPI document as "METHOD /path: summary"."""
    paths = build_app(front().parts, "0").openapi()["paths"]
    return [
        f"{method.upper()} {path}: {item['summary']}" for path, methods in sorted(paths.items()) for method, item in sorted(methods.items())
    ]


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], TyperCommand]]:
    """Every command with its words, groups opened."""
    if not isinstance(command, TyperGroup):
        yield path, command
        return
    for name, inner in command.commands.items():
        yield from commands(inner, (*path, name))


COMMANDS = dict(commands(typer.main.get_command(app)))


def row_of(command: str) -> str:
    """The row of the command table that is about one command or group."""
    return next((line for line in DOCS.splitlines() if re.match(rf"\| `{command}\b", line)), "")


def test_the_routes_are_the_golden_ones() -> None:
    assert routes() == GOLDEN.read_text("utf-8").splitlines()


def test_every_route_says_what_it_does() -> None:
    assert [route for route in routes() if len(route.split(": ", 1)[1]) < 8] == []


@pytest.mark.parametrize("route", [route.split(": ")[0] for route in GOLDEN.read_text("utf-8").splitlines()])
def test_every_route_is_in_the_docs(route: str) -> None:
    assert f"`{route}`" in DOCS


def test_every_route_in_the_docs_is_there() -> None:
    named = set(re.findall(r"`((?:GET|POST|PUT|PATCH|DELETE) /[^`]+)`", DOCS))
    assert named - {route.split(": ")[0] for route in routes()} == set()


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_is_in_the_docs(words: tuple[str, ...]) -> None:
    row = row_of(words[0])
    assert row
    assert set(words[1:]) <= set(re.findall(r"\w+", row.split("`")[1]))


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_option_of_a_command_is_in_the_docs(words: tuple[str, ...]) -> None:
    options = {name for parameter in COMMANDS[words].params for name in parameter.opts if name.startswith("-")}
    shown = set(re.findall(r"(?<![\w-])--?\w[\w-]*", row_of(words[0])))
    assert options - {"--json"} - shown == set()


def test_options_of_every_command_are_in_the_docs() -> None:
    root = {name for parameter in typer.main.get_command(app).params for name in parameter.opts}
    assert {name for name in root | {"--json"} if f"`{name}" not in DOCS} == set()
    assert [words for words, command in COMMANDS.items() if not command.help] == []
