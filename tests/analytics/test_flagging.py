"""What is flagged, why, and how much of what a live world breaks is found."""

import re
from collections import Counter
from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest

from analytics.flagging import Flagger, Thresholds, thresholds_with
from domain.errors import WrongUseError
from domain.telemetry import LogRecord
from pipeline.ndjson import log_of
from pipeline.reading import Reading
from simulator.live import LiveWorld
from simulator.wide import EVENT_TYPES

START = datetime(2026, 3, 4, 9, tzinfo=UTC)


def record(event_type: str = "", *, status: int = 0, duration_ms: float | None = None, **metrics: float) -> LogRecord:
    sent = {f"metrics.{name.replace('__', '.')}": str(value) for name, value in metrics.items()}
    kind = {"event_type": event_type} if event_type else {}
    return LogRecord(0, "cart", "something happened", status=status, duration_ms=duration_ms, attributes={**kind, **sent})


@pytest.mark.parametrize(
    ("event", "rule", "words"),
    [
        (record("api", status=503), "status", "HTTP status 503"),
        (record(status=500), "status", "HTTP status 500"),
        (record("api", duration_ms=1_200), "api_duration_ms", "duration 1,200 ms is over 1,000 ms"),
        (record("database", duration_ms=601), "query_duration_ms", "duration 601 ms is over 600 ms"),
        (record("frontend", duration_ms=10_001), "page_load_ms", "over 10,000 ms"),
        (record("database", db__pool__used=59, db__pool__size=60), "pool_used_pct", "connection pool use 98.3 % is over 95 %"),
        (record("database", db__slow_queries=11), "slow_queries", "db.slow_queries 11 slow queries is over 10"),
        (record("frontend", js__errors=1), "js_errors", "js.errors 1 script errors is over 0"),
        (record("infrastructure", cpu__utilization=96), "cpu_pct", "cpu.utilization 96 % is over 95 %"),
        (record("infrastructure", memory__utilization=98.5), "memory_pct", "memory.utilization 98.5 %"),
        (record("infrastructure", disk__io=551), "disk_mb_s", "disk.io 551 MB/s is over 550 MB/s"),
        (LogRecord(0, "cart", "out of memory", severity_number=21), "fatal", "FATAL"),
    ],
)
def test_one_threshold_exceeded_flags_an_event_with_its_reason(event: LogRecord, rule: str, words: str) -> None:
    marking = Flagger().mark(event)
    assert (marking.flagged, marking.critical, marking.rule) == (True, False, rule)
    assert words in marking.reason


@pytest.mark.parametrize(
    "event",
    [
        record("api", status=404, duration_ms=1_000),
        record("database", duration_ms=600, db__pool__used=57, db__pool__size=60),
        record("database", db__pool__used=59),
        record("infrastructure", cpu__utilization=95, memory__utilization=98, disk__io=550),
        record(duration_ms=90_000),
        LogRecord(0, "cart", "ERROR said a line", severity_number=17),
        LogRecord(0, "cart", "x", attributes={"event_type": "infrastructure", "metrics.cpu.utilization": "nan"}),
        LogRecord(0, "cart", "x", attributes={"event_type": "infrastructure", "metrics.cpu.utilization": "lots"}),
    ],
)
def test_what_is_at_a_limit_or_has_none_is_left_alone(event: LogRecord) -> None:
    assert not Flagger().mark(event).flagged


def test_all_broken_rules_are_told_and_the_first_is_named() -> None:
    marking = Flagger().mark(record("api", status=504, duration_ms=12_000))
    assert marking.rule == "status"
    assert marking.reason == "HTTP status 504; duration 12,000 ms is over 1,000 ms"


def test_three_flagged_events_of_one_service_in_a_row_are_critical() -> None:
    flagger = Flagger()
    markings = [flagger.mark(record("api", status=status)) for status in (500, 500, 200, 500, 500, 500, 500, 200, 500)]
    assert [marking.critical for marking in markings] == [False] * 5 + [True, True] + [False] * 2
    assert "3 flagged in a row" in markings[5].reason


