"""Advice: an action of the catalogue or a runbook, a target that exists, and premises that hold and are about it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from domain.actions import Action
from domain.claims import Claim, Judged
from grounding import operands, vocabulary
from grounding.case import Case
from grounding.causes import roles
from grounding.causes.departures import beside_baseline
from grounding.cells import same
from grounding.lexicon import names_in
from grounding.outcomes import Outcome, unverified
from grounding.paths import BoundCell

HOLDING = frozenset({"supported", "consistent"})
_LABELS = frozenset({"reason", "kind", "cause", "type", "sign", "metric", "finding", "change", "symptom", "trigger", "problem"})
_REMEDIES = frozenset({"action", "remedy", "mitigation", "fix", "step", "recommendation", "runbook"})
_ABOUT = ("subject", "cause", "effect", "event", "target")


@dataclass(frozen=True, slots=True)
class _Advice:
    """What is advised, for whom, and the cells and claims it rests on."""

    claim: Claim
    case: Case
    target: str
    cells: tuple[BoundCell, ...]
    claims: tuple[Judged, ...]
    action: Action | None = None
    runbook: BoundCell | None = None


def check(claim: Claim, case: Case) -> Outcome:
    """Justified advice is consistent; all other is unverified, with the reason after "unjustified:"."""
    target = _target(claim.slots.get("target"))
    cells, claims = _cells(claim, case), _claims(claim, case)
    for found in (cells, claims):
        if isinstance(found, str):
            return _unjustified(found)
    assert not isinstance(cells, str)
    assert not isinstance(claims, str)
    action, runbook = _action(claim, case), _runbook(claim, cells)
    advice = _Advice(claim, case, target, cells, claims, action, runbook)
    reason = next((said for test in _TESTS if (said := test(advice))), "")
    return _unjustified(reason) if reason else Outcome("consistent", _told(advice))


def _unjustified(reason: str) -> Outcome:
    return unverified(f"unjustified: {reason}")


def _target(slot: Any) -> str:
    """The name of what is to be acted on."""
    return next(iter(names_in(slot)), "").strip()


def _cells(claim: Claim, case: Case) -> tuple[BoundCell, ...] | str:
    found: list[BoundCell] = []
    for binding in claim.bind:
        one = operands.operand(binding, case.evidence)
        if isinstance(one, Outcome):
            return f"the premise {binding.evidence} {binding.path} does not hold: {one.reason}"
        found += one.cells
    return tuple(found)


def _claims(claim: Claim, case: Case) -> tuple[Judged, ...] | str:
    """The claims named as premises, judged before."""
    named = claim.slots.get("premises") or ()
    wanted = [named] if isinstance(named, str) else list(named)
    for name in wanted:
        found = case.judged.get(str(name))
        if found is None:
            return f"its premise {name!r} was not judged"
        if found.verdict not in HOLDING:
            return f"its premise {name!r} is {found.verdict}: {found.reason}"
    return tuple(case.judged[str(name)] for name in wanted)


def _action(claim: Claim, case: Case) -> Action | None:
    """The action of the catalogue that is meant, by name, alias or title."""
    said = vocabulary.plain(str(claim.slots.get("action") or ""))
    known = case.knowledge.actions.values()
    return next(
        (one for one in known if said and said in {vocabulary.plain(name) for name in (one.name, *one.aliases, *one.titles.values())}), None
    )


def _runbook(claim: Claim, cells: Sequence[BoundCell]) -> BoundCell | None:
    """A cell that an operator wrote and that names the action as what to do."""
    said = str(claim.slots.get("action") or "")
    return next((cell for cell in cells if cell.column.trust == "operator" and _is_remedy(cell) and said and same(cell.value, said)), None)


def _is_remedy(cell: BoundCell) -> bool:
    return bool(roles.parts(cell.column.name) & _REMEDIES)


def _unknown_action(advice: _Advice) -> str:
    if advice.action or advice.runbook:
        return ""
    return f"the action {advice.claim.slots.get('action')!r} is neither in the catalogue nor in a runbook that is bound"


def _no_premise(advice: _Advice) -> str:
    premises = [cell for cell in advice.cells if cell is not advice.runbook]
    return "" if premises or advice.claims else "it rests on nothing"


def _missing_target(advice: _Advice) -> str:
    """The target is in a bound row, the inventory or a premise."""
    if not advice.target:
        return "it names no target"
    knowledge = advice.case.knowledge
    name = knowledge.name(advice.target)
    known = {one.casefold() for one in knowledge.inventory}
    if (
        name.casefold() in known
        or any(_is_about(name, advice.case, cell) for cell in advice.cells)
        or any(_names(name, advice.case, one) for one in advice.claims)
    ):
        return ""
    return f"nothing known is called {advice.target!r}"


def _is_about(name: str, case: Case, cell: BoundCell) -> bool:
    """Whether a bound row, or what its query was narrowed to, names it."""
    told = cell.evidence.params.values() if cell.row is None else [*_row_names(cell), *cell.evidence.params.values()]
    return any(case.knowledge.name(str(one)).casefold() == name.casefold() for one in told if isinstance(one, str))


def _row_names(cell: BoundCell) -> Iterable[str]:
    """Names in a row: its keys, and what it says of components; not who else is on its way."""
    for column in cell.evidence.columns:
        value = (cell.row or {}).get(column.name)
        if isinstance(value, str) and (column.role == "key" or roles.parts(column.name) & {"component", "account", "target"}):
            yield value


def _names(name: str, case: Case, judged: Judged) -> bool:
    """Whether a claim is about it: as its subject or its cause; that something suffers is no reason to act on it."""
    slots = judged.claim.slots
    about = ("cause",) if judged.claim.kind == "causal" else _ABOUT
    return any(case.knowledge.name(one).casefold() == name.casefold() for slot in about for one in names_in(slots.get(slot)))


def _elsewhere(advice: _Advice) -> str:
    """Some premise is about the target."""
    name = advice.case.knowledge.name(advice.target)
    premises = [cell for cell in advice.cells if cell is not advice.runbook]
    about = any(_is_about(name, advice.case, cell) for cell in premises) or any(_names(name, advice.case, one) for one in advice.claims)
    return "" if about else f"no premise is about {advice.target!r}"


def _failing_premise(advice: _Advice) -> str:
    """A premise that is a number has to be out of the ordinary where its baseline stands beside it; false and nothing hold nothing."""
    for cell in advice.cells:
        departure = beside_baseline(cell.row, cell.column, cell.evidence) if cell.row is not None else None
        if departure is None and cell.value in (None, False, 0, "", []):
            return f"the premise {cell.column.name!r} is {cell.value!r}"
        if departure and not departure.departs:
            return f"the premise {cell.column.name!r} does not depart from its baseline: {departure.said}"
    return ""


def _outsiders_only(advice: _Advice) -> str:
    trusted = any(cell.column.trust in {"platform", "operator"} for cell in advice.cells if cell is not advice.runbook)
    return "" if trusted or advice.claims else "it rests on text of outsiders alone"


def _unanswered(advice: _Advice) -> str:
    """The action answers what the premises say; a runbook says itself what it is for."""
    if advice.runbook or advice.action is None:
        return ""
    said = _topics(advice)
    others = (one for one in advice.case.knowledge.actions.values() if one is not advice.action)
    # What no action of the catalogue speaks of is another's vocabulary, not a wrong action.
    if _answers(advice.action, said) or not any(_answers(one, said) for one in others):
        return ""
    return f"{advice.action.name!r} does not answer what its premises say"


def _answers(action: Action, said: Sequence[frozenset[str]]) -> bool:
    wanted = (vocabulary.stems(phrase.replace("_", " ")) for phrase in action.answers)
    return any(phrase and any(phrase <= topic for topic in said) for phrase in wanted)


def _topics(advice: _Advice) -> list[frozenset[str]]:
    """What premises speak of, each by itself: a column, a label in a row, the question of its evidence, or a claim's slots."""
    own = [topic for cell in advice.cells for topic in _cell_topics(cell)]
    return own + [topic for one in advice.claims for topic in _claim_topics(one.claim, advice.case)]


