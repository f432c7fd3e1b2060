"""The verifier measured on mutants of true claims and on harmless rewritings, as GROUNDING asks."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random
from time import perf_counter

import pytest

from domain.claims import Claim
from grounding.mutation import KINDS, Mutant, mutants, variants
from grounding.verifier import verify
from tests.grounding.truth import is_true
from tests.grounding.wording import phrase
from tests.grounding.worlds import World, world

WORLDS = 16
SLOTS_ONLY = {"wrong evidence", "agg swap", "window ±1 step", "window ±1 h", "window zone", "negation", "alias", "direction slot flip"}


@dataclass
class Table:
    """Counts by kind and form: how many were tried, and which were judged wrongly."""

    mutants: Counter[tuple[str, str]] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    benign: Counter[tuple[str, str]] = field(default_factory=Counter)
    alarms: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        for kind, form in sorted(self.mutants | self.benign):
            missed = sum(one.startswith(f"{kind} {form}:") for one in self.missed)
            alarms = sum(one.startswith(f"{kind} {form}:") for one in self.alarms)
            wrong, harmless = self.mutants[kind, form], self.benign[kind, form]
            yield f"{kind:11} {form:12} mutants {wrong:5} missed {missed:3}  benign {harmless:5} alarms {alarms:3}"


def forms(mutant: Mutant, original: Claim, made: World, random: Random) -> Iterator[tuple[str, Claim]]:
    """A claim as slots alone, with its own text, as text alone, and the changed text over the unchanged slots."""
    claim = mutant.claim
    yield "slots", claim
    text = "" if mutant.operator in SLOTS_ONLY else phrase(claim, made, random)
    if text and phrase(original, made, Random(1)) != phrase(claim, made, Random(1)):
        yield "slots+text", replace(claim, text=text)
        yield "text", Claim(claim.id, "text", text=text)
        yield "stale slots", replace(original, text=text)


@pytest.fixture(scope="module")
def table() -> Table:
    found = Table()
    for seed in range(WORLDS):
        made, random = world(seed), Random(seed)
        for claim in made.claims:
            for mutant in mutants(claim, made.evidence, random):
                if not is_true(mutant.claim, made):
                    count_mutant(found, mutant, claim, made, random)
            for variant in (Mutant("as it is", claim), *variants(claim, made.evidence, random)):
                count_benign(found, variant, made, random)
    return found


def count_mutant(found: Table, mutant: Mutant, claim: Claim, made: World, random: Random) -> None:
    for form, changed in forms(mutant, claim, made, random):
        found.mutants[claim.kind, form] += 1
        if verify([changed], made.evidence)[0].verdict == "supported":
            found.missed.append(f"{claim.kind} {form}: {mutant.operator} {changed}")


def count_benign(found: Table, variant: Mutant, made: World, random: Random) -> None:
    claim = variant.claim
    text = "" if variant.operator in SLOTS_ONLY else phrase(claim, made, random)
    written = [("slots+text", replace(claim, text=text)), ("text", Claim(claim.id, "text", text=text))] if text else []
    for form, changed in (("slots", claim), *written):
        found.benign[claim.kind, form] += 1
        judged = verify([changed], made.evidence)[0]
        if judged.verdict != "supported":
            found.alarms.append(f"{claim.kind} {form}: {variant.operator} {judged.reason} {changed}")


def test_wrong_claims_are_caught_and_true_ones_pass(table: Table) -> None:
    for kind in KINDS:
        tried = sum(number for (name, _), number in table.mutants.items() if name == kind)
        missed = [one for one in table.missed if one.startswith(kind)]
        passed = sum(number for (name, _), number in table.benign.items() if name == kind)
        alarms = [one for one in table.alarms if one.startswith(kind)]
        assert tried >= 150
        assert len(missed) <= 0.02 * tried, "\n".join((*table.lines(), *missed[:3]))
        assert len(alarms) <= 0.01 * passed, alarms[:3]


def test_forty_claims_are_verified_within_the_time_allowed() -> None:
    made = world(3)
    random = Random(3)
    claims = [replace(claim, text=phrase(claim, made, random)) for claim in made.claims * 2][:40]
    times = []
    for _ in range(20):
        start = perf_counter()
        verify(claims, made.evidence)
        times.append(perf_counter() - start)
    assert sorted(times)[18] < 0.15, times
