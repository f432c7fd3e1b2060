"""Loading whole files."""

import asyncio
import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import NothingFoundError, StoreError, WrongUseError
from domain.ids import DEFAULT_TENANT, Tenant
from domain.telemetry import LogRecord
from pipeline.loader import LoadOptions
from tests.fakes import FakeQueue, FakeStateStore, FakeTelemetryStore
from tests.pipeline.files import World, write
from tests.pipeline.plants import Plant, running

LOGS = "".join(
    json.dumps({"timestamp": f"2026-01-01T00:00:{at:02}Z", "service": "pay", "body": f"paid {at} coins"}) + "\n" for at in range(5)
)


def test_records_templates_and_the_report_agree(tmp_path: Path) -> None:
    world = World()
    report = world.load(write(tmp_path, LOGS + "bad\n\n", "pay.ndjson"))
    assert (report.accepted, report.rejected_total, report.lines, report.blank_lines) == (5, 1, 7, 1)
    assert len(world.store.logs) == 5
    assert {log.template_id for log in world.store.logs} == {template.template_id for template in world.store.mined}
    document = report.as_json()
    assert (document["from"], document["to"]) == ("2026-01-01T00:00:00Z", "2026-01-01T00:00:04Z")
    assert document["rejected"][0]["line"] == 6
    assert document["rows_per_s"] > 0
    assert {"format": "ndjson", "signal": "logs", "rejected_total": 1}.items() <= document.items()


def test_rejected_lines_are_kept_as_dead_letters(tmp_path: Path) -> None:
    world = World()
    world.load(write(tmp_path, LOGS + "bad line\n"))
    (letter,) = world.state.kept_letters[DEFAULT_TENANT]
    assert (letter.source, letter.line, letter.text, letter.received_at) == ("app.log", 6, "bad line", world.clock.at)


def test_a_load_that_died_and_is_run_again_keeps_its_rejected_lines_once(tmp_path: Path) -> None:
    world, path = World(), write(tmp_path, LOGS + "bad line\nbad line\n")
    for _ in range(2):
        world.load(path)
        world.state.kept_loads.clear()
    assert [(letter.line, letter.text) for letter in world.state.kept_letters[DEFAULT_TENANT]] == [(6, "bad line"), (7, "bad line")]


def test_a_load_that_took_nothing_may_be_tried_again(tmp_path: Path) -> None:
    world, path = World(), write(tmp_path, '{"service":"a"}\n{"service":"b"}\n')
    assert [world.load(path).accepted, world.load(path).accepted] == [0, 0]


def test_the_same_content_is_not_loaded_twice_unless_asked(tmp_path: Path) -> None:
    world = World()
    world.load(write(tmp_path, LOGS, "a.log"))
    with pytest.raises(WrongUseError, match=r"'b.log' was already loaded at 2026-03-01T12:00:00Z as 'a.log'.*--again"):
        world.load(write(tmp_path, LOGS, "b.log"))
    assert len(world.store.logs) == 5
    assert world.load(write(tmp_path, LOGS, "b.log"), again=True).accepted == 5


def test_event_ids_are_unique_and_stable(tmp_path: Path) -> None:
    first, second = World(), World()
    first.load(write(tmp_path, LOGS, "a.log"))
    second.load(write(tmp_path, LOGS, "b.log"))
    ids = [log.event_id for log in first.store.logs]
    assert len(set(ids)) == 5
    assert ids == [log.event_id for log in second.store.logs]


def test_template_ids_continue_over_loads(tmp_path: Path) -> None:
    world = World()
    world.load(write(tmp_path, LOGS))
    world.load(write(tmp_path, LOGS.replace("2026-01-01", "2026-01-02")))
    assert len({log.template_id for log in world.store.logs}) == 1


def test_spans_and_metrics_go_to_their_tables(tmp_path: Path) -> None:
    world = World()
    span = {"trace_id": "a", "span_id": "b", "service": "s", "name": "n", "start_time": "2026-01-01T00:00:00Z", "duration_ms": 1}
    metric = {"timestamp": "2026-01-01T00:00:00Z", "name": "n", "value": 1}
    assert world.load(write(tmp_path, json.dumps(span))).signal == "traces"
    assert world.load(write(tmp_path, json.dumps(metric))).signal == "metrics"
    assert (len(world.store.spans), len(world.store.metrics)) == (1, 1)


def test_gzip_is_unpacked_and_a_truncated_one_reported(tmp_path: Path) -> None:
    rows = "".join(f"2026-01-01 00:00:00 value {at * 7919 % 65_537}\n" for at in range(9_000))
    packed = gzip.compress(rows.encode())
    assert World().load(write(tmp_path, packed, "x.log.gz")).accepted == 9_000
    report = World().load(write(tmp_path, packed[:-4_000], "x.log.gz"))
    assert 0 < report.accepted < 9_000
    assert any("ends early" in note for note in report.notes)


def test_a_long_line_is_one_rejection_among_kept_lines(tmp_path: Path) -> None:
    report = World().load(write(tmp_path, f"2026-01-01 00:00:00 a\n{'x' * (3 << 20)}\n2026-01-01 00:00:01 b\n"))
    assert (report.accepted, report.rejected_total, report.rejected[0].line) == (2, 1, 2)


