"""Our own metrics: by name, and as text."""

import tracemalloc

import pytest

from observability.metrics import SPECS, TRACED, Metrics

ACK = "pipeline_ack_seconds"


def test_a_name_that_is_not_in_the_table_is_an_error() -> None:
    metrics = Metrics()
    with pytest.raises(KeyError):
        metrics.add("made_up_total")
    with pytest.raises(KeyError):
        metrics.samples("made_up_total")


def test_series_of_each_kind_are_read_back() -> None:
    metrics = Metrics()
    metrics.add("pipeline_dead_letters_total", 3, kind="poison", cause="refused")
    metrics.set("pipeline_spool_bytes", 7)
    metrics.observe(ACK, 0.02, source="a")
    metrics.observe(ACK, 0.2, source="b")
    assert metrics.samples("pipeline_dead_letters_total") == (({"kind": "poison", "cause": "refused"}, 3.0),)
    assert metrics.samples("pipeline_spool_bytes") == (({}, 7.0),)
    assert metrics.samples(f"{ACK}_count") == (({"source": "a"}, 1.0), ({"source": "b"}, 1.0))
    assert [value for labels, value in metrics.samples(f"{ACK}_bucket") if labels["le"] == "0.1"] == [1.0, 0.0]
    assert metrics.value(f"{ACK}_sum", source="b") == 0.2


def test_the_text_has_every_metric_of_the_table_with_its_help() -> None:
    text = Metrics().text().decode()
    for name, spec in SPECS.items():
        assert f"# HELP {name} {spec.help}" in text


def test_the_text_says_what_the_process_takes_and_python_s_own_part_while_it_is_traced() -> None:
    assert "process_resident_memory_bytes " in Metrics().text().decode()
    assert TRACED not in Metrics().text().decode()
    tracemalloc.start()
    try:
        before = traced()
        held = bytearray(1_000_000)
        assert 1_000_000 <= traced() - before < 1_100_000
        assert held
    finally:
        tracemalloc.stop()


def traced() -> float:
    lines = Metrics().text().decode().splitlines()
    return next(float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{TRACED} "))
