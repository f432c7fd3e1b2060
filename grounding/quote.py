"""Quote: the words quoted stand so in the bound cell; shown as data, never as fact."""

import re
from dataclasses import replace

from domain.claims import Claim
from domain.evidence import Evidence
from grounding import operands, subjects, windows
from grounding.cells import folded
from grounding.operands import EvidenceById
from grounding.outcomes import Outcome, contradicted, supported, unverified
from grounding.paths import BoundCell, is_series

MIN_CHARS = 3
_TYPED = str.maketrans("\u2018\u2019\u201c\u201d", "''\"\"")  # a quote may be typeset, the log is not
_QUOTED = re.compile(r"\u201c([^\u201d]+)\u201d|\"([^\"]+)\"|\u00ab([^\u00bb]+)\u00bb")
_MARKS = "\"'“”\u2018\u2019«»`"


def check(claim: Claim, evidence: EvidenceById) -> Outcome:
    """Whether the quoted text is a substring of the bound cell, white space and Unicode forms apart."""
    wanted = quoted_text(claim)
    if len(wanted) < MIN_CHARS:
        return unverified(f"a quote needs at least {MIN_CHARS} characters")
    bindings = claim.bound("quote") or claim.bound("value") or claim.bind
    if not bindings:
        return unverified("unbound: no cell is cited")
    found = operands.operands(bindings[:1], evidence)
    if isinstance(found, Outcome):
        return found
    cells = found[0].cells
    holding = [cell for cell in cells if occurs(wanted, cell)]
    if not holding:
        return contradicted(f"the bound cell does not say {wanted[:80]!r}")
    return _frame_problem(claim, holding, is_series(bindings[0].path)) or supported("stands in the cell; shown as a quote")


def is_slotted(claim: Claim) -> bool:
    """Whether the slots say what is quoted; else the sentence has it."""
    return bool(claim.slots.get("text") or claim.slots.get("value"))


def slotted(claim: Claim) -> Claim:
    """A quote that is only text, with its words in the slot; text is left only where something stands around them."""
    words = quoted_text(claim)
    is_all = len(words) >= MIN_CHARS and not _QUOTED.search(claim.text)
    return replace(claim, slots={**claim.slots, "text": words}, text="" if is_all else claim.text)


def quoted_text(claim: Claim) -> str:
    """The quoted words, without surrounding marks and cut-off dots."""
    text = folded(str(claim.slots.get("text") or claim.slots.get("value") or _own_words(claim.text)))
    text = text.translate(_TYPED)
    return text.strip(_MARKS + " ").removesuffix("…").removesuffix("...").removeprefix("…").removeprefix("...").strip()


def _own_words(text: str) -> str:
    """What a quote that is only text quotes: the words between its marks, else all of it."""
    inside = _QUOTED.findall(text)
    return next(part for part in inside[0] if part) if len(inside) == 1 else text


def occurs(wanted: str, cell: BoundCell) -> bool:
    """Whether the words stand in a cell without cutting a number in two."""
    values = cell.value if isinstance(cell.value, list | tuple) else [cell.value]
    edge_left = r"(?<!\d)" if wanted[:1].isdigit() else ""
    edge_right = r"(?!\d)" if wanted[-1:].isdigit() else ""
    pattern = re.compile(edge_left + re.escape(wanted) + edge_right)
    return any(isinstance(value, str) and pattern.search(folded(value).translate(_TYPED)) for value in values)


def _frame_problem(claim: Claim, cells: list[BoundCell], is_list: bool) -> Outcome | None:
    slots, cell = claim.slots, cells[0]
    problem = windows.window_problem(slots.get("window"), cell)
    subject = slots.get("subject") or slots.get("source")
    if problem or not subject or subjects.is_everything(subject) or cell.row is None:
        return problem
    named = [subjects.named_keys(subject, each) for each in (cells if is_list else cells[:1])]
    wrong = [one for one in named if isinstance(one, Outcome)]
    return wrong[0] if len(wrong) == len(named) else None


def find(text: str, source: Evidence) -> list[BoundCell]:
    """The string cells of evidence in which words stand."""
    wanted = folded(text).strip(_MARKS + " ")
    columns = [column for column in source.columns if column.type in {"string", "array"}]
    cells = (BoundCell(source, column, row.get(column.name), row, index) for index, row in enumerate(source.rows) for column in columns)
    return [cell for cell in cells if len(wanted) >= MIN_CHARS and occurs(wanted, cell)]
