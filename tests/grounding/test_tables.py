"""Sentences over tables of text: what is read, what is refuted and what is left alone."""

import pytest

from domain.claims import Claim
from domain.evidence import Column, Evidence
from domain.window import Window, parse_rfc3339
from grounding import windows
from grounding.tables.judging import judge
from grounding.tables.loose import is_loose
from grounding.tables.table import make_table
from grounding.tables.values import date_in, number_in, score_in, seconds_in
from grounding.verifier import verify

HEADER = ("ferry", "operator", "route", "passengers", "entered service", "crossing")
ROWS = (
    ("northern light", "blue line", "oban - coll", "1,204", "12 may 1998", "1:40"),
    ("sea harrier", "blue line", "oban - mull", "860", "3 march 2001", "0:46"),
    ("isle queen", "island ferries", "ullapool - lewis", "730", "18 july 1994", "2:45"),
    ("petrel", "island ferries", "oban - coll", "410", "9 june 2010", "1:35"),
    ("grey seal", "stena", "cairnryan - larne", "1,500", "2 may 2011", "2:15"),
)
TABLE = make_table("ferries of the west coast", HEADER, ROWS)

TRUE = (
    "the sea harrier be operated by blue line and carry 860 passenger",
    "the ferry with 730 passenger be the isle queen",
    "2 ferry be operated by blue line",
    "3 ferry carry more than 800 passenger",
    "the grey seal have the highest number of passenger",
    "the petrel have fewer passenger than the isle queen",
    "the northern light have 474 more passenger than the isle queen",
    "the isle queen have the earliest entered service",
    "the grey seal be the only ferry with operator stena",
    "most of the ferry have more than 700 passenger",
    "none of the ferry with operator stena have fewer than 1000 passenger",
    "the petrel enter service on june 9 , 2010",
    "the northern light have the second highest number of passenger",
)
FALSE = (
    "the sea harrier be operated by stena and carry 860 passenger",
    "the ferry with 730 passenger be the petrel",
    "3 ferry be operated by blue line",
    "4 ferry carry more than 800 passenger",
    "the petrel have the highest number of passenger",
    "the petrel have more passenger than the isle queen",
    "the northern light have 500 more passenger than the isle queen",
    "the petrel have the earliest entered service",
    "the petrel be the only ferry with operator island ferries",
    "all of the ferry have more than 700 passenger",
    "the petrel enter service on june 9 , 2011",
    "the isle queen have the second highest number of passenger",
)
LEFT = (
    "the captain of the petrel drink tea",
    "the ferry be late",
    "the petrel be painted green by its proud owner in the harbour of oban last winter",
    "",
)


@pytest.mark.parametrize("sentence", TRUE)
def test_a_true_sentence_holds(sentence: str) -> None:
    assert judge(sentence, TABLE).holds is True


@pytest.mark.parametrize("sentence", FALSE)
def test_a_wrong_sentence_is_refuted(sentence: str) -> None:
    assert judge(sentence, TABLE).holds is False


@pytest.mark.parametrize("sentence", LEFT)
def test_what_cannot_be_read_is_not_judged(sentence: str) -> None:
    assert judge(sentence, TABLE).holds is None


def test_cells_are_read_as_what_they_print() -> None:
    assert number_in("1,234") == 1234
    assert number_in("12th") == 12
    assert number_in("3 - 1") is None
    assert seconds_in("1:04.165") == pytest.approx(64.165)
    assert score_in("w 99 - 96 (ot)") == 3
    assert date_in("december 4 , 2007") == date_in("2007 - 12 - 04")
    assert date_in("30 february 2007") is None


def test_a_loose_table_supports_at_best_as_text() -> None:
    evidence = loose_evidence()
    verdicts = [one.verdict for one in verify([Claim("A", "text", text=TRUE[0]), Claim("B", "text", text=FALSE[0])], {"E1": evidence})]
    assert verdicts == ["text-supported", "contradicted"]


def test_what_is_too_large_to_be_read_is_not_judged() -> None:
    rows = tuple({"ferry": f"boat {n}", "remark": "long " * 40} for n in range(300))
    large = Evidence("E1", "", "", windows.UNKNOWN, (Column("ferry"), Column("remark")), rows, 300)
    said = [Claim("A", "text", text="boat 3 have remark long"), Claim("B", "text", text="the petrel carry 410 passenger " * 99)]
    assert verify([said[0]], {"E1": large})[0].verdict == "unverified"
    assert verify([said[1]], {"E1": loose_evidence()})[0].verdict == "unverified"


def test_evidence_of_operations_is_no_loose_table() -> None:
    window = Window(parse_rfc3339("2026-01-01T00:00:00Z"), parse_rfc3339("2026-01-01T01:00:00Z"))
    rows = ({"service": "a", "errors": 3},)
    typed = Evidence("E1", "", "", windows.UNKNOWN, (Column("service"), Column("errors", "integer", role="measure")), rows, 1)
    timed = Evidence("E1", "", "", window, (Column("service"),), ({"service": "a"},), 1)
    assert not is_loose(typed)
    assert not is_loose(timed)
    assert is_loose(loose_evidence())


def loose_evidence() -> Evidence:
    rows = tuple(dict(zip(HEADER, row, strict=True)) for row in ROWS)
    return Evidence("E1", "", "", windows.UNKNOWN, tuple(Column(name) for name in HEADER), rows, len(rows), title="ferries")
