"""Which format a content is in, by its first lines."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

import orjson

from domain.decoding import OtlpDecoder
from domain.errors import WrongUseError
from domain.telemetry import Signal
from pipeline.access import is_access_line, parse_access
from pipeline.lines import Line
from pipeline.ndjson import parse_ndjson, signal_of
from pipeline.otlp_files import otlp_document_parser, otlp_lines_parser, signal_in
from pipeline.reading import Parse
from pipeline.report import FORMATS, FormatName
from pipeline.stamps import Place, detect
from pipeline.syslog import is_syslog_line, parse_syslog
from pipeline.text import text_parser

SAMPLE_LINES = 200
_MOST = 0.5


@dataclass(frozen=True, slots=True)
class Sniffed:
    """A format, the signal it carries, how to parse it, and (for generic text) where its stamps stand."""

    format: FormatName
    signal: Signal
    parse: Parse
    place: Place | None = None


def sample_of(lines: Iterable[Line]) -> tuple[str, ...]:
    """The first sound lines that are not blank."""
    sound = (line.text for line in lines if not line.fault and line.text.strip())
    return tuple(islice(sound, SAMPLE_LINES))


def sniff(sample: Sequence[str], wanted: str, signal: Signal, decoder: OtlpDecoder) -> Sniffed:
    """The format of a sample, or the `wanted` one. Raises WrongUseError for a format we do not know."""
    if wanted not in ("auto", "", *FORMATS):
        raise WrongUseError(f"Unknown format {wanted!r}; known ones: auto, {', '.join(FORMATS)}.")
    name = wanted if wanted not in {"auto", ""} else _format(sample)
    if name == "otlp-json":
        lines_are_whole = bool(sample) and _is_object(sample[0])
        parse = otlp_lines_parser(decoder) if lines_are_whole else otlp_document_parser(decoder)
        return Sniffed("otlp-json", signal_in("\n".join(sample)) or signal, parse)
    if name == "ndjson":
        return Sniffed("ndjson", _signal(sample, signal), parse_ndjson)
    if name == "access":
        return Sniffed("access", "logs", parse_access)
    if name == "syslog":
        return Sniffed("syslog", "logs", parse_syslog)
    place = detect(sample)
    return Sniffed("text", "logs", text_parser(place), place)


def _format(sample: Sequence[str]) -> FormatName:
    head = "\n".join(sample)[:65_536]
    if sample and sample[0].lstrip().startswith("{") and signal_in(head):
        return "otlp-json"
    objects = _share(sample, _looks_like_json)
    if objects > _MOST or (objects == _MOST and _looks_like_json(sample[0])):
        return "ndjson"
    if _share(sample, is_access_line) > _MOST:
        return "access"
    if _share([line for line in sample if not line[0].isspace()], is_syslog_line) > _MOST:
        return "syslog"
    return "text"


def _share(sample: Sequence[str], fits: Callable[[str], bool]) -> float:
    return sum(map(fits, sample)) / len(sample) if sample else 0.0


def _looks_like_json(line: str) -> bool:
    return line.lstrip().startswith("{") and _is_object(line)


def _is_object(line: str) -> bool:
    return _object(line) is not None


def _object(line: str) -> dict[str, object] | None:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


def _signal(sample: Sequence[str], wanted: Signal) -> Signal:
    if wanted != "logs":
        return wanted
    found = [signal_of(values) for line in sample if (values := _object(line)) is not None]
    return max(set(found), key=found.count) if found else wanted