def _cell_topics(cell: BoundCell) -> Iterable[frozenset[str]]:
    """What a column is called, and what its row is labelled as; without labels, what the evidence is about."""
    yield vocabulary.stems(f"{cell.column.name} {cell.column.label}")
    labels = list(_labels(cell))
    yield from map(vocabulary.stems, labels or [f"{cell.evidence.template} {cell.evidence.title}"])


def _labels(cell: BoundCell) -> Iterable[str]:
    """Labels that the platform or an operator gave, or words of the closed list of changes: outsiders label nothing."""
    for column in cell.evidence.columns:
        value = (cell.row or {}).get(column.name)
        if isinstance(value, str) and value and roles.parts(column.name) & _LABELS:
            yield from [value] * (column.trust != "external" or value.casefold() in roles.CHANGES)


def _claim_topics(claim: Claim, case: Case) -> Iterable[frozenset[str]]:
    for slot in ("cause", "metric", "attribute", "value", "what"):
        yield from (vocabulary.stems(text.replace("_", " ")) for text in names_in(claim.slots.get(slot)))
    for binding in claim.bind if claim.kind != "causal" else claim.bound("cause") + claim.bound("premise"):
        found = operands.operand(binding, case.evidence)
        yield from (topic for cell in (() if isinstance(found, Outcome) else found.cells[:1]) for topic in _cell_topics(cell))


def _wrong_flag(advice: _Advice) -> str:
    """What is said of the action itself (reversible, risk) is as the catalogue or the runbook has it."""
    for name in ("reversible", "risk"):
        said = advice.claim.slots.get(name)
        held = getattr(advice.action, name) if advice.action else _told_in_runbook(advice.runbook, name)
        if said is not None and said != held:
            return f"{name} is {held!r}, not {said!r}"
    return ""


def _told_in_runbook(cell: BoundCell | None, name: str) -> Any:
    return (cell.row or {}).get(name) if cell else None


def _told(advice: _Advice) -> str:
    source = "in the catalogue" if advice.action else f"in the runbook {advice.runbook.evidence.id if advice.runbook else ''}"
    resting = [*(f"{cell.evidence.id} {cell.column.name}" for cell in advice.cells[:4]), *(one.claim.id for one in advice.claims)]
    return f"justified: {source}, about {advice.target}, resting on {', '.join(dict.fromkeys(resting))}"


_TESTS = (_unknown_action, _no_premise, _missing_target, _elsewhere, _failing_premise, _outsiders_only, _unanswered, _wrong_flag)
