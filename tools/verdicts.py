"""What may be claimed of ranked suspects, most telling first, each claim bound to its cell."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from domain.claims import Binding, Claim, Materiality
from domain.evidence import Column, Evidence
from grounding.knowledge import NOTHING, Knowledge
from tools.advice import cause, of_suspect
from tools.candidates import Draft, row_moment, row_quantity, row_value, scope_subject

MOST_RIVALS = 3
LEAST_RISE = 1.0  # percentage points of failed requests worth a sentence
NOBODY = "services that deviate from their baseline"


def drafts(evidence: Evidence, knowledge: Knowledge = NOTHING) -> tuple[Draft, ...]:
    """The first suspect with onset, strongest sign, what it caused, what to do, and change; then its rivals; or that there is none."""
    if evidence.status != "ok" or not evidence.scope_rows:
        return ()
    if not evidence.rows_total:
        return () if evidence.sampled else (_nobody(evidence),)
    rivals = (draft for index in range(1, min(len(evidence.rows), MOST_RIVALS)) for draft in _rival(evidence, index))
    return (*_first(evidence, knowledge), *rivals, _examined(evidence))


def rests_on(made: Sequence[Claim]) -> tuple[str, ...]:
    """The claims that the finding about the first suspect rests on."""
    return tuple(claim.id for claim in made if claim.materiality == "high")


def _first(evidence: Evidence, knowledge: Knowledge) -> Iterator[Draft]:
    row = evidence.rows[0]
    unit = {"%": "_pct", "ms": "_ms"}.get(row["unit"], "")
    yield row_value(evidence, 0, _column(evidence, "reason"), "high")
    yield _of_sign(evidence, f"value{unit}", "high")
    yield row_moment(evidence, 0, _column(evidence, "onset_at"), "high")
    yield from cause(evidence, 0, knowledge)
    yield from of_suspect(evidence, 0, knowledge)
    yield _of_sign(evidence, f"baseline{unit or '_value'}", "normal")
    if len(evidence.rows) == 1 or row["score"] != evidence.rows[1]["score"]:
        yield _foremost(evidence)
    if row["change"]:
        yield row_value(evidence, 0, _column(evidence, "change"), "normal")
    if row["failing_pp"] >= LEAST_RISE:
        yield row_quantity(evidence, 0, _column(evidence, "failing_pp"))
    if row["component"] not in {"", row["sign"]}:
        yield row_value(evidence, 0, _column(evidence, "component"), "low")


def _rival(evidence: Evidence, index: int) -> Iterator[Draft]:
    yield row_value(evidence, index, _column(evidence, "reason"), "low")
    yield row_quantity(evidence, index, _column(evidence, "score"), "low")


def _foremost(evidence: Evidence) -> Draft:
    """The first suspect by score among all that were found."""
    slots = {"attribute": "service", "value": evidence.rows[0]["service"], "quantifier": "most", "by": "score"}
    bind = (Binding(evidence.id, "rows[0].service"),)
    # A filter narrows the list, it is not what the first of the list is about.
    scope = {} if evidence.params.get("service") else {"subject": "all"}
    return Draft("entity", {**scope, **slots, "window": _window(evidence)}, bind, "high")


def _of_sign(evidence: Evidence, name: str, materiality: Materiality) -> Draft:
    """A number of the strongest sign, said of the service and of what was measured."""
    draft = row_quantity(evidence, 0, _column(evidence, name), materiality)
    subject = {"service": evidence.rows[0]["service"], "sign": evidence.rows[0]["sign"]}
    return replace(draft, slots={**draft.slots, "subject": subject})


def _examined(evidence: Evidence) -> Draft:
    slots = {"subject": scope_subject(evidence), "metric": "suspects", "agg": "count", "op": "=", "value": evidence.rows_total, "unit": "1"}
    return Draft("quantity", {**slots, "window": _window(evidence)}, (Binding(evidence.id, "aggregates.suspects"),))


def _nobody(evidence: Evidence) -> Draft:
    given = scope_subject(evidence)
    slots: dict[str, Any] = {"what": NOBODY, **({} if given == "all" else {"subject": given}), "window": _window(evidence)}
    return Draft("absence", slots, (Binding(evidence.id, "aggregates.suspects"),), "high")


def _column(evidence: Evidence, name: str) -> Column:
    return next(column for column in evidence.columns if column.name == name)


def _window(evidence: Evidence) -> dict[str, str]:
    document = evidence.window.as_json()
    return {"start": document["start"], "end": document["end"]}
