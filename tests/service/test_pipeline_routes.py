"""The data plane over HTTP: for Prometheus and for the page."""

from prometheus_client.parser import text_string_to_metric_families

from observability.metrics import SPECS
from tests.service.world import front

LINE = '{"timestamp":"2026-03-02T10:00:00Z","service":"shop","severity":"INFO","body":"hello"}\n'


def test_prometheus_reads_every_metric() -> None:
    answer = front().client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    families = {family.name for family in text_string_to_metric_families(answer.text)}
    assert {name.removesuffix("_total") for name in SPECS} <= families


def test_what_is_pushed_is_counted_for_both() -> None:
    with front().client as client:
        client.post("/api/ingest", content=LINE * 3, headers={"content-type": "application/x-ndjson"})
        view = client.get("/api/pipeline").json()
        text = client.get("/metrics").text
    assert (view["state"], view["banners"]) == ("ok", [])
    assert view["totals"]["received_records"] == 3
    assert (view["acknowledgement"]["requests"], view["policy_version"]) == (1, 1)
    assert 'pipeline_received_records_total{signal="logs"' in text


def test_a_pipeline_nobody_used_is_off_and_says_so() -> None:
    view = front().client.get("/api/pipeline").json()
    assert (view["state"], view["queue"]["depth"], view["totals"]["received_records"]) == ("off", 0, 0)
