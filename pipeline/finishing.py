"""Finishes the records of an entry: ids, templates, hot fields, and the flagger's judgement on what was pushed."""

from collections.abc import Iterable, Sequence

from analytics.flagging import Flagger
from analytics.templates import TemplateMiner
from domain.queue import Entry
from domain.telemetry import LogRecord, LogTemplate
from pipeline.entries import Slice, decoded
from pipeline.flagging import flagged
from pipeline.reading import Record
from pipeline.semantics import enriched


class Finisher:
    """One miner and one flagger over everything that comes in, in the order it comes. Not for several threads at once."""

    def __init__(self, templates: Iterable[LogTemplate], flagger: Flagger) -> None:
        self._miner = TemplateMiner(templates)
        self._flagger = flagger

    def finished(self, entry: Entry) -> tuple[Slice, Sequence[Record]]:
        """The slice of an entry and its records, finished, in their order. Raises EntryError.

        A loaded file is not judged: what it tells is over.
        """
        part = decoded(entry, self._miner.add)
        records = [enriched(record) if isinstance(record, LogRecord) else record for record in part.records]
        if part.mode == "load":
            return part, records
        return part, [flagged(record, self._flagger) if isinstance(record, LogRecord) else record for record in records]

    def take_templates(self) -> tuple[LogTemplate, ...]:
        """The templates that are new or worded anew since the last call."""
        return self._miner.take_changed()
