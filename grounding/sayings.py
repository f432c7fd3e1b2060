"""What a sentence says beside its slots: another column, another course, another value, another span, or too few names."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from domain.evidence import Column
from grounding import metrics, subjects, vocabulary, windows
from grounding.cells import TIME, instant, printed_time
from grounding.covers import Cover
from grounding.lexicon import is_said, names_in
from grounding.paths import BoundCell
from grounding.sanitising import disarmed

_COURSES: tuple[tuple[re.Pattern[str], frozenset[str]], ...] = (
    (re.compile(r"\b(?:stead(?:y|ily)|stable|flat|unchanged|constant|level(?:l?ed)? off)\b", re.IGNORECASE), frozenset({"steady"})),
    (re.compile(r"\bspik(?:e|es|ed|ing|y)\b", re.IGNORECASE), frozenset({"spike"})),
    (re.compile(r"\bsurg(?:e|es|ed|ing)\b", re.IGNORECASE), frozenset({"spike", "rising"})),
    (re.compile(r"\b(?:dip|dips|dipped|trough)\b", re.IGNORECASE), frozenset({"drop"})),
    (re.compile(r"\bdrop(?:s|ped|ping)?\b", re.IGNORECASE), frozenset({"drop", "falling"})),
    (re.compile(r"\b(?:ris(?:e|es|en|ing)|rose|climb(?:s|ed|ing)?|grew|grow(?:s|ing)?)\b", re.IGNORECASE), frozenset({"rising"})),
    (re.compile(r"\b(?:fell|fall(?:s|en|ing)?|declin(?:e|es|ed|ing))\b", re.IGNORECASE), frozenset({"falling"})),
)
_WORDS = {
    **dict.fromkeys(("up", "increasing", "growing", "climbing", "upward"), "rising"),
    **dict.fromkeys(("down", "decreasing", "dropping", "declining", "downward"), "falling"),
    **dict.fromkeys(("stable", "flat", "constant", "unchanged"), "steady"),
    **dict.fromkeys(("spiked", "peak", "surge"), "spike"),
    **dict.fromkeys(("dip", "dropped", "trough"), "drop"),
}
_PLACES = re.compile(r"\b(?:prod|production|staging|preprod|canary|sandbox|uat|qa)\b", re.IGNORECASE)
_LETTERED = re.compile(r"\b[A-Za-z]{3,}-[A-Za-z]\b")
_SPAN = re.compile(rf"\b(?:between|from)\s+({TIME.pattern})\s+(?:and|to|until)\s+({TIME.pattern})", re.IGNORECASE)
_BLANK = re.compile(r"\{(?:subject|value)\}")
_LEAST_LABEL = 3
_WITH_PARTIES = frozenset({"causal", "recommendation", "past_incident"})
_TIMEWORDS = vocabulary.stems("before now after window")
_EVENTS = frozenset({"first", "then", "event"})
_TRUTHS = {True: "false", False: "true"}


def missaid(text: str, covers: Sequence[Cover]) -> Iterator[tuple[str, str, bool]]:
    """(token, reason, contradicts) of what a text says otherwise than its one claim."""
    if len(covers) != 1:
        return
    only = covers[0]
    yield from _other_course(text, only)
    yield from _rival_label(text, only)
    yield from _other_value(text, only)
    yield from _other_span(text, only)
    yield from _other_place(text, only)
    yield from _several_rows(text, only)
    yield from _unnamed_parties(text, only)


def _other_course(text: str, one: Cover) -> Iterable[tuple[str, str, bool]]:
    """A trend is told with the words of another one."""
    if one.claim.kind != "trend":
        return
    word = str(one.claim.slots.get("direction", "")).strip().lower()
    course = _WORDS.get(word, word)
    bare = _without(text, [label for cell in one.cells[:1] for label in _labels(cell.column)])
    for pattern, courses in _COURSES:
        found = pattern.search(bare)
        if found and course not in courses:
            yield found[0], f"the text says {found[0]!r}, the claim {course!r}", True


def _without(text: str, phrases: Iterable[str]) -> str:
    held = text.casefold()
    for phrase in sorted((phrase for phrase in phrases if phrase.casefold() in held), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(phrase)}(?!\w)", " ", text, flags=re.IGNORECASE)
    return text


def _labels(column: Column) -> list[str]:
    return [name for name in (column.label, column.name, column.name.replace("_", " ")) if len(name) >= _LEAST_LABEL]


def _rival_label(text: str, one: Cover) -> Iterable[tuple[str, str, bool]]:
    """The label of another column stands in the text, and none of the bound one that says anything else."""
    bound = {cell.column.name: cell.column for cell in one.cells}
    if (
        any(cell.row is None for cell in one.cells)
        or not bound
        or one.claim.kind in {"absence", "quote", "causal", "recommendation", "past_incident"}
    ):
        return
    if any(_is_own_sentence(text, column) for column in bound.values()):
        return
    value = one.claim.slots.get("value")
    named, bare = _named_columns(_without(text, one.names | ({value} if isinstance(value, str) else set())), one)
    if not named or any(column.name in bound for column in named):
        return
    own = frozenset().union(*(metrics.column_stems(column) for column in bound.values())) & vocabulary.stems(text) - _TIMEWORDS
    rival = next((column for column in named if not own or own <= metrics.column_stems(column)), None)
    if rival and not own & vocabulary.stems(bare):
        yield rival.name, f"the text is about {rival.label or rival.name!r}, the claim about {next(iter(bound))!r}", True


def _is_own_sentence(text: str, column: Column) -> bool:
    """Whether a text is the very sentence that a column's evidence gives for it."""
    pieces = [re.escape(piece) for piece in _BLANK.split(column.phrase)]
    return len(pieces) > 1 and re.search(".+".join(pieces), text, re.IGNORECASE) is not None


