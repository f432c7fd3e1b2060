"""What a sentence says holds of a row: cells it names and numbers it compares, each with the rows where that is so."""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from grounding.tables.scene import Head, Mention, Option, Scene
from grounding.tables.table import Field
from grounding.tables.values import Day, day_in
from grounding.tables.words import MONTHS
from grounding.wordlists import words

Operator = Callable[[float, float], bool]
_GAP = frozenset(words("be of with at for a an value equal to only by number the have as exactly total in on their his her its it"))
_VERB_GAP = frozenset(words("be of as at equal"))
_BEFORE: tuple[tuple[tuple[str, ...], str], ...] = (
    (("more", "than"), ">"),
    (("greater", "than"), ">"),
    (("higher", "than"), ">"),
    (("larger", "than"), ">"),
    (("longer", "than"), ">"),
    (("later", "than"), ">"),
    (("less", "than"), "<"),
    (("fewer", "than"), "<"),
    (("lower", "than"), "<"),
    (("smaller", "than"), "<"),
    (("earlier", "than"), "<"),
    (("at", "least"), ">="),
    (("at", "most"), "<="),
    (("no", "more", "than"), "<="),
    (("no", "less", "than"), ">="),
    (("not", "more", "than"), "<="),
    (("over",), ">"),
    (("above",), ">"),
    (("exceed",), ">"),
    (("under",), "<"),
    (("below",), "<"),
    (("after",), ">"),
    (("before",), "<"),
    (("exactly",), "="),
    (("only",), "="),
)
_AFTER = {("or", "more"): ">=", ("or", "less"): "<=", ("or", "fewer"): "<=", ("or", "higher"): ">=", ("or", "lower"): "<="}
OPERATORS: dict[str, Operator] = {
    "=": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}


@dataclass(frozen=True, slots=True)
class Fact:
    """Words from `start` up to `end` (their comparing words and column with them) and where they hold."""

    start: int
    end: int
    options: tuple[Option, ...]
    value: float | None = None
    op: str = "="
    hint: tuple[int, ...] = ()
    used: frozenset[int] = frozenset()

    def spans(self) -> frozenset[int]:
        """Places of the words it accounts for."""
        return self.used | frozenset(range(self.start, self.end))


def facts_of(scene: Scene) -> tuple[Fact, ...]:
    """Facts in the order of the sentence."""
    taken = {i for one in scene.mentions if one.end - one.start > 1 for i in range(one.start, one.end)}
    heads = {i for one in scene.heads for i in range(one.start, one.end)}
    lone = {one.start: one for one in scene.mentions if one.is_number}
    dated = _date_facts(scene)
    spans = {i for one in dated for i in one.spans()}
    found = dated + [_text_fact(scene, one) for one in scene.mentions if not one.is_number and one.start not in spans]
    for i, word in enumerate(scene.words):
        if word.value is not None and i not in taken | heads | spans:
            found.append(_number_fact(scene, i, word.value, lone.get(i)))
    return tuple(sorted(found, key=lambda one: one.start))


def _date_facts(scene: Scene) -> list[Fact]:
    """Dates written out, as rows of a date column on, before or after that day; a month alone is all of its days."""
    fields = [field for field in scene.table.fields if field.kind == "date"]
    found: list[Fact] = []
    for at, word in enumerate(scene.words):
        if not fields or word.stem not in MONTHS or (word.stem == "may" and not _beside_number(scene, at)):
            continue
        start, end = _date_span(scene, at)
        said = day_in(" ".join(scene.text(i) for i in range(start, end)))
        op = {"before": "<", "after": ">", "since": ">="}.get(scene.text(start - 1), "=")
        is_cell = op == "=" and any(one.start <= start and end <= one.end for one in scene.mentions)
        if said is not None and not is_cell and not (found and found[-1].end > start):
            used = frozenset({start - 1}) if op != "=" else frozenset()
            options = tuple(_on_day(scene, field, said, op) for field in fields)
            found.append(Fact(start, end, options, used=used))
    return found


def _beside_number(scene: Scene, at: int) -> bool:
    return any(0 <= i < len(scene.words) and scene.words[i].value is not None for i in (at - 1, at + 1))


def _date_span(scene: Scene, at: int) -> tuple[int, int]:
    """The words of a date around its month: a day before or behind it, then a year."""
    start = at - 1 if at and _is_day(scene, at - 1) else at
    end = at + 1
    while end < len(scene.words) and end - at <= 2 and (_is_day(scene, end) or _is_year(scene, end)):  # noqa: PLR2004
        end += 1
    return start, end


