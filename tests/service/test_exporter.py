"""The real OpenTelemetry exporters against a running service: what was sent is counted and can be asked for."""

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

TILL = Resource({"service.name": "till"})
SPANS, FAILED_SPANS, LOGS, ERRORS = 30, 4, 9, 3


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with served(tmp_path_factory.mktemp("exporter")) as running:
        send_spans(running.address)
        send_logs(running.address)
        send_metrics(running.address)
        yield running


def send_spans(address: str) -> None:
    provider = TracerProvider(resource=TILL, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{address}/v1/traces", compression=Compression.Gzip)))
    tracer = provider.get_tracer("test")
    for number in range(SPANS):
        with tracer.start_as_current_span("POST /receipts", kind=SpanKind.SERVER) as span:
            if number < FAILED_SPANS:
                span.set_status(Status(StatusCode.ERROR, "out of paper"))
    assert provider.force_flush()
    provider.shutdown()


def send_logs(address: str) -> None:
    provider = LoggerProvider(resource=TILL, shutdown_on_exit=False)
    provider.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter(f"{address}/v1/logs")))
    logger = provider.get_logger("test")
    for number in range(LOGS):
        severity = SeverityNumber.ERROR if number < ERRORS else SeverityNumber.INFO
        logger.emit(LogRecord(body=f"drawer {number} jammed", severity_number=severity))
    assert provider.force_flush()
    provider.shutdown()


def send_metrics(address: str) -> None:
    reader = PeriodicExportingMetricReader(OTLPMetricExporter(f"{address}/v1/metrics"), export_interval_millis=3_600_000)
    provider = MeterProvider(metric_readers=[reader], resource=TILL, shutdown_on_exit=False)
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
    assert (overview["rows"]["traces"], overview["rows"]["logs"], overview["rows"]["metrics"]) == (SPANS, LOGS, 2)
    assert overview["services"] == ["till"]
    assert httpx.get(f"{service.address}/api/dlq", trust_env=False).json() == []


def test_logs_sent_can_be_asked_for(service: Service) -> None:
    document = ask(service, "How many errors did the till service log?")
    assert ERRORS in quantities(document, "errors")


def test_spans_sent_can_be_asked_for(service: Service) -> None:
    answer = httpx.post(f"{service.address}/api/metrics/span_latency_by_service/run", json={}, trust_env=False).json()
    (row,) = answer["rows"]
    assert (row["service"], row["calls"], row["errors"]) == ("till", SPANS, FAILED_SPANS)


def test_metrics_sent_can_be_asked_for(service: Service) -> None:
    answer = httpx.post(f"{service.address}/api/metrics/metric_summary/run", json={}, trust_env=False).json()
    assert {row["series"]: row["highest"] for row in answer["rows"]} == {"receipts": SPANS, "paper_left": 2.5}
