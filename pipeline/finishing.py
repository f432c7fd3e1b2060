"""Finishes the records of an entry: ids, templates, hot fields, and the flagger's judgement on what was pushed."""

from collections.abc import Iterable, Iterator

from analytics.flagging import Flagger
from analytics.templates import TemplateMiner
from domain.telemetry import LogRecord, LogTemplate, severity_text
from pipeline.entries import Slice
from pipeline.flagging import flagged
from pipeline.reading import Record
from pipeline.semantics import enriched


class Finisher:
    """One miner and one flagger over everything that comes in, in the order it comes. Not for several threads at once."""

    def __init__(self, templates: Iterable[LogTemplate], flagger: Flagger) -> None:
        self._miner = TemplateMiner(templates)
        self._flagger = flagger

    def finished(self, part: Slice) -> list[Record]:
        """The records of a slice in their order. A loaded file is not judged: what it tells is over."""
        records = list(self._named(part))
        if part.mode == "load":
            return records
        return [flagged(record, self._flagger) if isinstance(record, LogRecord) else record for record in records]

    def take_templates(self) -> tuple[LogTemplate, ...]:
        """The templates that are new or worded anew since the last call."""
        return self._miner.take_changed()

    def _named(self, part: Slice) -> Iterator[Record]:
        for record, name in zip(part.records, part.names, strict=True):
            if isinstance(record, LogRecord):
                template_id = self._miner.add(record.service, severity_text(record.severity_number), record.body)
                yield enriched(record, record.event_id or f"EVT-{part.content}-{name}", template_id)
            else:
                yield record
