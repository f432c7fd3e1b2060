"""Both arms get the same cases in turn; what comes back is paired, told apart and reported."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from domain.errors import WrongUseError
from evals.case import Case, RawFile, Suite, WorldSpec, load_suite
from evals.compare.arms import ArmName, Arms, Conditions, Side, arms
from evals.compare.command import Comparison, compare
from evals.compare.page import as_markdown, picture, summary
from evals.compare.pairing import spread
from evals.compare.report import Terms

NOW = datetime(2026, 3, 2, tzinfo=UTC)
LINE = '192.0.2.1 - - [02/Mar/2026:06:00:00 +0000] "GET /a HTTP/1.1" 404 10 "-" "x"\n'
TRUE = 2
Totals = Callable[[ArmName, int, int], int]
SERVED = Conditions("tiny", has_server=True, parameters={})


@dataclass
class FakeRuntime:
    """Says the total that a function of the arm, the case and the repeat gives."""

    totals: Totals
    asked: list[tuple[ArmName, str]]

    async def load(self, path: Path, options: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"accepted": 2}

    async def ask(self, question: Mapping[str, Any]) -> Mapping[str, Any]:
        raise NotImplementedError

    async def ask_as(self, arm: ArmName, question: Mapping[str, Any]) -> Mapping[str, Any]:
        text = str(question["question"])
        repeat = self.asked.count((arm, text))
        self.asked.append((arm, text))
        total = self.totals(arm, int(text), repeat)
        said = f"There were {total} requests."
        claim = {"id": "C1", "kind": "quantity", "verdict": "supported", "bind": [], "text": said, "slots": {"metric": "requests"}}
        return {
            "claims": [{**claim, "slots": {"metric": "requests", "value": total}}],
            "evidence": [{"id": "E1", "template": f"tool_{arm}", "columns": []}],
            "findings": [],
            "headline": said,
            "final_decision": "answered",
            "grounding": {"score": 100.0},
            "usage": {"input_tokens": 100, "output_tokens": 10 if arm == "a" else 20},
            "fallback": total < 0,
        }


@dataclass
class FakeProduct:
    """Opens one runtime a world over both arms."""

    totals: Totals
    asked: list[tuple[ArmName, str]] = field(default_factory=list)

    def open(self, _arms: Arms) -> Callable[[Path], AbstractAsyncContextManager[FakeRuntime]]:
        @asynccontextmanager
        async def opened(_folder: Path) -> AsyncIterator[FakeRuntime]:
            yield FakeRuntime(self.totals, self.asked)

        return opened


def suite(cases: int) -> Suite:
    """A suite that asks one question under many numbers."""
    world = WorldSpec(folder="logs", files={"access": RawFile(name="access.log")})
    asked = tuple(
        Case(
            id=f"case-{number}",
            world="web",
            question=str(number),
            truth="access.total_requests",
            tags=("even" if number % 2 == 0 else "odd",),
        )
        for number in range(cases)
    )
    return Suite(name="small", worlds={"web": world}, cases=asked)


async def compared(
    tmp_path: Path, totals: Totals, *, cases: int = 8, repeats: int = 1, pair: Arms | None = None
) -> tuple[dict[str, Any], FakeProduct, list[str]]:
    """A report over a tiny access log, the product that was asked, and what was said meanwhile."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "access.log").write_text(LINE * TRUE, "utf-8")
    product, said = FakeProduct(totals), list[str]()
    asked = Comparison(suite(cases), Terms(0.05, repeats, 1), "watchfloor eval compare")
    chosen = pair or arms("select", Side(), Side(version="hasty"), SERVED)
    report = await compare(chosen, product.open, asked, tmp_path / "out", now=NOW, say=said.append, public=tmp_path)
    return report, product, said


def b_wrong_below(limit: int) -> Totals:
    """B is wrong in the first cases."""
    return lambda arm, case, _repeat: TRUE + 1 if arm == "b" and case < limit else TRUE


async def test_the_arms_take_turns_to_be_first(tmp_path: Path) -> None:
    _, product, _ = await compared(tmp_path, b_wrong_below(0), cases=3, repeats=2)
    assert "".join(arm for arm, _ in product.asked) == "abba" + "baab" + "abba"
    assert [case for _, case in product.asked] == ["0"] * 4 + ["1"] * 4 + ["2"] * 4


