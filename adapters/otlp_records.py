"""What both forms of OTLP share: gathering records, and the values OTLP leaves to convention."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from domain.decoding import Decoded
from domain.errors import TooLargeError
from domain.telemetry import LogRecord, MetricPoint, Rejection, SpanRecord

KINDS = ("Internal", "Internal", "Server", "Client", "Producer", "Consumer")
STATES = ("Unset", "Ok", "Error")
MAX_SEVERITY = 24
MESSAGES = ("message", "msg", "log", "MESSAGE")
MAX_ATTRIBUTES, MAX_VALUE, MAX_NAME, MAX_DEPTH = 128, 32_768, 1_024, 16
TOO_DEEP = "(nested deeper than 16 levels)"
NEWEST_NS = 2**63 - 1 - 86_400 * 10**9
MOST_RECORDS = 100_000
TRACE_DIGITS, SPAN_DIGITS = 32, 16
_INFO = 9
_THRESHOLD_DIGITS = 14


@dataclass(slots=True)
class Gathered:
    """Records so far; `count` numbers every one that came, taken or not."""

    logs: list[LogRecord] = field(default_factory=list)
    spans: list[SpanRecord] = field(default_factory=list)
    metrics: list[MetricPoint] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    count: int = 0

    def begin(self) -> None:
        """Go on to the next record. Raises TooLargeError beyond 100,000."""
        self.count += 1
        if self.count > MOST_RECORDS:
            raise TooLargeError(f"A request may hold {MOST_RECORDS:,} records; send smaller batches.")

    def reject(self, reason: str, shown: object = "") -> None:
        """Leave the present record out."""
        self.rejections.append(Rejection(self.count, reason, str(shown)[:2_000]))

    def decoded(self) -> Decoded:
        """All of it, as the port hands it on."""
        return Decoded(tuple(self.logs), tuple(self.spans), tuple(self.metrics), tuple(self.rejections))


def text_of(value: Any) -> str:
    """A plain value as an attribute's text. How long it may be is the pipeline's to say."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return orjson.dumps(value).decode()


def body_of(value: Any) -> tuple[str, Mapping[str, Any]]:
    """The words of a body, and the rest of one that is a map (Fluent Bit and journald send whole records as the body)."""
    if value is None:
        return "", {}
    if isinstance(value, dict):
        name = next((name for name in MESSAGES if isinstance(value.get(name), str) and value[name]), "")
        if name:
            return value[name], {key: inner for key, inner in value.items() if key != name}
    return text_of(value), {}


def flat(values: Mapping[str, Any]) -> dict[str, str]:
    """Attributes as texts; an object among them gets dotted names.

    One more is kept, and one more character of each, than a record may have (128 of 32,768): the pipeline cuts, and says so.
    """
    texts: dict[str, str] = {}
    for name, value in values.items():
        if len(texts) > MAX_ATTRIBUTES:
            break
        if isinstance(value, dict):
            texts.update({f"{name}.{inner}"[:MAX_NAME]: text for inner, text in flat(value).items()})
        elif value is not None:
            texts[name[:MAX_NAME]] = text_of(value)[: MAX_VALUE + 1]
    return texts


def checked_time(nanos: int) -> int:
    """A time in nanoseconds. Raises ValueError for none, and for one that no store holds."""
    if not 0 < nanos <= NEWEST_NS:
        raise ValueError(f"the time {nanos} is none" if nanos else "there is no time")
    return nanos


def finite(value: float) -> float:
    """A metric's value. Raises ValueError for one that is no number."""
    if not math.isfinite(value):
        raise ValueError(f"the value is {value!r}")
    return value


def identity(digits: str, length: int) -> str:
    """An id of that many hex digits; empty for one of another length or of zeros, which is no id (OpenTelemetry protocol)."""
    return digits if len(digits) == length and digits.strip("0") else ""


def severity(number: int, text: str) -> int:
    """A severity number: the given one, else what its text starts with, else INFO."""
    if 0 < number <= MAX_SEVERITY:
        return number
    names = {"TRACE": 1, "DEBUG": 5, "INFO": 9, "NOTICE": 9, "WARN": 13, "ERR": 17, "FATAL": 21, "CRIT": 21, "EMERG": 21, "ALERT": 21}
    return next((value for name, value in names.items() if text.upper().startswith(name)), _INFO)


def weight_of(trace_state: str) -> int:
    """How many spans a kept one stands for: 2^56 / (2^56 - threshold) of tracestate `ot=th:…`, else 1."""
    for member in trace_state.split(","):
        if member.strip().startswith("ot="):
            fields = dict(part.partition(":")[::2] for part in member.strip()[3:].split(";"))
            return _weight_of_threshold(fields.get("th", ""))
    return 1


def _weight_of_threshold(digits: str) -> int:
    try:
        threshold = int(digits.ljust(_THRESHOLD_DIGITS, "0"), 16) if 0 < len(digits) <= _THRESHOLD_DIGITS else 0
    except ValueError:
        return 1
    return max(round(2**56 / (2**56 - threshold)), 1)
