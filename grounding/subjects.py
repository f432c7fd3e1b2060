"""Whether the rows a claim is bound to are the rows its subject is about."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from domain.evidence import Column, Evidence
from grounding import vocabulary, windows
from grounding.cells import matcher, same
from grounding.outcomes import Outcome, contradicted, unverified
from grounding.paths import BoundCell, is_complete, key_names
from grounding.wordlists import words

EVERYTHING = frozenset({"all", "*", "everything", "total", "overall", "all services", "the system", "system", "all clients", "all sources"})
ENTITY_FILTERS = frozenset(
    words("""service route client user host region env environment namespace cluster pod method account address ip tenant endpoint node zone
    deployment version username source""")
)
_LOOSE_FILTERS = frozenset({"severity", "status", "text", "error_code", "event"})
_EVENT_SLOTS = frozenset({"subject", "metric", "threshold", "event", "what", "agg", "unit", "column", "attribute", "at", "time"})
_IDENTIFIER = re.compile(r"(?<!\w)(?=[^\s]*[\d./_:])[\w./:@+\-]*\w[\w./:@+\-]*")
Named = dict[str, Any]


def is_everything(subject: Any) -> bool:
    """Whether a subject slot means the whole scope."""
    return isinstance(subject, str) and subject.strip().casefold() in EVERYTHING


def is_every_key(subject: Any, evidence: Evidence) -> bool:
    """Whether a subject is the plural of a key column: "nodes", "all pods"."""
    said = re.sub(r"^(?:all|every|the|each)\s+(?:the\s+)?", "", str(subject).strip().casefold()) if isinstance(subject, str) else ""
    names = {vocabulary.plain(column.label or column.name) for column in evidence.columns if column.name in key_names(evidence)}
    said = vocabulary.plain(said)
    return any(said in {f"{name}s", f"{name}es"} or (name.endswith("y") and said == f"{name[:-1]}ies") for name in names)


def filters_of(evidence: Evidence) -> dict[str, Any]:
    """The parameters that narrowed what the evidence is about."""
    names = ENTITY_FILTERS | _LOOSE_FILTERS | set(key_names(evidence))
    return {name: value for name, value in evidence.params.items() if name in names and value not in ("", None, [], 0)}


def entity_filters(evidence: Evidence) -> dict[str, Any]:
    """The filters that name an entity, so that "all" would claim too much."""
    return {name: value for name, value in filters_of(evidence).items() if name not in _LOOSE_FILTERS}


def subject_problem(subject: Any, cells: Sequence[BoundCell], window: Any = None) -> Outcome | None:
    """Objects unless the bound rows are exactly the visible rows the subject fits."""
    for group in _by_evidence(cells):
        problem = _group_problem(subject, group, window)
        if problem:
            return problem
    return None


def _by_evidence(cells: Sequence[BoundCell]) -> list[list[BoundCell]]:
    groups: dict[str, list[BoundCell]] = {}
    for cell in cells:
        groups.setdefault(cell.evidence.id, []).append(cell)
    return list(groups.values())


def _group_problem(subject: Any, cells: list[BoundCell], window: Any) -> Outcome | None:
    evidence = cells[0].evidence
    if not subject or is_everything(subject):
        return _everything_problem(subject, cells)
    if all(cell.row is None for cell in cells):
        return _aggregate_problem(subject, evidence)
    named: Named = {}
    for cell in cells:
        found = named_keys(subject, cell)
        if isinstance(found, Outcome):
            return found
        named = found
    return _extent_problem(named, cells, window)


def _everything_problem(subject: Any, cells: list[BoundCell]) -> Outcome | None:
    evidence = cells[0].evidence
    narrowed = entity_filters(evidence)
    if subject and narrowed:
        return unverified(f"{evidence.id} only covers {narrowed}, not all")
    bound = {cell.index for cell in cells}
    if None in bound or (is_complete(evidence) and bound == set(range(len(evidence.rows)))):
        return None
    if not subject and not key_names(evidence):
        return None
    said = "all" if subject else "no subject"
    return unverified(f"the claim names {said}, the cell is one row of {evidence.id}")


def _aggregate_problem(subject: Any, evidence: Evidence) -> Outcome | None:
    narrowed = filters_of(evidence)
    if isinstance(subject, Mapping):
        return _aggregate_keys_problem(subject, narrowed, evidence)
    text = str(subject)
    if any(mentions(text, str(value)) for value in narrowed.values()):
        return None
    if _says_a_key(text, evidence):
        return contradicted(f"an aggregate of {evidence.id} is not about {text!r}")
    return unverified(f"an aggregate of {evidence.id} does not say anything about {text!r}")


def _aggregate_keys_problem(subject: Mapping[str, Any], narrowed: Mapping[str, Any], evidence: Evidence) -> Outcome | None:
    for key, value in subject.items():
        if key in _EVENT_SLOTS and key not in narrowed:
            continue
        if key not in narrowed:
            return unverified(f"an aggregate of {evidence.id} is not limited to {key} {value!r}")
        if not same(narrowed[key], value):
            return contradicted(f"{evidence.id} is about {key} {narrowed[key]!r}, not {value!r}")
    return None


def named_keys(subject: Any, cell: BoundCell) -> Named | Outcome:
    """The columns the subject fixes, checked against the bound row and the evidence's filters."""
    if isinstance(subject, Mapping):
        return _named_in_mapping(subject, cell)
    return _named_in_text(str(subject), cell)


