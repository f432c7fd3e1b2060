"""The real OpenTelemetry exporters against a running service: what was sent is counted and can be asked for."""

import socket
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode

from tests.service.processes import Service, served

SPANS, FAILED_SPANS, LOGS, ERRORS = 30, 4, 9, 3
PATIENCE_S = 40
SENDERS = {"till": Compression.Gzip, "plain": Compression.NoCompression, "packed": Compression.Deflate}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with served(tmp_path_factory.mktemp("exporters")) as running:
        for name, compression in SENDERS.items():
            resource = Resource({"service.name": name})
            send_spans(running.address, resource, compression)
            send_logs(running.address, resource, compression)
            send_metrics(running.address, resource, compression)
        wait_until_stored(running.address)
        yield running


def wait_until_stored(address: str) -> None:
    """What is acknowledged is durable at once and stored soon after; spans of a trace wait for the rest of it."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        rows = httpx.get(f"{address}/api/overview", trust_env=False).json().get("rows", {})
        if (rows.get("traces"), rows.get("logs"), rows.get("metrics")) == tuple(len(SENDERS) * count for count in (SPANS, LOGS, 2)):
            return
        time.sleep(0.2)


def send_spans(address: str, resource: Resource, compression: Compression) -> None:
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{address}/v1/traces", compression=compression)))
    tracer = provider.get_tracer("test")
    for number in range(SPANS):
        with tracer.start_as_current_span("POST /receipts", kind=SpanKind.SERVER) as span:
            if number < FAILED_SPANS:
                span.set_status(Status(StatusCode.ERROR, "out of paper"))
    assert provider.force_flush()
    provider.shutdown()


def send_logs(address: str, resource: Resource, compression: Compression) -> None:
    provider = LoggerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter(f"{address}/v1/logs", compression=compression)))
    logger = provider.get_logger("test")
    for number in range(LOGS):
        severity = SeverityNumber.ERROR if number < ERRORS else SeverityNumber.INFO
        logger.emit(LogRecord(body=f"drawer {number} jammed", severity_number=severity))
    assert provider.force_flush()
    provider.shutdown()


def send_metrics(address: str, resource: Resource, compression: Compression) -> None:
    exporter = OTLPMetricExporter(f"{address}/v1/metrics", compression=compression)
    reader = PeriodicExportingMetricReader(exporter, export_interval_millis=3_600_000)
    provider = MeterProvider(metric_readers=[reader], resource=resource, shutdown_on_exit=False)
    meter = provider.get_meter("test")
    meter.create_counter("receipts", unit="1").add(SPANS)
    meter.create_gauge("paper_left", unit="m").set(2.5)
    provider.shutdown()


def ask(service: Service, question: str) -> dict[str, Any]:
    return dict(httpx.post(f"{service.address}/api/chat", json={"question": question}, timeout=30, trust_env=False).json())


def quantities(document: dict[str, Any], metric: str) -> list[float]:
    """Values of verified quantities of one metric that are about the service till."""
    about = [claim for claim in document["claims"] if claim["kind"] == "quantity" and claim["slots"]["metric"] == metric]
    assert {claim["verdict"] for claim in document["claims"]} == {"supported"}
    return [claim["slots"]["value"] for claim in about if "till" in str(claim["slots"]["subject"])]


def test_everything_sent_is_counted_once(service: Service) -> None:
    overview = httpx.get(f"{service.address}/api/overview", trust_env=False).json()
    rows = overview["rows"]
    assert (rows["traces"], rows["logs"], rows["metrics"]) == (3 * SPANS, 3 * LOGS, 3 * 2)
    assert sorted(overview["services"]) == sorted(SENDERS)
    assert httpx.get(f"{service.address}/api/dlq", trust_env=False).json() == []


def test_logs_sent_can_be_asked_for(service: Service) -> None:
    document = ask(service, "How many errors did the till service log?")
    assert ERRORS in quantities(document, "errors")


def test_spans_sent_can_be_asked_for(service: Service) -> None:
    answer = httpx.post(f"{service.address}/api/metrics/span_latency_by_service/run", json={}, trust_env=False).json()
    found = {row["service"]: (row["calls"], row["errors"]) for row in answer["rows"]}
    assert found == dict.fromkeys(SENDERS, (SPANS, FAILED_SPANS))


def test_metrics_sent_can_be_asked_for(service: Service) -> None:
    answer = httpx.post(f"{service.address}/api/metrics/metric_summary/run", json={}, trust_env=False).json()
    assert {row["series"]: row["highest"] for row in answer["rows"]} == {"receipts": SPANS, "paper_left": 2.5}


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (b"Content-Length: 1000", b"{}"),
        (b"Content-Length: 1", b"{}{}{}"),
        (b"Transfer-Encoding: chunked", b"5\r\n{}"),
        (b"Transfer-Encoding: chunked", b"zz\r\n{}"),
        (b"Content-Length: 99999999999999999999999", b"{}"),
        (b"Content-Length: -1", b"{}"),
    ],
)
def test_a_sender_that_lies_about_its_length_harms_nobody(service: Service, head: bytes, body: bytes) -> None:
    host = service.address.removeprefix("http://")
    name, _, port = host.rpartition(":")
    with socket.create_connection((name, int(port)), timeout=10) as connection:
        lines = (b"POST /v1/logs HTTP/1.1", b"Host: " + host.encode(), b"Content-Type: application/json", head, b"", body)
        connection.sendall(b"\r\n".join(lines))
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert b" 500 " not in answer.partition(b"\r\n")[0]
    assert httpx.get(f"{service.address}/health/live", trust_env=False).status_code == 200