async def test_what_b_loses_is_worse_and_told_by_claim_and_tool(tmp_path: Path) -> None:
    report, _, _ = await compared(tmp_path, b_wrong_below(6))
    assert (report["verdict"], report["n"], report["suite"]) == ("worse", 8, "small")
    assert report["scores"]["difference"]["value"] == -0.75
    assert (report["scores"]["right_a"]["value"], report["scores"]["right_b"]["value"]) == (1.0, 0.25)
    lost = report["flips"]["lost"][0]
    assert lost["claims"] == {"only_a": ["There were 2 requests."], "only_b": ["There were 3 requests."]}
    assert lost["tools"] == {"only_a": ["tool_a"], "only_b": ["tool_b"]}
    assert report["flips"]["gained"] == []
    assert report["per_group"]["odd"]["right_b"]["value"] == 0.25
    assert report["scores"]["tokens"]["value"] == 10.0
    assert report["baselines"]["oracle"]["right"]["value"] == 1.0


async def test_what_b_gains_is_better(tmp_path: Path) -> None:
    report, _, _ = await compared(tmp_path, lambda arm, _case, _repeat: TRUE + (arm == "a"))
    assert report["verdict"] == "better"
    assert len(report["flips"]["gained"]) == 8


async def test_equal_answers_of_few_cases_are_inconclusive_and_of_many_not_worse(tmp_path: Path) -> None:
    few, _, _ = await compared(tmp_path, b_wrong_below(0))
    assert few["verdict"] == "inconclusive"
    (tmp_path / "many").mkdir()
    many, _, _ = await compared(tmp_path / "many", b_wrong_below(0), cases=80)
    assert many["verdict"] == "not worse"


async def test_identical_arms_are_not_worse_whatever_flips(tmp_path: Path) -> None:
    same = arms("select", Side(), Side(version="2"), SERVED)
    report, _, said = await compared(tmp_path, b_wrong_below(8), pair=same)
    assert report["verdict"] == "not worse"
    assert "identical" in report["note"]
    assert "A and B differ in: nothing" in said


async def test_the_majority_of_repeats_counts_and_disagreement_is_told(tmp_path: Path) -> None:
    def wobbly(arm: ArmName, case: int, repeat: int) -> int:
        return TRUE + 1 if arm == "b" and case == 0 and repeat == 1 else TRUE

    report, _, _ = await compared(tmp_path, wobbly, cases=4, repeats=3)
    assert report["scores"]["right_b"]["value"] == 1.0
    assert report["flaky"] == ["case-0"]
    assert report["cases"][0] == {"case": "case-0", "a": 3, "b": 2}


async def test_answers_of_a_house_that_stood_in_decide_nothing(tmp_path: Path) -> None:
    report, _, _ = await compared(tmp_path, lambda _arm, case, _repeat: -1 if case < 4 else TRUE)
    assert (report["verdict"], report["stood_in"]) == ("inconclusive", {"a": 4, "b": 4})


async def test_the_reach_and_the_cost_are_told_before_the_run(tmp_path: Path) -> None:
    report, _, said = await compared(tmp_path, b_wrong_below(0))
    first_answer = next(place for place, text in enumerate(said) if "case-0" in text)
    before = "\n".join(said[:first_answer])
    assert "8 cases can show" in before
    assert "cost: 16 answers" in before
    assert report["mde"]["n"] == 8
    assert report["cost"]["tokens"] == {"a": 880, "b": 960}
    assert report["cost"]["estimated"]["tokens"]["a"] > 0


async def test_the_report_is_written_and_can_be_read_by_people(tmp_path: Path) -> None:
    report, _, _ = await compared(tmp_path, b_wrong_below(6))
    assert json.loads((tmp_path / "out" / "eval-compare.json").read_text("utf-8"))["agreed_sha256"] == report["agreed_sha256"]
    page = (tmp_path / "out" / "eval-compare.md").read_text("utf-8")
    assert page == as_markdown(report)
    for said in ("# Worse: B against A on 8 cases", "only B: There were 3 requests.", "limit claims 16 → 1", "select@hasty", "B worse"):
        assert said in page
    assert summary(report).startswith("worse: B loses 6 and gains 0 of 8 cases")


async def test_a_margin_that_cannot_be_is_said() -> None:
    asked = Comparison(suite(1), Terms(5.0, 1, 1), "watchfloor eval compare")
    pair = arms("select", Side(), Side(), SERVED)
    with pytest.raises(WrongUseError, match="margin"):
        await compare(pair, FakeProduct(b_wrong_below(0)).open, asked, None, now=NOW, say=lambda _text: None)


def test_a_smaller_suite_is_spread_over_the_whole() -> None:
    whole = load_suite("sample")
    part = spread(whole, 8)
    assert len(part.cases) == 8
    assert {case.world for case in part.cases} == set(whole.worlds)
    assert spread(whole, 0) is spread(whole, 999) is whole


def test_the_picture_has_zero_in_the_middle_and_the_difference_on_its_side() -> None:
    line = picture(-0.4, -0.2, -0.1, 0.05).splitlines()[0]
    cells = line.removeprefix("B worse  ")[:61]
    assert cells.index("o") < cells.index(":") < cells.index("|") == 30
    assert cells[cells.index("o") - 1] == "="
