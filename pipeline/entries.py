"""The payload of an entry: records in one compact form, the same in the stream, the spool and a dump."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import ormsgpack
import pyarrow as pa

from domain.errors import WatchfloorError
from domain.ids import DEFAULT_TENANT, Tenant
from domain.queue import Entry
from domain.telemetry import Arrival, HistogramPoint, LogRecord, MetricPoint, SpanRecord, severity_text
from pipeline.reading import Record

FORMAT = 1
Mode = Literal["push", "load"]
TemplateOf = Callable[[str, str, str], str]  # service, severity, body -> template id
_SEVERITIES = tuple(severity_text(number) for number in range(256))
_KINDS = {LogRecord: "logs", SpanRecord: "spans", MetricPoint: "metrics"}
_HEAD = 8  # bytes of the unpacked size before the compressed body
_MOST = 256 << 20
_CODEC = pa.Codec("zstd", compression_level=1)


class EntryError(WatchfloorError):
    """The payload of an entry cannot be read."""


def untold(_service: str, _severity: str, _body: str) -> str:
    """No template."""
    return ""


@dataclass(frozen=True, slots=True)
class Slice:
    """The decoded payload: records in their order, and how they came. A loaded file is not sampled and not judged.

    `content` names what they were cut from and `names` each record's place in it: an event without an id gets one from both.
    """

    records: tuple[Record, ...]
    names: tuple[str, ...]
    content: str = ""
    source: str = "default"
    mode: Mode = "push"
    keep_days: int = 0
    tenant: Tenant = DEFAULT_TENANT


def encoded(part: Slice) -> bytes:
    """A slice as bytes."""
    body = ormsgpack.packb(
        {
            "v": FORMAT,
            "source": part.source,
            "mode": part.mode,
            "keep": part.keep_days,
            "tenant": part.tenant,
            "content": part.content,
            "names": part.names,
            "kinds": [_KINDS[type(record)] for record in part.records],
            "records": list(part.records),
        }
    )
    return len(body).to_bytes(_HEAD, "big") + bytes(_CODEC.compress(body, asbytes=True))


def decoded(entry: Entry, template_of: TemplateOf = untold) -> Slice:
    """The slice of an entry, its records with their ids, templates and arrival. Raises EntryError for bytes that are none."""
    try:
        size = int.from_bytes(entry.payload[:_HEAD], "big")
        if size > _MOST:
            raise EntryError(f"the entry {entry.key!r} says it unpacks to {size:,} bytes")
        document = ormsgpack.unpackb(_CODEC.decompress(entry.payload[_HEAD:], decompressed_size=size, asbytes=True))
        return _slice(entry, document, template_of)
    except (ValueError, TypeError, LookupError, OSError) as error:
        raise EntryError(f"the payload of the entry {entry.key!r} cannot be read ({error}); it is kept among the dead letters") from error


def _slice(entry: Entry, document: Mapping[str, Any], template_of: TemplateOf) -> Slice:
    if document["v"] != FORMAT:
        raise EntryError(f"the entry {entry.key!r} has format {document['v']!r}; this version reads {FORMAT}")
    arrival = Arrival(entry.received_at_ns, document["keep"])
    names, content = tuple(document["names"]), document["content"]
    fields, kinds = document["records"], document["kinds"]
    for values, kind, name in zip(fields, kinds, names, strict=True):
        if kind == "logs":
            values["event_id"] = values["event_id"] or f"EVT-{content}-{name}"
            values["template_id"] = template_of(values["service"], _SEVERITIES[values["severity_number"]], values["body"])
    records = tuple(_records(entry.key, arrival, kinds, fields))
    return Slice(records, names, content, document["source"], document["mode"], document["keep"], Tenant(document["tenant"]))


def _records(key: str, arrival: Arrival, kinds: Sequence[str], fields: Sequence[dict[str, Any]]) -> Iterator[Record]:
    for number, (kind, values) in enumerate(zip(kinds, fields, strict=True)):
        values["arrival"], values["record_id"] = arrival, f"{key}-{number}"
        if kind == "logs":
            yield LogRecord(**values)
        elif kind == "spans":
            yield SpanRecord(**values)
        else:
            yield _point(values)


def _point(values: dict[str, Any]) -> MetricPoint:
    if found := values["histogram"]:
        values["histogram"] = HistogramPoint(found["count"], found["total"], tuple(found["bucket_counts"]), tuple(found["bounds"]))
    return MetricPoint(**values)
