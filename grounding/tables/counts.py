"""Sentences that count rows: "3 games were played in march", "at least 2 riders", "1 of the 5 nations"."""

from collections.abc import Iterable, Sequence

from grounding.tables.facts import OPERATORS, Fact
from grounding.tables.reading import Reading
from grounding.tables.scene import Rows, Scene
from grounding.tables.selections import every_row, names, rows_of, spans_of
from grounding.tables.triggers import NOUNS
from grounding.tables.words import STOP

_OF = ("of", "the", "out", "list")


def read_count(scene: Scene, facts: Sequence[Fact]) -> Iterable[Reading]:
    """A number of rows where all the other facts hold."""
    for fact in facts:
        if not is_count(scene, fact):
            continue
        whole = _whole_after(scene, fact, facts)
        rest = [one for one in facts if one is not fact and one is not whole]
        if not rest and not _counts_rows(scene, fact):
            continue
        for rows in rows_of(rest, every_row(scene)):
            yield from _counted(scene, fact, rest, whole, rows)


def _counted(scene: Scene, fact: Fact, rest: Sequence[Fact], whole: Fact | None, rows: Rows) -> Iterable[Reading]:
    used = fact.spans() | spans_of(rest) | (whole.spans() if whole else frozenset())
    used |= {i for i, word in enumerate(scene.words) if word.text in {"only", "different"} and abs(i - fact.start) <= 2}  # noqa: PLR2004
    total = len(scene.table.rows)
    for count in _sizes(scene, fact, rows):
        holds = fact.value is not None and OPERATORS[fact.op](count, fact.value)
        yield Reading(holds and (whole is None or whole.value == total), "count", used)


def _sizes(scene: Scene, fact: Fact, rows: Rows) -> set[int]:
    """Rows, and the different cells of the column counted where that is another number."""
    columns = [column for head in scene.heads if fact.end <= head.start <= fact.end + 1 for column in head.columns]
    texts = [column for column in columns if not scene.table.fields[column].is_ordered]
    different = {len({scene.table.rows[row][column] for row in rows}) for column in texts}
    if scene.text(fact.end) == "different":
        return different or {len(rows)}
    return {len(rows)} | different


def is_count(scene: Scene, fact: Fact) -> bool:
    """Whether a number counts things rather than being a cell: a whole number before a noun that no measure is named by."""
    if fact.value is None or fact.value != int(fact.value) or not 0 <= fact.value <= len(scene.table.rows) + 5:
        return False
    start = min(fact.spans())
    if scene.words[fact.start].stem.endswith("th"):
        return False
    if (scene.text(start - 2), scene.text(start - 1)) == ("there", "be"):
        return True
    return not any(scene.table.fields[column].is_ordered for column in fact.hint) and _has_noun(scene, fact)


def _has_noun(scene: Scene, fact: Fact) -> bool:
    """Whether something that rows can be follows: a name, a column of text, a word of the caption or a usual noun."""
    at = fact.end + (scene.text(fact.end) in {"different", "of", "other"})
    at += scene.text(at) == "the"
    if at >= len(scene.words) or (scene.text(at) == "time" and scene.text(at + 1) in {"as", "more", "the"}):
        return False
    word = scene.words[at]
    if at in scene.linked():
        return word.value is None
    return word.stem in scene.table.caption - STOP or word.stem in NOUNS


def _counts_rows(scene: Scene, fact: Fact) -> bool:
    """Whether the noun counted is what rows are: the first column, or a word of the caption."""
    at = fact.end
    heads = [head for head in scene.heads if head.start <= at < head.end]
    return any(0 in head.columns for head in heads) or (at < len(scene.words) and scene.words[at].stem in scene.table.caption)


def _whole_after(scene: Scene, fact: Fact, facts: Sequence[Fact]) -> Fact | None:
    """The 8 of "5 of the 8 games"."""
    for one in facts:
        between = [scene.text(i) for i in range(fact.end, one.start)]
        if one.value is not None and between and between[-1] in {"of", "the"} and "of" in between and set(between) <= set(_OF):
            return one
    return None


def read_member(scene: Scene, facts: Sequence[Fact]) -> Iterable[Reading]:
    """As in "italy is 1 of 5 nations that received 1 medal": the one is among them and there are so many."""
    for one in facts:
        whole = _whole_after(scene, one, facts) if one.value == 1 else None
        subject = [fact for fact in names(facts) if fact.end <= one.start]
        rest = [fact for fact in facts if whole and fact.start >= whole.end]
        if whole is None or not subject or not rest:
            continue
        for members in rows_of(rest, every_row(scene)):
            for own in rows_of(subject, every_row(scene)):
                holds = bool(own & members) and OPERATORS[whole.op](len(members), whole.value or 0)
                yield Reading(holds, "member", spans_of((one, whole, *subject, *rest)) | _only(scene))


def _only(scene: Scene) -> frozenset[int]:
    return frozenset(i for i, word in enumerate(scene.words) if word.text == "only")
