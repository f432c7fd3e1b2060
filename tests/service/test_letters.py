"""Dead letters over HTTP: found by what they are, counted, replayed."""

import asyncio
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from itertools import repeat
from pathlib import Path

import pytest

from adapters.state import SqlStateStore, open_database
from domain.letters import DeadLetter
from domain.telemetry import Arrival, LogRecord
from domain.window import to_nanos
from pipeline.letters.box import LetterBox
from service.folder import DataFolder
from service.letters import letters_job
from tests.fakes import FakeClock, FakeMeter
from tests.graph.world import START
from tests.service.processes import many
from tests.service.world import Front, front


@pytest.fixture
def made(tmp_path: Path) -> Front:
    plain = front()
    kept = plain.parts.settings.model_copy(update={"data_dir": tmp_path})  # a replay needs the installation's redaction key
    made = replace(plain, parts=replace(plain.parts, settings=kept))
    letters = [
        DeadLetter("app.log", 3, "not JSON", "x", START, "DL-1"),
        DeadLetter("web", 0, "does not fit", "{}", START, "DL-2", cause="refused", format="record?signal=logs&at=1", payload=b"?"),
        DeadLetter("web", 0, "no answer", "{}", START, "DL-3", "retryable", next_at=START - timedelta(days=9)),
    ]
    asyncio.run(made.state.add_dead_letters(letters))
    return made


def test_letters_are_found_by_kind_cause_source_and_limit(made: Front) -> None:
    asked: list[dict[str, str | int]] = [{}, {"limit": 1}, {"kind": "retryable"}, {"cause": "refused"}, {"source": "app.log"}]
    asked.append({"source": "web", "kind": "poison"})
    found = [[one["letter_id"] for one in made.client.get("/api/dlq", params=params).json()] for params in asked]
    assert found == [["DL-3", "DL-2", "DL-1"], ["DL-3"], ["DL-3"], ["DL-2"], ["DL-1"], ["DL-2"]]
    assert made.client.get("/api/dlq", params={"kind": "lively"}).status_code == 422
    (shown,) = made.client.get("/api/dlq", params={"cause": "refused"}).json()
    assert (shown["replayable"], "payload" in shown) == (True, False)


def test_totals_are_by_kind_and_cause(made: Front) -> None:
    assert made.client.get("/api/dlq/totals").json() == [
        {"kind": "poison", "cause": "malformed", "letters": 1, "waiting": 1},
        {"kind": "poison", "cause": "refused", "letters": 1, "waiting": 1},
        {"kind": "retryable", "cause": "malformed", "letters": 1, "waiting": 1},
    ]


def test_a_replay_counts_what_became_of_them(made: Front) -> None:
    came = made.client.post("/api/dlq/replay", json={"source": "web", "dry_run": True}).json()
    assert {name: count for name, count in came.items() if count} == {"dry_run": True, "replayed": 1, "not_replayable": 1}
    came = made.client.post("/api/dlq/replay", json={"ids": ["DL-1", "DL-2"]}).json()
    assert {name: count for name, count in came.items() if count} == {"still_refused": 1, "not_replayable": 1}
    (tried,) = made.client.get("/api/dlq", params={"cause": "refused"}).json()
    assert (tried["attempts"], "cannot be read" in tried["outcome"]) == (1, True)
    assert made.client.post("/api/dlq/replay", json={"id": "DL-1"}).status_code == 422


async def test_the_job_tries_what_is_due(made: Front) -> None:
    await letters_job(made.parts).run(START)
    assert {one["letter_id"]: one["attempts"] for one in made.client.get("/api/dlq").json()} == {"DL-1": 0, "DL-2": 0, "DL-3": 0}


async def refused(folder: Path) -> None:
    """A record that the store did not take, in the state of a data folder."""
    database, at_ns = open_database(folder / "state.sqlite"), to_nanos(START)
    box = LetterBox(SqlStateStore(database), FakeClock(), FakeMeter(), str, lambda: repeat(0.0))
    record = LogRecord(at_ns, "pay", "paid 7 coins", 17, event_id="EVT-1", record_id="k.0-7", arrival=Arrival(at_ns, 30))
    await box.refused("logs", record, "does not fit")
    await database.close()


def test_the_command_line_stores_a_refused_record_once_and_tells_what_is_left(tmp_path: Path) -> None:
    with closing(DataFolder.open(tmp_path / "data", "serve", START)) as folder:
        asyncio.run(refused(folder.path))
    done, again, listed = many(tmp_path, [("replay", "dlq", "--json"), ("replay", "dlq"), ("dlq", "list")])
    assert {name: count for name, count in done.document.items() if count} == {"replayed": 1}
    assert (again.code, again.out) == (3, "No dead letter waits.\n")
    assert "paid 7 coins" in listed.out
    assert listed.out.endswith("\n1 poison/refused, 0 of them not replayed\n")
