"""What is inside a dead letter: a record, an entry, or a line that is parsed again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl

from domain.letters import DeadLetter
from domain.queue import Entry, EntryKey
from domain.telemetry import Signal
from pipeline.admission import Admission, Origin
from pipeline.entries import EntryError, decoded
from pipeline.lines import Line
from pipeline.ndjson import parse_ndjson
from pipeline.reading import Reading, Record, parsed

_SIGNALS: Mapping[str, Signal] = {"logs": "logs", "traces": "traces", "metrics": "metrics"}
_KNOWN = frozenset({"record", "entry", "ndjson"})


@dataclass(frozen=True, slots=True)
class Format:
    """How a letter is read; an empty name: not at all."""

    name: str
    options: dict[str, str]


def format_of(letter: DeadLetter) -> Format:
    """The format of a letter; one that this version does not know has no name."""
    name, _, options = letter.format.partition("?")
    return Format(name if name in _KNOWN else "", dict(parse_qsl(options)))


def record_of(letter: DeadLetter) -> Record | str:
    """The record with its own id, template and arrival; a text says why it cannot be read."""
    options = format_of(letter).options
    try:
        entry = Entry(EntryKey(letter.record_id), 0, letter.payload, 1, int(options["at"]))
        record = decoded(entry, lambda *_: options.get("template", "")).records[0]
    except (EntryError, LookupError, ValueError) as error:
        return str(error)
    return replace(record, record_id=letter.record_id)


def entry_of(letter: DeadLetter) -> Entry | str:
    """The entry as it was appended; a text says why it can still not be read."""
    options = format_of(letter).options
    try:
        at_ns, records, partition = (int(options[name]) for name in ("at", "records", "partition"))
        entry = Entry(EntryKey(letter.record_id), partition, letter.payload, records, at_ns)
        decoded(entry)
    except (EntryError, LookupError, ValueError) as error:
        return str(error)
    return entry


def parsed_again(letter: DeadLetter, admission: Admission, keep_days: int) -> Entry | str:
    """The line as an entry whose key is the letter's; a text says why it is still not taken."""
    options = format_of(letter).options
    signal: Signal = _SIGNALS.get(options.get("signal", ""), "logs")
    reading = Reading(name="letter", service=options.get("service", ""), signal=signal)
    items = parsed([Line(letter.line or 1, letter.text)], parse_ndjson, reading)
    admitted = admission.admit(items, Origin(letter.letter_id, letter.letter_id, letter.source, "push", keep_days))
    if admitted.entries:
        return admitted.entries[0]
    return admitted.rejections[0].reason if admitted.rejections else "the line is empty"
