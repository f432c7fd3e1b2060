"""The oracle: is this claim true of the cells it cites?"""

from collections.abc import Callable, Mapping

from evals.verifier.oracle import amounts, rows, times
from evals.verifier.oracle.truths import Doc, Sources, Truth

_KINDS: Mapping[str, Callable[[Doc, Sources], Truth]] = {
    "quantity": amounts.quantity,
    "comparison": amounts.comparison,
    "trend": times.trend,
    "entity": rows.entity,
    "absence": rows.absence,
    "temporal": times.temporal,
    "quote": rows.quote,
}
KINDS = tuple(_KINDS)


def truth(claim: Doc, sources: Sources) -> Truth:
    """The answer for a claim as documents carry it, over evidence documents by id; open for kinds it does not know."""
    judge = _KINDS.get(str(claim["kind"]))
    return amounts.negatable(claim, judge(claim, sources)) if judge else "open"


def anywhere(claim: Doc, sources: Sources) -> Truth:
    """The answer when the claim may cite any cell of any evidence: for sentences, which cite none. True when one makes it true."""
    names = {one["path"].rpartition(".")[2] for one in claim["bind"]}
    if len(claim["bind"]) != 1 or len(names) != 1 or claim["bind"][0]["path"].startswith("rows[*]"):
        return truth(claim, sources)
    role = claim["bind"][0]["role"]
    answers = {truth(claim, sources)}
    for evidence, path in _places(claim, names.pop(), sources):
        answers.add(truth({**claim, "bind": [{"evidence": evidence, "path": path, "role": role}]}, sources))
        if "true" in answers:
            return "true"
    return "open" if "open" in answers else "false"


def _places(claim: Doc, name: str, sources: Sources) -> list[tuple[str, str]]:
    wanted = {name, str(claim["slots"].get("metric", name)), str(claim["slots"].get("attribute", name))}
    return [
        (evidence, f"rows[{place}].{column['name']}")
        for evidence, doc in sources.items()
        for column in doc["columns"]
        if column["name"] in wanted or column.get("label") in wanted
        for place in range(len(doc["rows"]))
    ]
