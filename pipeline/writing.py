"""Writes a batch of finished records to the telemetry store."""

from domain.ports import TelemetryStore
from pipeline.batches import Batch


async def write_batch(store: TelemetryStore, batch: Batch) -> None:
    """Write all records of a batch and the templates that are new or worded anew."""
    if batch.templates:
        await store.write_templates(batch.templates)
    if batch.logs:
        await store.write_logs(batch.logs)
    if batch.spans:
        await store.write_spans(batch.spans)
    if batch.metrics:
        await store.write_metrics(batch.metrics)
