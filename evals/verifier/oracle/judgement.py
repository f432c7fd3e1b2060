"""The oracle: is this claim true of the cells it cites?"""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice, product
from typing import Any

from evals.verifier.oracle import amounts, causes, rows, times
from evals.verifier.oracle.truths import Doc, Sources, Truth

_KINDS: Mapping[str, Callable[[Doc, Sources], Truth]] = {
    "quantity": amounts.quantity,
    "comparison": amounts.comparison,
    "trend": times.trend,
    "entity": rows.entity,
    "absence": rows.absence,
    "temporal": times.temporal,
    "quote": rows.quote,
    "causal": causes.causal,
    "past_incident": causes.past_incident,
    "recommendation": causes.recommendation,
}
KINDS = tuple(_KINDS)
_MOST = 24  # rows, and pairs of them, tried of one evidence
_SIDES = (("subject", "event", "first"), ("other", "then"))


def truth(claim: Doc, sources: Sources) -> Truth:
    """The answer for a claim as documents carry it, over evidence documents by id; open for kinds it does not know."""
    judge = _KINDS.get(str(claim["kind"]))
    return amounts.negatable(claim, judge(claim, sources)) if judge else "open"


def anywhere(claim: Doc, sources: Sources) -> Truth:
    """The answer when the claim may cite any cells of any evidence: for sentences, which cite none. True when some make it true."""
    if any(one["path"].startswith("rows[*]") for one in claim["bind"]):
        return truth(claim, sources)
    answers = {truth(claim, sources)}
    for bind in _citations(claim, sources):
        answers.add(truth({**claim, "bind": bind}, sources))
        if "true" in answers:
            return "true"
    return "open" if "open" in answers else "false"


def _citations(claim: Doc, sources: Sources) -> Iterator[list[Doc]]:
    """Every other way to cite for the claim: a cell of its column in rows of its subject; for two bindings one of each side."""
    wanted = [{one["path"].rpartition(".")[2], *_named(claim)} for one in claim["bind"]]
    roles = [one["role"] for one in claim["bind"]]
    for evidence, doc in sources.items():
        cells = [[(evidence, path) for path in _paths(claim, side, doc, names)] for side, names in enumerate(wanted)]
        for pair in islice(product(*cells), _MOST):
            yield [{"evidence": name, "path": path, "role": role} for (name, path), role in zip(pair, roles, strict=True)]


def _named(claim: Doc) -> set[str]:
    slots = claim["slots"]
    events = [slots.get(name) for name in ("first", "then", "event")]
    return {str(slots[name]) for name in ("metric", "attribute", "by") if slots.get(name)} | {
        str(one["metric"]) for one in events if isinstance(one, dict) and one.get("metric")
    }


def _paths(claim: Doc, side: int, doc: Doc, names: set[str]) -> list[str]:
    """The cells of some columns in the rows that hold every name said of one side of the claim."""
    slots = claim["slots"]
    slot = next((slots[name] for name in _SIDES[min(side, 1)] if slots.get(name)), slots.get("subject"))
    said = {str(value) for value in _values(slot)} - {str(slot.get("metric"))} if isinstance(slot, dict) else set()
    columns = [column["name"] for column in doc["columns"] if column["name"] in names or column.get("label") in names]
    rows = [place for place, row in enumerate(doc["rows"]) if columns and said <= {str(value) for value in row.values()}]
    return [f"rows[{place}].{name}" for place in rows[:_MOST] for name in columns] + [
        f"aggregates.{name}" for name in doc["aggregates"] if name in names
    ]


def _values(slot: Any) -> list[Any]:
    return list(slot.values()) if isinstance(slot, dict) else []
