"""Beside and after a running service: other commands go through it, what comes in is counted, and it ends cleanly."""

import gzip
import os
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.folder import DataFolder, holder
from tests.service.logs import BAD_LINE, ERRORS, EVENTS, app_log, write_logs
from tests.service.processes import Ended, Service, served, watchfloor

LOADED = sum(EVENTS.values())
OF_THE_FILE = ("--from", "2026-03-01T10:00:00Z", "--to", "2026-03-01T10:10:00Z")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("serving")
    write_logs(folder)
    with served(folder) as running:
        assert ingest(running, "app.ndjson").code == 0
        yield running


def ingest(service: Service, *words: str, stdin: bytes = b"") -> Ended:
    return watchfloor(service.folder, "ingest", *words, "--json", stdin=stdin)


def stored(service: Service) -> dict[str, Any]:
    return dict(httpx.get(f"{service.address}/api/overview", trust_env=False).json())


def test_the_folder_says_who_serves_it(service: Service) -> None:
    found = holder(service.folder / "data")
    assert found is not None
    assert (found.pid, found.command, found.address) == (service.process.pid, "serve", service.address)
    assert httpx.get(f"{service.address}/health/ready", trust_env=False).status_code == 200


def test_a_second_service_on_the_folder_is_told_of_the_first(service: Service) -> None:
    end = watchfloor(service.folder, "serve", "--port", "0")
    assert (end.code, end.out) == (1, "")
    assert f"held by 'serve' (process {service.process.pid}, serving at {service.address})" in end.err
    assert end.err.count("\n") == 1


def test_a_question_beside_the_service_goes_through_it(service: Service) -> None:
    document = watchfloor(service.folder, "ask", "Which services have errors?", *OF_THE_FILE, "--json").document
    listed = httpx.get(f"{service.address}/api/runs", trust_env=False).json()
    assert document["run_id"] in {run["run_id"] for run in listed}
    stated = {claim["slots"]["subject"]["service"]: claim["slots"]["value"] for claim in document["claims"] if is_count_of_errors(claim)}
    assert stated == ERRORS


def is_count_of_errors(claim: dict[str, Any]) -> bool:
    slots = claim["slots"]
    return (
        claim["kind"] == "quantity" and slots["metric"] == "errors" and isinstance(slots["subject"], dict) and "service" in slots["subject"]
    )


def test_the_text_of_an_answer_ends_with_its_thread_which_can_be_continued(service: Service) -> None:
    first = watchfloor(service.folder, "ask", "Which services have errors?")
    thread = first.out.rsplit("thread ", 1)[1].split()[0]
    again = watchfloor(service.folder, "ask", "And for cart?", "--thread", thread, "--json").document
    turns = httpx.get(f"{service.address}/api/threads/{thread}", trust_env=False).json()["turns"]
    assert again["thread_id"] == thread
    assert [turn["question"] for turn in turns] == ["Which services have errors?", "And for cart?"]


def test_the_same_file_again_is_loaded_only_when_wanted(service: Service) -> None:
    (service.folder / "twice.ndjson").write_text(app_log().replace("2026-03-01T10", "2026-03-01T13"))
    assert ingest(service, "twice.ndjson").document["accepted"] == LOADED
    before = stored(service)["rows"]["logs"]
    assert ingest(service, "twice.ndjson").code == 2
    assert stored(service)["rows"]["logs"] == before
    assert ingest(service, "twice.ndjson", "--again").document["accepted"] == LOADED
    assert stored(service)["rows"]["logs"] == before + LOADED


def test_a_truncated_gzip_gives_its_whole_lines(service: Service) -> None:
    lines = [f'{{"timestamp":"2026-03-01T11:00:00Z","service":"till","message":"{os.urandom(40).hex()}"}}' for _ in range(200)]
    (service.folder / "cut.gz").write_bytes(gzip.compress("\n".join(lines).encode())[:-3_000])
    end = ingest(service, "cut.gz")
    report = end.document
    assert end.code == 0
    assert 20 < report["accepted"] < 200
    assert any("ends early" in note for note in report["notes"])
    assert [item["line"] for item in report["rejected"]] in ([], [report["accepted"] + 1])


