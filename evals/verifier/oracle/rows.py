"""Whether an attribute, a rank, a share of rows, an absence or a quotation holds."""

import re
import unicodedata
from typing import Any

from evals.verifier.oracle import numbers
from evals.verifier.oracle.amounts import bound
from evals.verifier.oracle.cells import Cell, is_whole, lookup
from evals.verifier.oracle.frame import agg_truth, moment, plain, same, subject_truth, window_truth
from evals.verifier.oracle.truths import Doc, Sources, Truth, both, of

_WORDS = {
    "highest": "most", "lowest": "least", "earliest": "first", "latest": "last", "every": "all", "no": "none", "sole": "only",
}  # fmt: skip
_RANKED = re.compile(r"(top|bottom) (\d+)")
_MARKS = "\"'“”«»` "
_LEAST_QUOTED = 3


def entity(claim: Doc, sources: Sources) -> Truth:
    """Whether the row has that attribute, state or rank, or the rows that share."""
    groups = bound(claim, sources)
    if groups is None:
        return "false"
    slots, cell = claim["slots"], groups[0][0]
    word = str(slots.get("quantifier", ""))
    word = _WORDS.get(word, word)
    shared = word in {"all", "some", "none", "only"}
    column = _column(cell, slots.get("attribute")) or (cell.column if not slots.get("attribute") else None)
    if column is None:
        return "open"
    frame = [window_truth(slots.get("window"), [cell]), agg_truth(slots.get("agg"), cell)]
    who = [] if shared else [subject_truth(slots.get("subject"), groups[0], slots.get("window"))]
    said = [] if shared else [_attribute_truth(slots, cell, column)]
    ranked = [_share_truth(slots, cell, column, word)] if shared else [_rank_truth(slots, cell, word)] if word else []
    return both([*frame, *who, *said, *ranked])


def _column(cell: Cell, name: Any) -> Doc | None:
    known = (one for one in cell.doc["columns"] if plain(name) in {plain(one["name"]), plain(one.get("label") or one["name"])})
    return next(known, None) if name else None


def _attribute_truth(slots: Doc, cell: Cell, column: Doc) -> Truth:
    if "value" not in slots and "state" not in slots:
        return "true"
    return of(_is(cell.row.get(column["name"]), slots.get("value", slots.get("state")), column))


def _is(actual: Any, said: Any, column: Doc) -> bool:
    if isinstance(actual, list) and not isinstance(said, list):
        return any(same(one, said) for one in actual)
    value = numbers.decimal(actual)
    if value is not None and numbers.decimal(said) is not None:
        return numbers.equal(said, value, exact=type(actual) is int)
    if isinstance(actual, str) and isinstance(said, str) and column.get("role", "key") != "key":
        return actual.strip().casefold() == said.strip().casefold()
    return same(actual, said)


def _order(value: Any) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    at = moment(value)
    return at.timestamp() if at else None


def _rank_truth(slots: Doc, cell: Cell, word: str) -> Truth:
    ranked = _RANKED.fullmatch(word)
    column = _column(cell, slots.get("by") or slots.get("metric")) or (None if slots.get("by") else cell.column)
    if column is None or cell.place is None or (not ranked and word not in {"most", "least", "first", "last"}):
        return "open"
    keys = [_order(row.get(column["name"])) for row in cell.doc["rows"]]
    own = keys[cell.place]
    if own is None or any(key is None for key in keys):
        return "open"
    down = ranked[1] == "top" if ranked else word in {"most", "last"}
    ahead = sum((key > own if down else key < own) for key in keys if key is not None)
    level = keys.count(own) - 1
    rank = int(ranked[2]) if ranked else 1
    if ahead >= rank:
        return "false"
    return "open" if ahead + level >= rank or not is_whole(cell.doc) else "true"


