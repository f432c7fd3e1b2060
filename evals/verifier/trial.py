"""One sheet tried: every mutant and every rewriting of its true claims, in four forms, beside the oracle and the baselines."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice
from random import Random
from time import process_time
from typing import Any

from domain.claims import Claim, Judged
from domain.evidence import Evidence
from evals.verifier.baselines import BASELINES, Seen
from evals.verifier.oracle.judgement import anywhere
from evals.verifier.oracle.truths import Truth
from evals.verifier.sheet import Sheet
from evals.verifier.wording import phrase
from grounding.mutations.catalogue import mutants, variants
from grounding.mutations.mutant import Mutant
from grounding.rendering import render
from grounding.verifier import verify

AS_IT_IS = "as it is"
SLOTS, SLOTS_TEXT, STALE, TEXT = "slots", "slots+text", "changed text over old slots", "text alone"
STRUCTURED = (SLOTS, SLOTS_TEXT, STALE)
_LEFT_OUT: tuple[Truth, ...] = ("true", "open")
_FEWEST_TIMED = 8  # claims that are repeated to an answer
ANSWER = 40  # claims of an answer that is timed
_ACCEPTED = frozenset({"supported", "consistent", "text-supported"})


@dataclass(frozen=True, slots=True)
class Tried:
    """One claim given to the verifier: whether it is harmful, what came of it, and which baselines would have caught it."""

    kind: str
    operator: str
    form: str
    origin: str
    harmful: bool
    verdict: str
    claim: Claim
    reason: str = ""
    caught_by: frozenset[str] = frozenset()

    @property
    def is_accepted(self) -> bool:
        """Whether it would have been published."""
        return self.verdict in _ACCEPTED


@dataclass(frozen=True, slots=True)
class Asked:
    """A claim to be tried, over these records or changed ones."""

    claim: Claim
    operator: str
    form: str
    harmful: bool
    evidence: Mapping[str, Evidence] | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of a sheet; `still_true` and `open` count the mutants left out, by operator."""

    tried: tuple[Tried, ...]
    judged: tuple[tuple[Mapping[str, Any], Mapping[str, str]], ...]
    still_true: tuple[str, ...]
    left_open: tuple[str, ...]
    answer_ms: tuple[float, ...] = ()


def run_trial(sheet: Sheet, true: Sequence[Claim], dice: Random, language: str = "en", most: int = 0) -> Trial:
    """Tries the true claims of a sheet; with `most`, only so many mutants of each, drawn."""
    worded = _Worder(sheet, language)
    benign = [asked for claim in true for asked in _benign(sheet, claim, dice, worded)]
    drawn = [(claim, mutant) for claim in true for mutant in _drawn(list(mutants(claim, sheet.evidence, dice)), most, dice)]
    made = [(claim, mutant, sheet.truth(mutant.claim, mutant.evidence)) for claim, mutant in drawn]
    harmful = [asked for claim, mutant, said in made if said == "false" for asked in _harmful(sheet, claim, mutant, worded)]
    tried = tuple(_tried(sheet, [*benign, *harmful]))
    left: dict[Truth, tuple[str, ...]] = {truth: tuple(mutant.operator for _, mutant, said in made if said == truth) for truth in _LEFT_OUT}
    return Trial(tried, tuple(_documents(sheet, tried)), left["true"], left["open"], tuple(_timed(sheet, true, worded)))


def _drawn(made: list[Mutant], most: int, dice: Random) -> list[Mutant]:
    return dice.sample(made, most) if 0 < most < len(made) else made


class _Worder:
    """Writes claims: with the product's renderer, or every other one in words of our own."""

    def __init__(self, sheet: Sheet, language: str) -> None:
        self._evidence, self._language = sheet.evidence, language

    def rendered(self, claim: Claim) -> str:
        return render(claim, self._evidence, self._language) if claim.bind else ""

    def said(self, claim: Claim, seed: str) -> str:
        own = phrase(claim, self._evidence, seed) if self._language == "en" and Random(seed).random() < 1 / 2 else ""
        return own or self.rendered(claim)


