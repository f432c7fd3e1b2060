import gzip
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from instrument.encoding import MOST_TEXT, encoded, packed


class Colour(Enum):
    RED = "red"


@dataclass
class Loud:
    """Code of the application that must not run."""

    def __str__(self) -> str:
        raise AssertionError

    __repr__ = __str__


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1.5, 1.5),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        ({"p": [1.0, float("-inf"), {"q": (float("nan"),)}]}, {"p": [1.0, "-inf", {"q": ["nan"]}]}),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00+00:00"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Decimal("1.10"), "1.10"),
        (Path("a/b"), "a/b"),
        (Colour.RED, "red"),
        ({1}, [1]),
        (b"x", "<bytes>"),
        (Loud(), "<Loud>"),
        ({"a": {(1, 2): 3, 4: None}}, {"a": {"4": None}}),
        ("\udcff", "?"),
    ],
)
def test_whatever_a_value_is_its_line_is_json(value: Any, shown: Any) -> None:
    assert json.loads(encoded({"v": value})) == {"v": shown}


def test_empty_fields_are_left_out_and_long_texts_are_cut() -> None:
    event = json.loads(encoded({"none": None, "empty": "", "zero": 0, "long": "x" * (MOST_TEXT + 1)}))
    assert set(event) == {"zero", "long"}
    assert len(event["long"]) == MOST_TEXT


def test_an_event_is_one_line_and_a_body_unpacks_to_its_lines() -> None:
    lines = [encoded({"body": "a\nb"}), encoded({"n": 2})]
    assert all(b"\n" not in line for line in lines)
    assert gzip.decompress(packed(lines)).split(b"\n") == lines