def _named_columns(text: str, cover: Cover) -> tuple[list[Column], str]:
    """The measures whose labels stand in a text, longest first, and what is left of it."""
    columns, held = [column for source in cover.sources for column in metrics.measures(source)], text.casefold()
    said = [(phrase, one) for one in columns for phrase in _labels(one) if phrase.casefold() in held]
    found = []
    for phrase, _ in sorted(said, key=lambda pair: -len(pair[0])):
        rest = _without(text, [phrase])
        if rest != text:
            found += [one for name, one in said if name.casefold() == phrase.casefold()]
            text = rest
    return found, text


def _other_value(text: str, one: Cover) -> Iterable[tuple[str, str, bool]]:
    """The state of another row is told instead of the claimed one."""
    value = one.claim.slots.get("value", one.claim.slots.get("state"))
    cell, bare = one.cells[0] if one.cells else None, _without(text, one.names)
    if isinstance(value, bool) and one.claim.kind == "entity" and subjects.mentions(bare, _TRUTHS[value]):
        yield _TRUTHS[value], f"the text says {_TRUTHS[value]!r}, the claim {value!r}", True
    if one.claim.kind != "entity" or cell is None or not isinstance(value, str) or not value or is_said(value, bare):
        return
    name = str(one.claim.slots.get("attribute") or cell.column.name)
    others = {str(row[name]) for row in cell.evidence.rows if isinstance(row.get(name), str) and row[name] not in {"", value}}
    rival = next((other for other in sorted(others) if subjects.mentions(bare, other)), None)
    if rival:
        yield rival, f"the text says {rival!r}, the claim {value!r}", True


def _other_span(text: str, one: Cover) -> Iterable[tuple[str, str, bool]]:
    """A span from one time to another is a window of the claim or of its evidence, both ends of it."""
    slots = one.claim.slots
    spans = list(_SPAN.finditer(text))
    is_pair = one.claim.kind == "comparison" and len(spans) > 1
    known = [windows.span_of(slots.get(name)) for name in (("window", "baseline_window", "other") if is_pair else ("window",))]
    for source in one.sources:
        known += [(each.start, each.end) for each in (source.window, source.baseline_window if is_pair else None) if each]
    known += [windows.bucket_of(cell) for cell in one.cells[:1]]
    for found in spans:
        said = [printed_time(match) for match in TIME.finditer(found[0])]
        ends = [each for each in said if each is not None]
        fits = any(span and all(end.shows(at) for end, at in zip(ends, span, strict=False)) for span in known)
        if len(ends) > 1 and not fits:
            yield found[0], f"{found[0]!r} is no window of what is bound", True


def _other_place(text: str, one: Cover) -> Iterable[tuple[str, str, bool]]:
    """A place or a lettered name that neither claim nor cells know."""
    known = " ".join([*one.literals, *(str(value) for cell in one.cells[:1] for value in (cell.row or {}).values())]).casefold()
    for pattern in (_PLACES, _LETTERED):
        foreign = next((found[0] for found in pattern.finditer(text) if found[0].casefold() not in known), None)
        if foreign:
            yield foreign, f"{foreign!r} is not in what is bound", False


def _several_rows(text: str, one: Cover) -> Iterable[tuple[str, str, bool]]:
    """The names that are said would fit other rows too; two sides of a comparison are both said."""
    slots = one.claim.slots
    for slot in ("subject", "other", "first", "then", "event"):
        subject = slots.get(slot)
        names = [name for name in names_in(subject) if not instant(name)] if isinstance(subject, Mapping) else []
        cell = next((cell for cell in one.cells if isinstance(subject, Mapping) and _is_of(subject, cell)), None)
        said = {name: value for name, value in subject.items() if _is_told(slot, name, value, text)} if isinstance(subject, Mapping) else {}
        if cell and len(names) > 1 and said and len(subjects.rows_fitting(said, cell.evidence)) > 1 and _tells_apart(subject, cell):
            yield text[:40], f"what the text names fits several rows of {cell.evidence.id}", False


def _unnamed_parties(text: str, one: Cover) -> Iterable[tuple[str, str, bool]]:
    """Cause, effect, target and incident are named as they are claimed, by their whole names."""
    for slot in ("cause", "effect", "target", "incident_id"):
        party = one.claim.slots.get(slot)
        name = str(party.get("service") or "") if isinstance(party, Mapping) else str(party or "")
        if one.claim.kind not in _WITH_PARTIES or not name or (slot == "cause" and one.claim.kind == "past_incident"):
            continue
        if not subjects.mentions(disarmed(text), disarmed(name)):
            yield name, f"the text does not name the {slot} {name!r}", False


def _is_of(subject: Mapping[str, object], cell: BoundCell) -> bool:
    row = cell.row or {}
    return bool(row) and all(row.get(name) == value for name, value in subject.items() if name in row)


def _is_told(slot: str, name: str, value: object, text: str) -> bool:
    if not isinstance(value, str | int) or (slot in _EVENTS and name in {"metric", "threshold"}):
        return False
    if instant(value):
        day, minute = str(value)[:10], str(value)[11:16]
        return day in text and minute in text
    return is_said(disarmed(str(value)), disarmed(text))


def _tells_apart(subject: object, cell: BoundCell) -> bool:
    """Whether the whole subject is one row, so that leaving a name out matters."""
    names = {name: value for name, value in subject.items() if cell.evidence.column(name)} if isinstance(subject, Mapping) else {}
    return len(subjects.rows_fitting(names, cell.evidence)) == 1