def _benign(sheet: Sheet, claim: Claim, dice: Random, worded: _Worder) -> Iterator[Asked]:
    for variant in (Mutant(AS_IT_IS, claim), *variants(claim, sheet.evidence, dice)):
        if variant.operator != AS_IT_IS and sheet.truth(variant.claim) == "false":
            continue
        yield Asked(variant.claim, variant.operator, SLOTS, harmful=False)
        if variant.operator not in _SILENT and (text := worded.said(variant.claim, claim.id)):
            yield Asked(replace(variant.claim, text=text), variant.operator, SLOTS_TEXT, harmful=False)
            yield Asked(Claim(claim.id, "text", text=text), variant.operator, TEXT, harmful=False)


_SILENT = frozenset(
    {"order of slots", "row by its keys", "RFC 3339 forms", "zone rewrite", "unit and agg names", "alias", "synonym", "marks and spaces"}
)


def _harmful(sheet: Sheet, claim: Claim, mutant: Mutant, worded: _Worder) -> Iterator[Asked]:
    yield Asked(mutant.claim, mutant.operator, SLOTS, harmful=True, evidence=mutant.evidence)
    if mutant.evidence is not None:
        return
    before, after = worded.said(claim, claim.id), worded.said(mutant.claim, claim.id)
    if not after or after == before:
        return
    yield Asked(replace(mutant.claim, text=after), mutant.operator, SLOTS_TEXT, harmful=True)
    if _is_spoken(claim, mutant) and anywhere(mutant.claim.as_json(), sheet.documents) == "false":
        yield Asked(replace(claim, text=after), mutant.operator, STALE, harmful=True)
        yield Asked(Claim(claim.id, "text", text=after), mutant.operator, TEXT, harmful=True)


def _is_spoken(claim: Claim, mutant: Mutant) -> bool:
    """Whether the sentence itself says what was changed: no sentence tells its citation, and one that names less is not wrong."""
    changed = {name for name in {*claim.slots, *mutant.claim.slots} if claim.slots.get(name) != mutant.claim.slots.get(name)}
    same_citation = (claim.bind, claim.derive, claim.hedge) == (mutant.claim.bind, mutant.claim.derive, mutant.claim.hedge)
    unit = mutant.claim.slots.get("unit") if "unit" in changed else ""
    return same_citation and unit != "1" and bool(changed - _UNSAID) and mutant.operator not in _NAMING_LESS


_UNSAID = frozenset({"agg", "negated"})
_NAMING_LESS = frozenset({"said of all", "subject left out", "zone dropped"})


def _tried(sheet: Sheet, asked: Sequence[Asked]) -> Iterator[Tried]:
    plain = [one for one in asked if one.evidence is None]
    seen = Seen(sheet.documents)
    for one, judged in zip(plain, verify([each.claim for each in plain], sheet.evidence, sheet.knowledge), strict=True):
        yield _outcome(sheet, one, judged, seen)
    for one in asked:
        if one.evidence is not None:
            yield _outcome(sheet, one, verify([one.claim], one.evidence, sheet.knowledge)[0], seen)


def _outcome(sheet: Sheet, one: Asked, judged: Judged, seen: Seen) -> Tried:
    document = one.claim.as_json()
    caught = frozenset(name for name, passes in BASELINES.items() if not passes(document, seen)) if one.form == SLOTS else frozenset()
    kind = _kind_of(sheet, one.claim)
    return Tried(kind, one.operator, one.form, sheet.origin, one.harmful, judged.verdict, one.claim, judged.reason, caught)


def _kind_of(sheet: Sheet, claim: Claim) -> str:
    if claim.kind != "text":
        return claim.kind
    return next((one.kind for one in sheet.claims if one.id == claim.id), claim.kind)


def _documents(sheet: Sheet, tried: Iterable[Tried]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, str]]]:
    """The true claims as judged documents, for patterns."""
    templates = sheet.templates()
    return (({**one.claim.as_json(), "verdict": one.verdict, "reason": one.reason}, templates) for one in tried if not one.harmful)


def _timed(sheet: Sheet, true: Sequence[Claim], worded: _Worder) -> Iterator[float]:
    """Milliseconds of CPU for answers of forty rendered claims: on an idle machine the time they take."""
    said = [replace(claim, text=worded.rendered(claim)) for claim in true]
    if len(said) >= _FEWEST_TIMED:
        answer = list(islice(cycle(said), ANSWER))
        begun = process_time()
        verify(answer, sheet.evidence, sheet.knowledge)
        yield 1_000 * (process_time() - begun)
