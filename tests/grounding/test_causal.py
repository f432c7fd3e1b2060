"""Causes: mutants of true claims against an oracle of its own, and each thing that keeps a cause from being published."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from domain.claims import Binding, Claim
from domain.evidence import Column, Evidence
from domain.window import Window, parse_rfc3339, rfc3339
from grounding.knowledge import ConfirmedCause, Knowledge
from grounding.rendering import render
from grounding.verifier import verify
from tests.grounding.causal_worlds import OPERATORS, Shop, shop

SEEDS = range(4)  # one for each dialect of column names


def verdict(claim: Claim, made: Shop, knowledge: Knowledge | None = None) -> tuple[str, str]:
    (judged,) = verify([claim], made.evidence, knowledge or Knowledge())
    return judged.verdict, judged.reason


def changed(made: Shop, name: str, change: Callable[[Evidence], Evidence]) -> Shop:
    return replace(made, evidence={**made.evidence, name: change(made.evidence[name])})


def health(made: Shop, service: str, **cells: object) -> Shop:
    """The same shop with other cells in the health of one service."""
    key = made.dialect.service
    return changed(made, "E1", lambda one: replace(one, rows=tuple({**row, **cells} if row[key] == service else row for row in one.rows)))


@pytest.mark.parametrize("seed", SEEDS)
def test_what_began_it_is_a_likely_cause_and_nothing_else_is(seed: int) -> None:
    made, tried, missed = shop(seed), Counter[str](), []
    for claim in made.claims:
        assert made.is_true(claim)
        assert verdict(claim, made)[0] == "consistent", verdict(claim, made)
        for name, operator in OPERATORS.items():
            for mutant in operator(claim, made, Random(seed)):
                if made.is_true(mutant):
                    continue
                tried[name] += 1
                if verdict(mutant, made)[0] in {"consistent", "supported"}:
                    missed.append((name, mutant.slots))
    assert set(tried) == set(OPERATORS)
    assert not missed, missed


def test_a_sentence_keeps_its_hedge_and_its_direction() -> None:
    made = shop(0)
    claim = made.claims[0]
    cause, effect = claim.slots["cause"]["service"], claim.slots["effect"]["service"]
    said = render(replace(claim, hedge="likely"), made.evidence)
    assert "likely caused the trouble of" in said
    hedged = replace(claim, hedge="likely")
    assert verdict(replace(hedged, text=said), made)[0] == "consistent"
    assert verdict(replace(hedged, text=f"{effect} probably failed because of {cause}."), made)[0] == "consistent"
    assert verdict(replace(hedged, text=said.replace("likely ", "")), made) == ("unverified", "text: it says the cause without its hedge")
    assert verdict(replace(hedged, text=f"{effect} likely caused the trouble of {cause}."), made)[0] == "contradicted"
    assert verdict(replace(hedged, text=f"{cause} probably failed because of {effect}."), made)[0] == "contradicted"
    assert verdict(replace(hedged, text=f"{cause} likely did not cause the trouble of {effect}."), made)[0] == "contradicted"


def test_a_cause_without_a_hedge_is_mended_with_one() -> None:
    made = shop(1)
    (judged,) = verify([replace(made.claims[0], hedge="")], made.evidence)
    assert judged.verdict == "unverified"
    assert judged.correction is not None
    assert verdict(judged.correction, made)[0] == "consistent"


def test_only_what_a_person_or_a_rollback_confirmed_is_supported() -> None:
    made = shop(1)
    claim = replace(made.claims[0], hedge="")
    cause, effect = claim.slots["cause"]["service"], claim.slots["effect"]["service"]
    window, tenant = made.evidence["E1"].window, made.evidence["E1"].tenant
    known = Knowledge(confirmed=(ConfirmedCause(cause, effect, window, tenant, "INC-1"),))
    assert verdict(claim, made, known)[0] == "supported"
    other = Knowledge(confirmed=(ConfirmedCause(effect, cause, window, tenant, "INC-1"),))
    assert verdict(claim, made, other)[0] == "unverified"
    earlier = Window(window.start - timedelta(days=9), window.start - timedelta(days=8))
    assert verdict(claim, made, Knowledge(confirmed=(ConfirmedCause(cause, effect, earlier, tenant),)))[0] == "unverified"


def test_an_alias_is_the_service_it_stands_for() -> None:
    made = shop(0)
    claim = made.claims[0]
    cause = claim.slots["cause"]
    named = replace(claim, slots={**claim.slots, "cause": {**cause, "service": "The Culprit"}})
    assert verdict(named, made)[0] != "consistent"
    assert verdict(named, made, Knowledge(aliases={"the culprit": cause["service"]}))[0] == "consistent"


def test_labels_are_not_believed() -> None:
    """A cell that stands at its baseline departs from nothing, whatever else says so."""
    made = shop(0)
    claim = made.claims[0]
    cause, (now, usual, *_) = claim.slots["cause"], made.dialect.measure
    now = str(cause["metric"])
    usual = {made.dialect.measure[0]: made.dialect.measure[1], made.dialect.other[0]: made.dialect.other[1]}[now]
    calm = health(made, cause["service"], **{usual: 100, now: 103})
    assert verdict(claim, calm) == ("contradicted", f"{cause['service']} does not depart from its baseline: 103 against 100 ({now})")


def test_a_cause_after_its_effect_is_none() -> None:
    made = shop(2)
    claim = made.claims[0]
    late = rfc3339(made.onset[claim.slots["effect"]["service"]] + timedelta(minutes=9))
    assert verdict(claim, health(made, made.cause, **{made.dialect.onset: late}))[0] == "contradicted"
    assert verdict(claim, health(made, made.cause, **{made.dialect.onset: None}))[0] != "consistent"


def test_a_service_between_them_that_does_not_depart_breaks_the_path() -> None:
    made = next(one for one in map(shop, range(40)) for claim in one.claims if _way(one, claim))
    claim = next(claim for claim in made.claims if _way(made, claim))
    d = made.dialect
    calm = health(made, _way(made, claim)[0], **{d.measure[0]: 100, d.measure[1]: 100, d.other[0]: 100, d.other[1]: 100})
    assert verdict(claim, made)[0] == "consistent"
    assert verdict(claim, calm)[0] == "unverified"


def _way(made: Shop, claim: Claim) -> list[str]:
    """The one service between the two, where there is just one way and it has one."""
    effect = claim.slots["effect"]["service"]
    below = [one for one in made.callees.get(effect, []) if made.cause in made.callees.get(one, []) or one == made.cause]
    leads = [
        one for one in made.callees.get(effect, []) if one == made.cause or (effect in made.above(one) and one in made.above(made.cause))
    ]
    return below if len(leads) == 1 and len(below) == 1 and below[0] != made.cause else []


def test_outsiders_alone_carry_no_cause() -> None:
    made = shop(0)
    for name in ("E1", "E2", "E3"):
        made = changed(made, name, lambda one: replace(one, columns=tuple(replace(column, trust="external") for column in one.columns)))
    assert verdict(made.claims[0], made)[0] == "unverified"


def test_evidence_of_another_tenant_is_no_premise() -> None:
    made = changed(shop(0), "E2", lambda one: replace(one, tenant="other"))  # type: ignore[arg-type]
    assert verdict(made.claims[0], made)[0] == "unverified"


def test_a_change_of_another_service_on_the_way_is_a_rival_and_one_elsewhere_is_named() -> None:
    made = shop(0)
    claim = made.claims[0]
    effect, d = claim.slots["effect"]["service"], made.dialect
    began = made.onset[made.cause]
    alone = changed(made, "E3", lambda one: replace(one, rows=tuple(row for row in one.rows if row[d.change[0]] != made.cause)))
    link = replace(claim, bind=(*claim.bind[:3], Binding("E3", "rows[0].version", "premise")))
    assert verdict(link, alone)[0] == "unverified"  # the premise is about a service that is not on the way
    kept = replace(claim, bind=claim.bind[:3])
    elsewhere = next(name for name in sorted({row[d.service] for row in made.evidence["E1"].rows}) if name not in made.onset)
    for name, wanted in ((effect, "unverified"), (elsewhere, "consistent")):
        row = {d.change[0]: name, d.change[1]: "deploy", d.change[2]: rfc3339(began - timedelta(minutes=2)), "version": "v2"}
        rival = changed(alone, "E3", lambda one, row=row: replace(one, rows=(*one.rows, row)))  # type: ignore[misc]
        hit = health(rival, effect, **{d.onset: rfc3339(began)})
        told = verdict(kept, hit)
        assert told[0] == wanted, told
        assert f"deploy of {name}" in told[1]


def rows_of(name: str, columns: list[Column], rows: list[dict[str, object]], window: Window) -> Evidence:
    return Evidence(name, "metric", name, window, tuple(columns), tuple(rows), len(rows), scope_rows=9)


START = parse_rfc3339("2026-05-01T00:00:00Z")
HOUR = Window(START, START + timedelta(hours=1))


def measured(name: str, trust: str = "platform") -> Column:
    return Column(name, "number", "ms" if name.endswith("ms") else "1", "avg", trust, "measure")  # type: ignore[arg-type]


def test_series_and_lists_of_callees_are_read_as_well() -> None:
    """No baseline column, no onset column, no link row: a series beside its own beginning, and what each service depends on."""
    minutes = [START + timedelta(minutes=minute) for minute in range(30)]
    begun = {"db": 12, "api": 13}
    rows: list[dict[str, object]] = [
        {"time": rfc3339(at), "service": name, "wait_ms": 90.0 + place % 3 if place >= begun.get(name, 99) else 20.0 + place % 3}
        for place, at in enumerate(minutes)
        for name in ("api", "db", "mail")
    ]
    series = rows_of("E1", [Column("time", "time", role="time"), Column("service"), measured("wait_ms")], rows, HOUR)
    depends = Column("depends_on", "array", trust="platform", role="measure")
    graph = rows_of("E2", [Column("service"), depends], [{"service": "api", "depends_on": ["db", "mail"]}], HOUR)
    bind = (
        Binding("E1", "rows[*].wait_ms", "cause"),
        Binding("E1", "rows[*].wait_ms", "effect"),
        Binding("E2", "rows[0].depends_on", "premise"),
    )
    evidence = {"E1": series, "E2": graph}

    def judged(cause: str, effect: str) -> str:
        return verify([Claim("C", "causal", {"cause": {"service": cause}, "effect": {"service": effect}}, bind, hedge="likely")], evidence)[
            0
        ].verdict

    assert judged("db", "api") == "consistent"
    assert judged("api", "db") == "contradicted"
    assert judged("mail", "api") == "contradicted"


def test_a_path_counts_where_the_platform_verified_it() -> None:
    columns = [
        Column("service"), measured("value"), measured("baseline_value"), Column("onset_at", "time", role="time"),
        Column("path", "array", role="measure"), Column("path_verified", "boolean", trust="platform", role="measure"),
        Column("effect_service", role="measure"), measured("effect_wait_ms"), measured("effect_baseline_wait_ms"),
        Column("effect_onset_at", "time", role="time"),
    ]  # fmt: skip
    row: dict[str, object] = {
        "service": "db", "value": 9.0, "baseline_value": 1.0, "onset_at": rfc3339(START), "path": ["db", "api"], "path_verified": True,
        "effect_service": "api", "effect_wait_ms": 90.0, "effect_baseline_wait_ms": 20.0, "effect_onset_at": rfc3339(START),
    }  # fmt: skip
    bind = (
        Binding("E1", "rows[0].value", "cause"),
        Binding("E1", "rows[0].effect_wait_ms", "effect"),
        Binding("E1", "rows[0].path", "premise"),
    )
    claim = Claim("C", "causal", {"cause": {"service": "db"}, "effect": {"service": "api"}}, bind, hedge="possible")

    def judged(**cells: object) -> str:
        return verify([claim], {"E1": rows_of("E1", columns, [{**row, **cells}], HOUR)})[0].verdict

    assert judged() == "consistent"
    assert judged(path_verified=False) == "unverified"
    assert judged(path=["db", "other", "web"]) == "unverified"
    assert judged(effect_wait_ms=21.0) == "contradicted"
    turned = replace(claim, slots={"cause": claim.slots["effect"], "effect": claim.slots["cause"]})
    assert verify([turned], {"E1": rows_of("E1", columns, [row], HOUR)})[0].verdict == "contradicted"
