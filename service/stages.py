"""The stages of the data plane one by one, as `eval flow` measures them."""

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from adapters.clickhouse_rows import logs_table
from adapters.clock import SystemClock
from analytics.flagging import Flagger
from domain.ids import DEFAULT_TENANT
from domain.queue import Entry
from domain.telemetry import LogRecord
from evals.flow.stages import Stage
from pipeline.admission import Admission, Origin
from pipeline.counting import Counts, unguarded
from pipeline.finishing import Finisher
from pipeline.limits import limited
from pipeline.ndjson import parse_ndjson
from pipeline.policies import PolicyBook, shipped_policy
from pipeline.reading import Item, Reading, Record, Taken, parsed
from pipeline.receive import lines_of
from pipeline.redaction import Redactor
from pipeline.sampling import TailSampler


class Untouched:
    """Cleans nothing: cleaning is a stage of its own here."""

    def clean(self, records: Sequence[Record]) -> Sequence[Record]:
        """The records."""
        return records

    def text(self, value: str) -> str:
        """The text."""
        return value


def stages() -> list[Stage]:
    """From a body to the columns of the store."""
    redactor, admission, numbers = Redactor(b"the key of this measurement"), Admission(1, Untouched(), SystemClock()), count()
    finisher, sampler = Finisher((), Flagger()), TailSampler(PolicyBook(None, shipped_policy("dev")), lambda: 0, frozenset)

    def parse(body: bytes) -> list[Item]:
        return list(parsed(lines_of(body), parse_ndjson, Reading(name="request", signal="logs")))

    def clean(items: list[Item]) -> list[Item]:
        taken = [item for item in items if isinstance(item, Taken)]
        found = redactor.clean([item.record for item in taken])
        return [item._replace(record=record) for item, record in zip(taken, found, strict=True)]

    def bound(items: list[Item]) -> list[Item]:
        return [item._replace(record=limited(item.record)[0]) for item in items if isinstance(item, Taken)]

    def encode(items: list[Item]) -> Entry:
        return admission.admit(items, Origin(f"k{next(numbers)}", "c")).entries[0]

    def finish(entry: Entry) -> list[Record]:
        return list(finisher.finished(entry)[1])

    def tally(records: list[Record]) -> list[Record]:
        counts = Counts(unguarded)
        for record in events(records):
            counts.add(record)
        return records

    def sample(records: list[Record]) -> list[Record]:
        return [one.record for record in events(records) for one in sampler.offer(record, None, 0)]

    def columns(records: list[Record]) -> object:
        return logs_table(events(records), DEFAULT_TENANT)

    named: dict[str, Callable[[Any], Any]] = {"parse": parse, "limits": bound, "redaction": clean, "entry": encode, "finish": finish}
    later: dict[str, Callable[[Any], Any]] = {"counts": tally, "sampling": sample, "columns": columns}
    return [Stage(name, work) for name, work in {**named, **later}.items()]


def events(records: Sequence[Record]) -> list[LogRecord]:
    """What is sent here are log records alone."""
    return [record for record in records if isinstance(record, LogRecord)]
