"""What the Pipeline page is told."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.queue import QueueStatus
from observability.metrics import Metrics
from service.pipeline_view import banners, pipeline_view, quantile_ms

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
IDLE = QueueStatus("redis")


def busy() -> Metrics:
    metrics = Metrics()
    metrics.add("pipeline_received_records_total", 900, source="shop", signal="logs")
    metrics.add("pipeline_received_records_total", 100, source="shop", signal="traces")
    metrics.add("pipeline_written_rows_total", 400, signal="logs")
    for number in range(100):
        metrics.observe("pipeline_ack_seconds", 0.02 if number else 0.7, source=f"s{number % 2}")
    for kind, kept, events in (("error", "true", 50), ("normal", "true", 35), ("normal", "false", 665)):
        metrics.add("pipeline_retention_total", events, **{"service": "checkout", "class": kind, "kept": kept})
    metrics.set("pipeline_sampling_rate", 0.05, service="checkout")
    metrics.add("pipeline_dead_letters_total", 2, kind="poison", cause="refused")
    metrics.add("pipeline_dead_letters_total", 9, kind="poison", cause="unreadable")
    metrics.add("pipeline_outcomes_total", 12, outcome="shed", reason="debug", signal="logs")
    metrics.add("pipeline_duplicate_requests_total", 3, source="shop")
    metrics.add("pipeline_duplicate_rows_total", 4, signal="logs")
    metrics.add("pipeline_deliveries_total", 8, queue="redis", again="false")
    metrics.set("pipeline_pressure", 1)
    metrics.set("pipeline_circuit_open", 1, part="redis")
    metrics.set("pipeline_fallback_step", 1)
    metrics.add("pipeline_fallback_steps_total", step="spool", cause="timeout")
    metrics.set("pipeline_spool_bytes", 4096)
    return metrics


def test_an_idle_pipeline_has_nothing_to_tell() -> None:
    view = pipeline_view(Metrics(), IDLE, NOW)
    assert (view["state"], view["banners"], view["queue"]["oldest_age_s"], view["fallback"]["name"]) == ("ok", [], None, "queue")
    assert (view["acknowledgement"]["p50_ms"], view["retention"], view["dead_letters"], view["pressure"]["sheds"]) == (
        None,
        [],
        [],
        "nothing",
    )


def test_the_queue_says_what_waits_and_for_how_long() -> None:
    status = QueueStatus("redis", depth=12, records=340, pending=5, bytes_at_risk=7, oldest_at=NOW - timedelta(seconds=42))
    queue = pipeline_view(Metrics(), status, NOW)["queue"]
    assert {name: queue[name] for name in ("depth", "records", "pending", "lag", "oldest_age_s", "bytes_at_risk")} == {
        "depth": 12, "records": 340, "pending": 5, "lag": 7, "oldest_age_s": 42.0, "bytes_at_risk": 7,
    }  # fmt: skip


def test_counts_of_every_kind_are_there() -> None:
    view = pipeline_view(busy(), IDLE, NOW)
    assert view["totals"] == {"received_records": 1_000, "received_bytes": 0, "written_rows": 400, "events_lost": 0}
    assert view["dead_letters"] == [
        {"kind": "poison", "cause": "unreadable", "count": 9},
        {"kind": "poison", "cause": "refused", "count": 2},
    ]
    assert view["outcomes"] == [{"outcome": "shed", "reason": "debug", "signal": "logs", "count": 12}]
    assert view["duplicates"] == {"requests": 3, "rows": 4}
    assert view["deliveries"] == [{"queue": "redis", "again": "false", "count": 8}]
    assert (view["pressure"]["step"], view["circuits"]) == (1, [{"part": "redis", "open": True}])
    assert view["fallback"] == {"step": 1, "name": "spool", "taken": [{"step": "spool", "cause": "timeout", "count": 1}]}
    assert view["spool"] == {"bytes": 4096, "corrupt_segments": 0}


def test_errors_kept_whole_read_as_one_and_others_as_their_share() -> None:
    rows = pipeline_view(busy(), IDLE, NOW)["retention"]
    assert [(row["service"], row["class"], row["kept"], row["seen"], row["share"]) for row in rows] == [
        ("checkout", "error", 50.0, 50.0, 1.0),
        ("checkout", "normal", 35.0, 700.0, 0.05),
    ]


def test_acknowledgements_of_all_sources_are_one_distribution() -> None:
    told = pipeline_view(busy(), IDLE, NOW)["acknowledgement"]
    assert told["requests"] == 100
    assert 10 < told["p50_ms"] < told["p99_ms"] <= 25
    assert told["buckets"][-1] == [None, 100]


@pytest.mark.parametrize(("share", "value_ms"), [(0.2, 2.5), (0.8, 10.0), (0.9, 25.0), (1.0, 40.0)])
def test_a_quantile_lies_straight_between_the_bounds_of_its_bucket(share: float, value_ms: float) -> None:
    assert quantile_ms([(0.01, 80.0), (0.04, 100.0), (float("inf"), 100.0)], share) == pytest.approx(value_ms)


def test_a_quantile_above_the_last_bound_is_that_bound() -> None:
    assert quantile_ms([(0.01, 1.0), (float("inf"), 10.0)], 0.99) == 10.0
    assert quantile_ms([], 0.5) is None
    assert quantile_ms([(0.01, 0.0), (float("inf"), 0.0)], 0.5) is None


def test_a_step_down_is_a_banner_with_its_cause_and_since_when() -> None:
    status = QueueStatus("redis", "degraded", "…", steps={"spool": "since 2026-03-02T11:58:00Z: redis: connection refused"})
    assert list(banners(status)) == [{"kind": "spool", "since": "2026-03-02T11:58:00Z", "cause": "redis: connection refused"}]


def test_a_store_that_fails_and_lost_records_are_banners() -> None:
    found = list(banners(QueueStatus("redis", lost_records=3), "the store does not answer"))
    assert [(one["kind"], one["cause"][:9]) for one in found] == [("store", "the store"), ("lost", "3 acknowl")]
    assert pipeline_view(Metrics(), IDLE, NOW, "the store does not answer")["state"] == "degraded"


def test_a_weaker_guarantee_is_a_banner_too() -> None:
    found = list(banners(QueueStatus("redis", "degraded", "appendfsync is everysec: up to 2 s may be lost")))
    assert [(one["kind"], one["since"]) for one in found] == [("degraded", "")]
    assert list(banners(QueueStatus("none", "off", "opened when something is received"))) == []