def test_progress_ends_at_the_size_of_the_file(tmp_path: Path) -> None:
    world = World()
    source = write(tmp_path, "".join(f"2026-01-01 00:00:00 row {at}\n" for at in range(25_000)))
    world.load(source)
    assert len(world.steps) == 3
    assert [step.accepted for step in world.steps] == [10_000, 20_000, 25_000]
    assert world.steps[-1].bytes_read == world.steps[-1].bytes_total == source.path.stat().st_size


def test_many_rejections_are_counted_by_reason_and_a_hundred_shown(tmp_path: Path) -> None:
    report = World().load(write(tmp_path, LOGS + '{"timestamp": "x1"}\n{"body": 7}\n' * 150), format="ndjson")
    assert report.rejected_total == 300
    assert len(report.rejected) == 100
    assert sum(report.reasons.values()) == 300
    assert len(report.reasons) <= 3


def test_broken_bytes_are_counted_in_a_note(tmp_path: Path) -> None:
    report = World().load(write(tmp_path, b"2026-01-01 00:00:00 caf\xe9 is open all the day long\n"))
    assert any("1 lines are not valid UTF-8" in note for note in report.notes)


def test_keep_is_written_with_every_row(tmp_path: Path) -> None:
    world = World()
    world.load(write(tmp_path, LOGS), keep_days=7)
    assert {log.arrival.keep_days for log in world.store.logs} == {7}


def test_missing_and_empty_files_are_clear_errors(tmp_path: Path) -> None:
    source = write(tmp_path, LOGS)
    with pytest.raises(NothingFoundError, match="empty"):
        World().load(write(tmp_path, b"", "none.log"))
    source.path.unlink()
    with pytest.raises(NothingFoundError, match="There is no file"):
        World().load(source)


@dataclass(slots=True)
class DyingStore(FakeTelemetryStore):
    """Takes two writes and then none any more, as a process killed halfway."""

    writes: int = 0
    died: asyncio.Event = field(default_factory=asyncio.Event)

    async def write_logs(self, records: Sequence[LogRecord], tenant: Tenant = DEFAULT_TENANT) -> int:
        self.writes += 1
        if self.writes > 2:
            self.died.set()
            raise StoreError("the store is away")
        return await FakeTelemetryStore.write_logs(self, records, tenant)


async def test_a_load_that_died_halfway_and_is_run_again_writes_nothing_twice(tmp_path: Path) -> None:
    state, queue, dying = FakeStateStore(), FakeQueue(), DyingStore()
    rows = 25_000
    lines = "".join(f'{{"timestamp":"2026-01-01T00:00:00Z","service":"pay","body":"paid {at} coins"}}\n' for at in range(rows))
    source = write(tmp_path, lines, "pay.ndjson")
    async with running(Plant(store=dying, state=state, queue=queue)) as ways:
        loading = asyncio.create_task(ways.loader.load(source, LoadOptions(), lambda _: None))
        async with asyncio.timeout(60):
            await dying.died.wait()
        loading.cancel()
        await asyncio.wait([loading])
    assert (0 < len(dying.logs) < rows, state.kept_loads) == (True, {})
    store = FakeTelemetryStore(logs=dying.logs, mined=dying.mined, count_batches=dying.count_batches)
    queue.again()
    async with running(Plant(store=store, state=state, queue=queue)) as ways:
        report = await ways.loader.load(source, LoadOptions(), lambda _: None)
    assert (report.accepted, len(store.logs), len({log.body for log in store.logs})) == (rows, rows, rows)


LINE = st.sampled_from(
    [
        "Dec 10 06:55:46 h sshd[2]: Failed password for root from 1.2.3.4 port 2 ssh2",
        "Feb 29 06:55:46 h cron: x",
        "\tindented",
        "2026-01-05 10:00:00,123 ERROR [main] boom",
        '10.0.0.1 - - [17/May/2015:10:05:03 +0000] "GET /a?b HTTP/1.1" 404 5 "-" "x"',
        '{"timestamp":"2026-01-01T00:00:00Z","service":"s","body":"b"}',
        '{"timestamp":"2026-01-01T00:00:00Z"}',
        "{",
        "",
        "   ",
        "plain words",
        "é" * 3,
    ]
) | st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\n"), max_size=30)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINE, min_size=1, max_size=25), st.sampled_from(["auto", "ndjson", "access", "syslog", "text"]))
def test_every_line_is_accounted_for(tmp_path: Path, rows: list[str], wanted: str) -> None:
    world = World()
    try:
        report = world.load(write(tmp_path, "\n".join(rows) + "\n"), format=wanted, year=2025)
    except (NothingFoundError, WrongUseError):
        return
    assert report.lines == len(rows)
    assert report.lines == report.accepted + report.rejected_total + report.joined_lines + report.blank_lines
    assert len(world.store.logs) == report.accepted
    assert len(world.state.kept_letters.get(DEFAULT_TENANT, [])) == report.rejected_total
    assert all(isinstance(log, LogRecord) and log.event_id and log.template_id for log in world.store.logs)


def test_a_report_of_nothing_has_no_times(tmp_path: Path) -> None:
    report = World().load(write(tmp_path, "bad"), format="ndjson")
    assert (report.accepted, report.as_json()["from"]) == (0, None)
