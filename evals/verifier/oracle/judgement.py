"""The oracle: is this claim true of the cells it cites?"""

from collections.abc import Callable, Iterator, Mapping
from itertools import product
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
_MOST = 24  # rows tried of one evidence


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
    """Every other way to cite for the claim: a cell of its column; for two bindings a pair of them in one evidence."""
    wanted = [{one["path"].rpartition(".")[2], *_named(claim)} for one in claim["bind"]]
    roles = [one["role"] for one in claim["bind"]]
    for evidence, doc in sources.items():
        cells = [[(evidence, path) for path in _paths(claim, doc, names)] for names in wanted]
        for pair in product(*cells):
            yield [{"evidence": name, "path": path, "role": role} for (name, path), role in zip(pair, roles, strict=True)]


def _named(claim: Doc) -> set[str]:
    slots = claim["slots"]
    events = [slots.get(name) for name in ("first", "then", "event")]
    return {str(slots[name]) for name in ("metric", "attribute", "by") if slots.get(name)} | {
        str(one["metric"]) for one in events if isinstance(one, dict) and one.get("metric")
    }


def _paths(claim: Doc, doc: Doc, names: set[str]) -> list[str]:
    """The cells of some columns in the rows that hold a name which the claim says."""
    slots = claim["slots"]
    said = {str(value) for slot in ("subject", "other", "first", "then", "event") for value in _values(slots.get(slot))}
    columns = [column["name"] for column in doc["columns"] if column["name"] in names or column.get("label") in names]
    rows = [place for place, row in enumerate(doc["rows"]) if not said or said & {str(value) for value in row.values()}]
    return [f"rows[{place}].{name}" for place in rows[:_MOST] for name in columns] + [
        f"aggregates.{name}" for name in doc["aggregates"] if name in names
    ]


def _values(slot: Any) -> list[Any]:
    return list(slot.values()) if isinstance(slot, dict) else []