def test_standard_input_is_loaded_like_a_file(service: Service) -> None:
    end = ingest(service, "-", "--service", "till", stdin=b"2026-03-01T11:00:00Z till opened\n2026-03-01T11:05:00Z till closed\n")
    assert (end.code, end.document["accepted"], end.document["name"]) == (0, 2, "stdin")
    assert "till" in stored(service)["services"]


def test_one_bad_file_does_not_keep_the_others_out(service: Service) -> None:
    (service.folder / "good.log").write_text("2026-03-01T11:10:00Z door opened\n2026-03-01T11:11:00Z door closed\n")
    end = ingest(service, "missing.log", "good.log")
    assert (end.code, end.document["accepted"]) == (3, 2)
    assert "There is no file 'missing.log'" in end.err


def test_what_could_not_be_taken_is_in_the_dead_letters(service: Service) -> None:
    letters = watchfloor(service.folder, "dlq", "list", "--json").document
    (letter,) = [one for one in letters if one["source"] == "app.ndjson"]
    assert (letter["line"], letter["text"]) == (BAD_LINE, "this is not JSON")


def test_metrics_are_listed_and_run(service: Service) -> None:
    listed = watchfloor(service.folder, "metrics", "list", "--json").document
    assert all(tool["available"] or tool["unavailable_because"] for tool in listed)
    words = ("metrics", "run", "error_rate_by_service", *OF_THE_FILE, "-p", "service=search", "--json")
    evidence = watchfloor(service.folder, *words).document
    assert (evidence["template"], evidence["params"]["service"]) == ("error_rate_by_service", "search")
    assert [(row["service"], row["events"], row["errors"]) for row in evidence["rows"]] == [("search", EVENTS["search"], 0)]


def test_the_doctor_finds_the_service_well(service: Service) -> None:
    end = watchfloor(service.folder, "doctor", "--json")
    assert (end.code, end.document["ok"]) == (0, True)
    assert [check["name"] for check in end.document["checks"]] == ["stores", "queue", "model"]


def test_every_component_of_a_service_that_runs_is_well(service: Service) -> None:
    found = httpx.get(f"{service.address}/health/full", trust_env=False, timeout=30).json()
    assert (found["state"], found["score"]) == ("ok", 100)
    states = {one["name"]: one["state"] for one in found["components"]}
    well, off = ("store", "state", "index", "pipeline", "retention", "scheduler"), ("model", "live")
    assert states == {**dict.fromkeys(well, "ok"), **dict.fromkeys(off, "off")}


def test_what_a_question_cost_is_told(service: Service) -> None:
    before = watchfloor(service.folder, "usage", "--days", "1", "--json").document["total"]
    asked = watchfloor(service.folder, "ask", "How many errors did search have?", *OF_THE_FILE, "--json").document
    after = watchfloor(service.folder, "usage", "--days", "1", "--json").document["total"]
    assert (after["runs"], after["tool_calls"]) == (before["runs"] + 1, before["tool_calls"] + len(asked["evidence"]))
    assert after["total_ms"] - before["total_ms"] == pytest.approx(asked["usage"]["total_ms"], abs=0.01)


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_service_cleanly_and_frees_the_folder(tmp_path: Path, ending: signal.Signals) -> None:
    with served(tmp_path) as service:
        service.process.send_signal(ending)
        began = time.monotonic()
        code = service.process.wait(10)
    assert (code, time.monotonic() - began < 5) == (128 + ending, True)
    data = tmp_path / "data"
    assert ((data / "lock").read_text(), holder(data)) == ("", None)
    assert sorted(path.name for path in data.glob("state.sqlite*")) == ["state.sqlite"]
    assert "Traceback" not in (tmp_path / "serve.log").read_text()
    DataFolder.open(data, "test", datetime.now(UTC)).close()