def _share_truth(slots: Doc, cell: Cell, column: Doc, word: str) -> Truth:
    """Of the rows that the subject fits (all of them without one) all, some, none have it; "only" of one row: no other has it."""
    rows, subject = cell.doc["rows"], slots.get("subject")
    fixed = {name: value for name, value in subject.items() if name in rows[0]} if isinstance(subject, dict) else {}
    if isinstance(subject, dict) and len(fixed) < len(subject):
        return "open"
    scope = [row for row in rows if all(same(row.get(name), value) for name, value in fixed.items())]
    if "value" not in slots and "state" not in slots:
        return "open" if word != "only" else of(len(rows) == 1) if is_whole(cell.doc) or len(rows) > 1 else "false"
    said = slots.get("value", slots.get("state"))
    have = [row for row in scope if _is(row.get(column["name"]), said, column)]
    if word == "only" and len(scope) == 1 and column["name"] not in fixed:
        everywhere = [row for row in rows if _is(row.get(column["name"]), said, column)]
        return of(everywhere == scope and is_whole(cell.doc))
    held = {"all": len(have) == len(scope), "some": bool(have), "none": not have, "only": len(have) == len(scope)}[word]
    return of(held and bool(scope) and (word == "some" or is_whole(cell.doc)))


def absence(claim: Doc, sources: Sources) -> Truth:
    """Whether a whole, timely look at what could have shown it showed nothing."""
    if not claim["bind"]:
        return "false"
    one, slots = claim["bind"][0], claim["slots"]
    doc = sources.get(one["evidence"])
    if doc is None or not _could_see(doc):
        return "false"
    cells = lookup(doc, one["path"])
    seen = any(cell.value is None or numbers.decimal(cell.value) != 0 for cell in cells)
    if not cells and one["path"] not in {"rows[*]", "rows", ""} and not one["path"].startswith("rows[*]."):
        return "false"
    window = of(not slots.get("window") or window_truth(slots["window"], [Cell(doc, {"name": ""}, None)]) == "true")
    return both([of(not seen), window, _asked_for(slots, doc), _topic(slots.get("what"), doc, one["path"])])


def _could_see(doc: Doc) -> bool:
    window = doc["window"]
    start, end = moment(window["start"]), moment(window["end"])
    length = (end - start).total_seconds() if start and end else 0
    timely = not doc.get("lag_s") or doc["lag_s"] < length
    return doc["status"] in {"ok", "empty"} and doc["scope_rows"] > 0 and is_whole(doc) and not doc.get("sampled") and timely


def _asked_for(slots: Doc, doc: Doc) -> Truth:
    subject = slots.get("subject")
    if not subject:
        return "true"
    if isinstance(subject, dict):
        return of(all(name in doc["params"] and same(doc["params"][name], value) for name, value in subject.items()))
    narrowing = {name for name, value in doc["params"].items() if value and name not in {"limit", "severity", "status", "text"}}
    return of(not narrowing) if subject == "all" else "open"


def _topic(what: Any, doc: Doc, path: str) -> Truth:
    """Absent is what the evidence is about: its title, the total bound, one of its labels."""
    said = set(plain(what).split())
    texts = [doc.get("title", ""), doc.get("template", ""), path, *(str(one.get("label") or one["name"]) for one in doc["columns"])]
    known = set(plain(" ".join(texts)).replace(".", " ").split())
    return "true" if said and said <= known else "open" if said & known else "false"


def quote(claim: Doc, sources: Sources) -> Truth:
    """Whether the words stand so, one after the other, in the cell."""
    groups = bound(claim, sources)
    said = normal(str(claim["slots"].get("text", ""))).strip(_MARKS).strip(". …")
    if groups is None or len(said) < _LEAST_QUOTED:
        return "false"
    slots = claim["slots"]
    who = subject_truth(slots["subject"], groups[0]) if slots.get("subject") else "true"
    return both([of(any(stands(said, cell.value) for cell in groups[0])), window_truth(slots.get("window"), groups[0]), who])


def normal(text: str) -> str:
    """Text in one Unicode form, white space as single blanks, without invisible characters."""
    kept = "".join(" " if char.isspace() else char for char in text if unicodedata.category(char) not in {"Cf", "Cc"} or char.isspace())
    return " ".join(unicodedata.normalize("NFKC", kept).split())


def stands(said: str, value: Any) -> bool:
    """Whether words are in a value without cutting a number in two."""
    for text in value if isinstance(value, list) else [value]:
        where = normal(str(text)).find(said) if isinstance(text, str) else -1
        while where >= 0:
            held = normal(str(text))
            before, after = held[where - 1 : where] if where else "", held[where + len(said) : where + len(said) + 1]
            if not (before.isdigit() and said[0].isdigit()) and not (after.isdigit() and said[-1].isdigit()):
                return True
            where = held.find(said, where + 1)
    return False