def _named_in_mapping(subject: Mapping[str, Any], cell: BoundCell) -> Named | Outcome:
    named: Named = {}
    for key, value in subject.items():
        found = _name_of(str(key), value, cell)
        if isinstance(found, Outcome):
            return found
        if found:
            named[found] = value
    return named


def _name_of(key: str, value: Any, cell: BoundCell) -> str | Outcome:
    """The column of one subject key when its cell is as said; empty for a filter or an event word."""
    row, evidence = cell.row or {}, cell.evidence
    column = key_column(key, evidence)
    if column:
        if same(row.get(column.name), value):
            return column.name
        return contradicted(f"the row bound is {column.name} {row.get(column.name)!r}, not {value!r}")
    if key in evidence.params and not isinstance(evidence.params[key], list | dict):
        agrees = same(evidence.params[key], value)
        return "" if agrees else contradicted(f"{evidence.id} is about {key} {evidence.params[key]!r}, not {value!r}")
    if key in _EVENT_SLOTS:
        return ""
    return _name_by_value(key, value, cell)


def key_column(key: str, evidence: Evidence) -> Column | None:
    """The column a subject key means: its name, else its label."""
    said = vocabulary.plain(key)
    by_name = evidence.column(key)
    return by_name or next(
        (column for column in evidence.columns if said in {vocabulary.plain(column.name), vocabulary.plain(column.label)}), None
    )


def _name_by_value(key: str, value: Any, cell: BoundCell) -> str | Outcome:
    row, evidence = cell.row or {}, cell.evidence
    holding = [name for name in key_names(evidence) if same(row.get(name), value)]
    if len(holding) == 1:
        return holding[0]
    if _says_a_key(str(value), evidence):
        return contradicted(f"the row bound is not about {key} {value!r}")
    return unverified(f"{evidence.id} says nothing about {key} {value!r}")


def _named_in_text(text: str, cell: BoundCell) -> Named | Outcome:
    row, evidence = cell.row or {}, cell.evidence
    named = {name: row[name] for name in key_names(evidence) if row.get(name) not in (None, "") and mentions(text, str(row[name]))}
    if not named:
        if _says_a_key(text, evidence):
            return contradicted(f"the row bound is not about {text!r}")
        if _is_filter(text, evidence):
            return {}
        return unverified(f"the row bound does not show that it is about {text!r}")
    rest = text
    for value in (*named.values(), *evidence.params.values()):
        rest = rest.replace(str(value), " ")
    foreign = next(iter(_IDENTIFIER.findall(rest)), "")
    if foreign or _says_a_key(rest, evidence):
        return unverified(f"the row bound does not show that it is about {foreign or rest.strip()!r}")
    return named


def _is_filter(text: str, evidence: Evidence) -> bool:
    """Whether a subject is just what the query was narrowed to, with or without the filter's name."""
    wanted = vocabulary.plain(text)
    filters = entity_filters(evidence).items()
    return any(
        wanted in {vocabulary.plain(f"{value}"), *(vocabulary.plain(f"{a} {b}") for a, b in ((name, value), (value, name)))}
        for name, value in filters
    )


def mentions(text: str, value: str) -> bool:
    """Whether a value occurs in a text as a whole name."""
    if not value or value.casefold() not in text.casefold():
        return False
    return re.search(rf"(?<![\w./\-]){re.escape(value)}(?![\w/\-]|[.:]\w)", text, re.IGNORECASE) is not None


def _says_a_key(text: str, evidence: Evidence) -> bool:
    names = key_names(evidence)
    return any(mentions(text, str(row.get(name, ""))) for row in evidence.rows for name in names if isinstance(row.get(name), str))


def rows_fitting(named: Mapping[str, Any], evidence: Evidence) -> list[int]:
    """The rows that have the named cells."""
    left: Sequence[int] = range(len(evidence.rows))
    for name, value in named.items():
        fits = matcher(value)
        left = [index for index in left if fits(evidence.rows[index].get(name))]
    return list(left)


def _extent_problem(named: Named, cells: list[BoundCell], window: Any) -> Outcome | None:
    evidence, bound = cells[0].evidence, {cell.index for cell in cells}
    meant = set(rows_fitting(named, evidence))
    if meant == bound and _is_identity(named, evidence):
        return None
    if len(bound) == 1 and windows.is_bucket_claim(window, cells[0]):
        return None
    if meant > bound:
        return unverified(f"the subject fits {len(meant)} rows of {evidence.id}, the claim is bound to {len(bound)}")
    return unverified(f"{evidence.id} is truncated: rows of the same subject may be missing")


def _is_identity(named: Named, evidence: Evidence) -> bool:
    """In truncated evidence the named keys must tell all visible rows apart, or they may fit hidden rows too."""
    if is_complete(evidence) or set(named) >= set(key_names(evidence)):
        return True
    seen = {tuple(str(row.get(name)) for name in sorted(named)) for row in evidence.rows}
    return bool(named) and len(seen) == len(evidence.rows)