def _is_day(scene: Scene, at: int) -> bool:
    value = scene.words[at].value
    return value is not None and 1 <= value <= 31 and value == int(value)  # noqa: PLR2004


def _is_year(scene: Scene, at: int) -> bool:
    value = scene.words[at].value
    return value is not None and 1500 <= value <= 2100  # noqa: PLR2004


def _on_day(scene: Scene, field: Field, said: Day, op: str) -> Option:
    rows = set()
    for row, cells in enumerate(scene.table.rows):
        held = day_in(cells[field.index])
        if held is None:
            continue
        if (op == "=" and said.fits(held)) or (
            op != "=" and held.ordinal is not None and said.ordinal is not None and OPERATORS[op](held.ordinal, said.ordinal)
        ):
            rows.add(row)
    return Option(field.index, frozenset(rows))


def _text_fact(scene: Scene, mention: Mention) -> Fact:
    stated = _stated_head(scene, mention)
    head = stated or head_before(scene, mention.start, _VERB_GAP) or _head_after(scene, mention.end, gap=False)
    if head is None:
        return Fact(mention.start, mention.end, mention.options)
    fitting = tuple(option for option in mention.options if option.column in head.columns)
    if not fitting and stated is not None and stated.whole:
        fitting = tuple(Option(column, frozenset()) for column in stated.columns if scene.table.fields[column].kind == "text")
    return Fact(mention.start, mention.end, fitting or mention.options, hint=head.columns if fitting else ())


def _stated_head(scene: Scene, mention: Mention) -> Head | None:
    """The column a name is said to be of: "the venue is ballymore", "ballymore is the venue"."""
    for one in scene.heads:
        before = [word.stem for word in scene.words[one.end : mention.start]]
        after = [word.stem for word in scene.words[mention.end : one.start]]
        if before == ["be"] or after in (["be", "the"], ["be", "a"]):
            return one
    return None


def _number_fact(scene: Scene, at: int, value: float, mention: Mention | None) -> Fact:
    op, used = _comparison(scene, at)
    start = min(used, default=at)
    head = _head_after(scene, at + 1, gap=True) or head_before(scene, start, _GAP)
    options = mention.options if mention else ()
    columns = head.columns if head else ()
    if op == "=" and head is None:
        return Fact(at, at + 1, options, value, op, (), used)
    options = tuple(_where(scene, column, op, value, options) for column in columns)
    return Fact(at, at + 1, options, value, op, columns, used)


def _where(scene: Scene, column: int, op: str, value: float, options: Sequence[Option]) -> Option:
    """The rows of a column where the number holds; an equal number may also stand inside its text."""
    field = scene.table.fields[column]
    rows = {row for row, cell in enumerate(field.values) if cell is not None and OPERATORS[op](_comparable(field.kind, cell), value)}
    if op == "=":
        rows |= {row for option in options if option.column == column for row in option.rows}
    return Option(column, frozenset(rows))


def _comparable(kind: str, cell: float) -> float:
    """A date is compared with a number by its year."""
    return float(_year(cell)) if kind == "date" else cell


def _year(ordinal: float) -> int:
    return date.fromordinal(int(ordinal)).year


def _comparison(scene: Scene, at: int) -> tuple[str, frozenset[int]]:
    for phrase, op in _BEFORE:
        start = at - len(phrase)
        if start >= 0 and tuple(scene.text(i) for i in range(start, at)) == phrase:
            return op, frozenset(range(start, at))
    for phrase, op in _AFTER.items():
        if tuple(scene.text(i) for i in range(at + 1, at + 3)) == phrase:
            return op, frozenset(range(at + 1, at + 3))
    return "=", frozenset()


def _head_after(scene: Scene, at: int, *, gap: bool) -> Head | None:
    """The head right behind, or behind one small word."""
    for one in scene.heads:
        if one.start == at or (
            gap
            and one.start == at + 1
            and scene.words[at].stem in _GAP
            and scene.words[at].stem not in {"be", "for", "in", "at", "with", "have"}
        ):
            return one
    return None


def head_before(scene: Scene, at: int, gap: frozenset[str]) -> Head | None:
    """The head before, only small words lying between."""
    for one in reversed(scene.heads):
        if one.end <= at and at - one.end <= 3 and all(scene.words[i].stem in gap for i in range(one.end, at)):  # noqa: PLR2004
            return one
    return None
