"""What the oracle sends: every record is a pure function of its number, so that nothing but numbers need be remembered."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from domain.telemetry import Signal

MARK = "oracle"  # the attribute that carries a record's id
PAGE_BATCHES, TURNS = 16, 4  # the records of a request lie in four batches of a page of sixteen
ERROR_PER_MILLE, SLOW_PER_MILLE, WARN_PER_MILLE, DEBUG_PER_MILLE = 30, 45, 150, 250
SLOW_MS = 1_500
_TEXT = (
    "amber basket bridge button candle canvas carpet castle circle copper corner cotton engine fabric feather forest garden "
    "hammer harbour island jacket kettle ladder lantern lemon marble meadow mirror morning needle orange paper pebble pencil "
    "pepper pillow planet pocket ribbon river saddle sailor silver spring summer table thread timber tunnel valley velvet "
    "village violet wagon walnut window winter wooden yellow"
)
WORDS = tuple(_TEXT.split())
_COLUMNS: Mapping[Signal, tuple[str, ...]] = {
    "logs": ("body", "level", "trace_id", "route", "status_code", "duration_ms"),
    "traces": ("trace_id", "span_id", "name", "status", "duration_ms"),
    "metrics": ("name", "value"),
}

Row = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """One request: its signal, its body as NDJSON, and the numbers of its records."""

    number: int
    signal: Signal
    body: bytes
    records: range


@dataclass(frozen=True, slots=True)
class Stream:
    """Numbered records under a name, which is their service; record n happens `step_ns` times n after `base_ns` (epoch)."""

    name: str
    base_ns: int
    size: int = 40
    step_ns: int = 1_000_000

    def batch(self, number: int) -> Batch:
        """The request with this number."""
        records = range(number * self.size, (number + 1) * self.size)
        signal = self.signal(number)
        lines = [json.dumps(self._document(signal, record)) for record in records]
        return Batch(number, signal, "\n".join(lines).encode(), records)

    def signal(self, batch: int) -> Signal:
        """What the records of a batch are: of eight, one holds spans and one metric points."""
        return "traces" if batch % 8 == 5 else "metrics" if batch % 8 == 7 else "logs"  # noqa: PLR2004

    def identity(self, record: int) -> str:
        """The id that a record carries."""
        return f"{self.name}-{record:08d}"

    def number(self, identity: str) -> int | None:
        """The number of a record by its id; None for an id that this stream never gives."""
        name, _, digits = identity.rpartition("-")
        return int(digits) if name == self.name and digits.isdecimal() and len(digits) == 8 else None  # noqa: PLR2004

    def row(self, record: int) -> Row:
        """How the record must be stored, its columns in the order in which the reader prints them."""
        signal = self.signal(record // self.size)
        document = self._document(signal, record)
        return (document["timestamp"], document["service"], document["seq"], *(document.get(name, "") for name in _COLUMNS[signal]))

    def must_be_kept(self, record: int, *, is_shed: bool = False) -> bool:
        """Whether no policy may leave this record out: errors and metric points; slow ones too, unless what is shed is no error."""
        share = ERROR_PER_MILLE if is_shed else SLOW_PER_MILLE
        return self.signal(record // self.size) == "metrics" or self._draw(record) < share

    def is_telling(self, batch: int) -> bool:
        """Whether a batch holds an error or a metric point: something of it is stored whatever is sampled out."""
        return any(self.must_be_kept(record, is_shed=True) for record in range(batch * self.size, (batch + 1) * self.size))

    def _document(self, signal: Signal, record: int) -> Mapping[str, Any]:
        shared = {"timestamp": self.base_ns + record * self.step_ns, "service": self.name, MARK: self.identity(record), "seq": str(record)}
        if signal == "metrics":
            return {**shared, "name": "orders.open", "value": record % 1_000, "unit": "1"}
        draw = self._draw(record)
        duration = {"duration_ms": SLOW_MS + draw if ERROR_PER_MILLE <= draw < SLOW_PER_MILLE else 1 + draw % 300}
        if signal == "traces":
            state = "Error" if draw < ERROR_PER_MILLE else "Ok"
            ids = {"trace_id": self._trace(record), "span_id": _hex(f"{self.name}/{record}", 8)}
            return {**shared, **ids, "name": "GET /orders", "status": state, **duration}
        traced = {"trace_id": self._trace(record)} if draw % 2 else {}
        status = {"status_code": 500 if draw < ERROR_PER_MILLE else 200, "route": "/orders"}
        return {**shared, "body": self._body(record), "level": _level(draw), **traced, **status, **duration}

    def _draw(self, record: int) -> int:
        return int(_hex(f"draw {self.name}/{record}", 4), 16) % 1_000

    def _trace(self, record: int) -> str:
        page, place = divmod(record, self.size * PAGE_BATCHES)
        return _hex(f"{self.name}/{page}/{place % (self.size * PAGE_BATCHES // TURNS)}", 16)

    def _body(self, record: int) -> str:
        words = bytes.fromhex(_hex(f"body {self.name}/{record}", 4 + record % 9))
        return " ".join(["order", *(WORDS[byte % len(WORDS)] for byte in words)])


def _hex(text: str, size: int) -> str:
    return blake2b(text.encode(), digest_size=size).hexdigest()


def _level(draw: int) -> str:
    if draw < ERROR_PER_MILLE:
        return "ERROR"
    return "WARN" if draw < WARN_PER_MILLE else "DEBUG" if draw < DEBUG_PER_MILLE else "INFO"