def test_rows_are_counted_by_service_and_plain_lines_break_none() -> None:
    flagger = Flagger()
    failed, other, line = record(status=500), LogRecord(0, "search", "x", status=200), LogRecord(0, "cart", "a plain line")
    markings = [flagger.mark(one) for one in (failed, other, failed, line, failed)]
    assert [marking.critical for marking in markings] == [False, False, False, False, True]


def test_a_value_far_from_its_services_own_is_flagged_inside_the_threshold() -> None:
    flagger = Flagger()
    ordinary = [flagger.mark(record("api", duration_ms=40 + at % 20)) for at in range(40)]
    marking = flagger.mark(record("api", duration_ms=700))
    assert not any(one.flagged for one in ordinary)
    assert marking.rule == "baseline"
    assert re.fullmatch(r"duration 700 ms where (4[89]|5[01])(\.\d)? is usual", marking.reason)


def test_a_service_is_not_judged_by_a_baseline_of_few_events() -> None:
    flagger = Flagger()
    markings = [flagger.mark(record("api", duration_ms=50)) for _ in range(19)]
    assert not any(one.flagged for one in [*markings, flagger.mark(record("api", duration_ms=900))])


def test_baselines_roll_over_the_last_hundred_events_and_a_new_level_becomes_usual() -> None:
    flagger = Flagger()
    flags = [flagger.mark(record("api", duration_ms=50 if at < 300 else 600)).flagged for at in range(500)]
    assert not any(flags[:300])
    assert all(flags[300:320])
    assert not any(flags[400:])


def test_baselines_are_each_services_own() -> None:
    flagger = Flagger()
    for _ in range(50):
        flagger.mark(record("api", duration_ms=50))
    assert not flagger.mark(LogRecord(0, "search", "x", duration_ms=800, attributes={"event_type": "api"})).flagged


def test_senders_cannot_make_it_remember_without_end() -> None:
    flagger = Flagger()
    for at in range(5_000):
        flagger.mark(LogRecord(0, f"s{at}", "x", status=500, duration_ms=1.0, attributes={f"metrics.m{n}": "1" for n in range(3)}))
    assert len(flagger._series) <= 4_000
    assert len(flagger._rows) <= 4_000


def test_thresholds_can_be_changed_while_it_runs() -> None:
    flagger = Flagger()
    event = record("api", duration_ms=500)
    assert not flagger.mark(event).flagged
    flagger.thresholds = thresholds_with(flagger.thresholds, {"api_duration_ms": 400})
    assert flagger.mark(event).rule == "api_duration_ms"


@pytest.mark.parametrize("changes", [{"apiduration": 1.0}, {"cpu_pct": -1.0}, {"cpu_pct": float("nan")}, {"cpu_pct": float("inf")}])
def test_thresholds_that_mean_nothing_are_refused(changes: dict[str, float]) -> None:
    with pytest.raises(WrongUseError, match=next(iter(changes))):
        thresholds_with(Thresholds(), changes)


def found(seed: int) -> tuple[dict[str, float], float]:
    """Recall by type of event and the share of ordinary events that are flagged, in four hours of one live world."""
    world, flagger = LiveWorld(seed, START), Flagger()
    events = world.events(START + timedelta(hours=4))
    broken = {label.event_id for label in world.labels}
    counts: Counter[tuple[str, bool, bool]] = Counter()
    for event in events:
        marking = flagger.mark(log_of(dict(event.record), Reading()))
        counts[event.event_type, event.event_id in broken, marking.flagged] += 1
    recall = {str(kind): counts[kind, True, True] / (counts[kind, True, True] + counts[kind, True, False]) for kind in EVENT_TYPES}
    false, fine = (sum(counts[kind, False, flagged] for kind in EVENT_TYPES) for flagged in (True, False))
    return recall, false / (false + fine)


@pytest.mark.parametrize("seed", range(11, 17))
def test_nearly_all_that_is_broken_is_flagged_and_nearly_nothing_else(seed: int) -> None:
    recall, false_share = found(seed)
    assert min(recall.values()) >= 0.95
    assert false_share <= 0.02


def test_every_threshold_is_in_the_docs(request: pytest.FixtureRequest) -> None:
    text = (request.config.rootpath / "docs/pipeline.md").read_text("utf-8")
    assert [one.name for one in fields(Thresholds) if f"`{one.name}`" not in text] == []
