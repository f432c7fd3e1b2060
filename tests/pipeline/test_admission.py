"""How a request is cut into entries."""

import json
from collections.abc import Sequence
from itertools import pairwise

from domain.queue import EntryKey, Pressure
from pipeline.admission import Admission, Admitted, Origin
from pipeline.copies import copies, pressure_of
from pipeline.entries import decoded
from pipeline.lines import Line
from pipeline.ndjson import parse_ndjson
from pipeline.reading import Reading, parsed
from tests.fakes import FakeClock
from tests.pipeline.plants import Untouched

LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR")
TAKEN = [pressure for pressure in Pressure if pressure is not Pressure.CLOSED]


def admitted(pressure: Pressure, partitions: int = 4) -> Admitted:
    documents = [
        {
            "service": "pay",
            "body": f"paid {n}",
            "timestamp": f"2026-03-01T11:59:{n:02d}Z",
            "level": LEVELS[n % 5],
            "trace_id": f"{n // 3:032x}",
        }
        for n in range(60)
    ]
    lines = (Line(n, json.dumps(document)) for n, document in enumerate(documents, 1))
    items = parsed(lines, parse_ndjson, Reading(name="request", signal="logs"))
    return Admission(partitions, Untouched(), FakeClock()).admit(items, Origin("k", "c"), pressure)


def bodies(entries: Admitted, key: EntryKey) -> Sequence[str]:
    return [record.body for one in entries.entries if one.key == key for record in decoded(one).records if hasattr(record, "body")]


def test_under_pressure_each_slice_keeps_its_place_and_its_name() -> None:
    """So that copies which receivers made under different pressures can be told from each other, and what one lacks found."""
    whole = admitted(Pressure.NONE)
    assert whole.accepted == 60
    for pressure in TAKEN[1:]:
        part = admitted(pressure)
        assert 0 < part.accepted < 60
        assert part.accepted + sum(part.shed.values()) == 60
        for entry in part.entries:
            first, *_ = copies(entry.key)
            assert pressure_of(entry.key) is pressure
            assert set(bodies(part, entry.key)) <= set(bodies(whole, first))


def test_the_more_pressure_the_less_is_left_of_the_same() -> None:
    taken = [
        {record.body for one in admitted(pressure).entries for record in decoded(one).records if hasattr(record, "body")}
        for pressure in TAKEN
    ]
    assert all(more >= less for more, less in pairwise(taken))
