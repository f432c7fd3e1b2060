"""A model's opinion never proves: it takes verdicts down, and lifts an open sentence to text-supported at most."""

from dataclasses import replace

import pytest

from domain.claims import Binding, Claim, Judged, Verdict
from domain.evidence import Column, Evidence
from domain.window import Window, parse_rfc3339
from grounding.lowering import doubtful, lowered

WINDOW = Window(parse_rfc3339("2026-03-01T10:00:00Z"), parse_rfc3339("2026-03-01T11:00:00Z"))
COLUMNS = (Column("service", trust="platform"), Column("errors", "integer", agg="sum", trust="platform", role="measure"))
ERRORS = Evidence("E1", "metric", "errors", WINDOW, COLUMNS, ({"service": "cart", "errors": 7},), 1, scope_rows=9)
SLOTS = {"subject": {"service": "cart"}, "metric": "errors", "agg": "sum", "op": "=", "value": 7, "unit": "1"}
RANK: tuple[Verdict, ...] = ("contradicted", "unverified", "text-supported", "consistent", "supported")


def said(text: str, verdict: Verdict, agent: str = "model") -> Judged:
    return Judged(Claim("C1", "quantity", SLOTS, (Binding("E1", "rows[0].errors"),), text, agent=agent), verdict, "why")


QUIET = "cart had 7 errors, a quiet hour for shoppers"


@pytest.mark.parametrize("verdict", RANK)
@pytest.mark.parametrize("opinion", ["yes", "no", "none"])
def test_no_opinion_lifts_a_verdict_over_text_supported(verdict: Verdict, opinion: str) -> None:
    before = said(QUIET, verdict)
    asked = doubtful([before], {"E1": ERRORS}, 5)
    after = lowered([before], asked, ["C1"] if opinion == "yes" else [], ["C1"] if opinion == "no" else [])[0]
    assert RANK.index(after.verdict) <= max(RANK.index(verdict), RANK.index("text-supported"))
    assert opinion != "no" or RANK.index(after.verdict) <= RANK.index(verdict)
    assert opinion != "none" or after == before
    assert (after.verdict == "contradicted") == (verdict == "contradicted")


def test_agreement_makes_an_open_sentence_text_supported() -> None:
    before = said(QUIET, "unverified")
    asked = doubtful([before], {"E1": ERRORS}, 5)
    assert lowered([before], asked, ["C1"], [])[0].verdict == "text-supported"
    assert lowered([before], asked, [], ["C1"])[0].verdict == "unverified"


@pytest.mark.parametrize(
    "entry",
    [
        said("cart had 7 errors and 9 timeouts in a quiet hour", "unverified"),
        said("cart had 70 errors, a quiet hour", "unverified"),
        said(QUIET, "contradicted"),
        said("cart had 7 errors", "supported"),
        said(QUIET, "unverified", agent="sre"),
        replace(said(QUIET, "unverified"), claim=Claim("C1", "text", text=QUIET)),
    ],
)
def test_nobody_is_asked_where_a_token_is_open_or_nothing_is(entry: Judged) -> None:
    assert doubtful([entry], {"E1": ERRORS}, 5) == ()


def test_words_of_outsiders_alone_make_no_sentence_better() -> None:
    outside = replace(ERRORS, columns=tuple(replace(column, trust="external") for column in COLUMNS))
    assert doubtful([said(QUIET, "unverified")], {"E1": outside}, 5) == ()


def test_no_more_are_asked_than_allowed() -> None:
    many = [replace(said(QUIET, "unverified"), reason=str(n)) for n in range(9)]
    assert len(doubtful(many, {"E1": ERRORS}, 4)) == 4
    assert doubtful(many, {"E1": ERRORS}, 0) == ()
