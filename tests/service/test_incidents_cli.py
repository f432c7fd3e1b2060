"""Incidents on the command line: found in history, kept, followed through their life; the same beside a running service."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.service.processes import Ended, many, served

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
BROKEN = range(60, 72)
LIST = ("incidents", "list", "--json")


def line(minute: int, second: int) -> str:
    """One request of a shop that fails for some minutes."""
    at, fails = START + timedelta(minutes=minute, seconds=second), minute in BROKEN
    status = {"status_code": 500, "severity": "ERROR", "error_code": "ORDER_LOST"} if fails else {"status_code": 200, "severity": "INFO"}
    facts = {"timestamp": at.isoformat(), "service": "checkout", "route": "/orders", "request_id": f"r{minute}-{second}"}
    return json.dumps({**facts, **status, "body": "order lost" if fails else "order placed"})


@dataclass(frozen=True, slots=True)
class Story:
    """What a folder with one bad spell answered to commands of their own, and then beside a service."""

    alone: dict[str, Ended]
    beside: Ended
    resolved: Ended


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder: Path = tmp_path_factory.mktemp("incidents")
    lines = [line(minute, second) for minute in range(90) for second in range(0, 60, 10)]
    (folder / "shop.ndjson").write_text("\n".join(lines))
    commands = {
        "ingest": ("ingest", "shop.ndjson", "--json"),
        "none": LIST,
        "dry": ("detect", "--json"),
        "still none": LIST,
        "kept": ("detect", "--from", "2026-03-01T08:00:00Z", "--to", "2026-03-01T09:30:00Z", "--write", "--json"),
        "list": LIST,
        "slight": (*LIST, "--severity", "low"),
        "show": ("incidents", "show", "INC-20260301T090000-checkout"),
        "unknown": ("incidents", "show", "INC-9"),
        "confirm": ("incidents", "confirm", "INC-20260301T090000-checkout", "--by", "noor", "--json"),
        "tickets": ("tickets", "list"),
        "drafts": ("drafts", "list"),
        "kb": ("kb", "search", "orders are lost"),
        "empty window": ("detect", "--from", "2027-01-01"),
    }
    alone = dict(zip(commands, many(folder, list(commands.values())), strict=True))
    with served(folder):
        beside, resolved = many(folder, [LIST, ("incidents", "resolve", "INC-20260301T090000-checkout")])
    return Story(alone, beside, resolved)


def test_detection_lists_the_spell_and_keeps_it_only_when_asked(story: Story) -> None:
    (found,) = story.alone["dry"].document
    assert (found["incident_id"], found["severity"], found["services"]) == ("INC-20260301T090000-checkout", "critical", ["checkout"])
    assert (found["start_at"], found["requests_total"]) == ("2026-03-01T09:00:00Z", 72)
    assert (story.alone["none"].code, story.alone["none"].document) == (3, [])
    assert story.alone["still none"].document == []
    assert story.alone["kept"].document == [found]
    assert story.alone["list"].document == [found]


def test_lists_are_filtered_and_say_when_nothing_fits(story: Story) -> None:
    assert (story.alone["slight"].code, story.alone["slight"].document) == (3, [])


def test_one_incident_is_shown_with_its_alarms(story: Story) -> None:
    shown = story.alone["show"]
    assert shown.code == 0
    assert "ORDER_LOST" in shown.out
    assert "services  checkout" in shown.out
    assert (story.alone["unknown"].code, "'INC-9'" in story.alone["unknown"].err) == (3, True)


def test_a_person_confirms_on_the_command_line(story: Story) -> None:
    assert story.alone["confirm"].document["confirmed_by"] == "noor"


@pytest.mark.parametrize("name", ["tickets", "drafts", "kb"])
def test_what_was_only_found_in_history_has_no_consequences(story: Story, name: str) -> None:
    assert story.alone[name].code == 3


def test_a_window_without_data_is_nothing_found(story: Story) -> None:
    assert story.alone["empty window"].code == 3


def test_the_same_beside_a_service(story: Story) -> None:
    (kept,) = story.beside.document
    assert kept == story.alone["confirm"].document
    assert (story.resolved.code, "is resolved" in story.resolved.err) == (2, True)
