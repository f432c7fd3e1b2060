"""Which cells of the evidence a sentence may be about: rows by the names it says, columns by its words."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from domain.claims import Binding
from domain.evidence import Column, Evidence
from grounding import metrics, subjects, units, vocabulary, windows
from grounding.cells import instant, same
from grounding.lexicon import Lexicon, Mention
from grounding.operands import EvidenceById
from grounding.paths import BoundCell, Unresolved, aggregate_column, cell_at, is_complete, is_series, key_names, resolve
from grounding.tokens import Token, blank, scan
from grounding.wordlists import words

_BLANKS = re.compile(r"\{\w+\}")
_SHORT = 3
_FRAME = frozenset(words("service system platform whole whole entire utc today everything together altogether"))


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence read against one evidence: the names it says, its other checkable tokens and its words."""

    text: str
    source: Evidence
    mentions: tuple[Mention, ...]
    tokens: tuple[Token, ...]
    stems: frozenset[str]
    bound: tuple[Binding, ...] = ()
    pair: tuple[BoundCell, BoundCell] | None = None


def sentence(
    text: str, source: Evidence, lexicon: Lexicon, bound: Sequence[Binding] = (), pair: tuple[BoundCell, BoundCell] | None = None
) -> Sentence:
    """Reads a text against one evidence."""
    tokens = scan(text)
    taken = [(token.start, token.end) for token in tokens if token.kind == "number" and (token.unit or token.op != "=")]
    mentions = tuple(
        mention for mention in lexicon.mentions(text, source.id) if not any(start <= mention.start < end for start, end in taken)
    )
    rest = text
    for mention in mentions:
        rest = blank(rest, mention.start, mention.end)
    own = tuple(binding for binding in bound if binding.evidence == source.id)
    return Sentence(text, source, mentions, scan(_without_labels(rest, source)), vocabulary.stems(rest), own, pair)


def _without_labels(text: str, source: Evidence) -> str:
    """Labels such as "logins after five failures" hold words that are no tokens of the sentence."""
    labels = {
        part for column in source.columns for part in (column.label or _spoken_name(column), *_phrase_parts(column)) if len(part) > _SHORT
    }
    for label in sorted(labels | {source.title} - {""}, key=len, reverse=True):
        at = text.casefold().find(label.casefold())
        if at >= 0:
            text = blank(text, at, at + len(label))
    return text


def _spoken_name(column: Column) -> str:
    """A measure's name as it is said, where it has words that would be tokens: "not_after", "free"."""
    said = column.name.replace("_", " ")
    return (
        said
        if column.role != "key" and any(token.kind in {"negation", "quantifier"} for token in (*scan(said), *scan(f"{said} of it")))
        else ""
    )


def _phrase_parts(column: Column) -> list[str]:
    return [part.strip(" .,") for part in _BLANKS.split(column.phrase)] if column.phrase else []


def rows_meant(said: Sentence) -> list[int]:
    """The rows whose keys the sentence names, each in its column; without a name, the only row there is."""
    source = said.source
    bound = _bound_rows(said)
    if bound is not None:
        return bound
    if not said.mentions and len(source.rows) == 1 and is_complete(source) and is_general(said):
        return [0]
    timed = timed_rows(said)
    if not said.mentions:
        return sorted(timed)
    counts = Counter(index for mention in said.mentions for index in mention.rows if not timed or index in timed)
    best = max(counts.values(), default=0)
    return sorted(index for index, count in counts.items() if count == best)


def time_key(source: Evidence) -> Column | None:
    """The time column that says which bucket a row is, if rows are buckets."""
    keys = (column for column in source.columns if column.type == "time")
    return next((column for column in keys if column.role == "key" or (column.role == "time" and source.step_s > 0)), None)


def timed_rows(said: Sentence) -> frozenset[int]:
    """The rows whose bucket the sentence names."""
    column = time_key(said.source)
    tokens = [token for token in said.tokens if token.kind == "time" and token.at]
    if column is None or not tokens:
        return frozenset()
    cells = ((index, instant(row.get(column.name))) for index, row in enumerate(said.source.rows))
    return frozenset(index for index, at in cells if at and any(token.at and token.at.shows(at) for token in tokens))


def _says_other_times(said: Sentence) -> bool:
    """Whether a time is said that is no edge of the window."""
    window = said.source.window
    times = [token.at for token in said.tokens if token.kind == "time" and token.at]
    return any(not any(at.shows(edge) for edge in (window.start, window.end)) for at in times)


def _bound_rows(said: Sentence) -> list[int] | None:
    for binding in said.bound:
        found = resolve(said.source, binding.path)
        if not is_series(binding.path) and not isinstance(found, Unresolved) and found[0].index is not None:
            return [found[0].index]
    return None


def bound_rows(said: Sentence) -> frozenset[int]:
    """All rows whose cells the claim cites; empty where it cites none, or whole columns."""
    found = [resolve(said.source, binding.path) for binding in said.bound]
    cells = [cell for one in found if not isinstance(one, Unresolved) for cell in one]
    return frozenset(cell.index for cell in cells if cell.index is not None)


def _named_count(index: int, said: Sentence) -> int:
    """How many of the names said are cells of this row."""
    return sum(index in mention.rows for mention in said.mentions)


def _holds(cell: object, value: str) -> bool:
    if isinstance(cell, list | tuple):
        return any(same(one, value) for one in cell)
    return str(cell) == value or (isinstance(cell, str) and cell.casefold() == value.casefold())


def names_all(index: int, said: Sentence) -> bool:
    """Whether every name said is a cell of this row or a filter of the evidence."""
    return _named_count(index, said) == len(said.mentions)


def subject_of(source: Evidence, index: int, said: Sentence) -> dict[str, object]:
    """The subject a sentence names in a row: the key cells it mentions."""
    row = source.rows[index]
    named = {name for mention in said.mentions for name in mention.columns if _holds(row.get(name), mention.value)}
    column = time_key(source)
    if column and index in timed_rows(said):
        named.add(column.name)
    names = (*key_names(source), *([column.name] if column else []))
    return {name: row[name] for name in names if name in named and not isinstance(row[name], list | tuple)}


def is_general(said: Sentence) -> bool:
    """Whether a sentence without a known name speaks of the whole scope: all its words are of the evidence or of any sentence."""
    source = said.source
    texts = [source.title, source.template, *map(str, source.params.values()), *source.aggregates]
    known = frozenset().union(*(metrics.column_stems(column) for column in source.columns), *(vocabulary.stems(text) for text in texts))
    words = {word for word in said.stems - known - _FRAME if not any(char.isdigit() for char in word) and word not in _SENTENCE}
    has_foreign = any(token.kind in {"name", "address"} and not _is_filter(token.text, source) for token in said.tokens)
    return not words and not has_foreign


_SENTENCE = vocabulary.stems(
    """all every no none not never more less than most least highest lowest top first last only about around roughly approximately over
    under happened occurred took place went were was window period last hour day minute second week today yesterday whole system average
    altogether mean median maximum minimum percent million thousand two three four five six seven eight nine ten at least up free
    totalled totaled averaged amounted equalled equaled handled served processed saw"""
)


def _is_filter(text: str, source: Evidence) -> bool:
    return any(text.casefold() == str(value).casefold() for value in subjects.filters_of(source).values())


def columns_meant(said: Sentence, unit: str = "", *, time: bool = False) -> list[Column]:
    """The columns of that kind which the sentence's words fit best; empty when it names none."""
    bound = [column for binding in said.bound if (column := _bound_column(said.source, binding))]
    pool = [column for column in (bound or metrics.measures(said.source)) if _suits(column, unit, time=time)]
    aggs = {token.word for token in said.tokens if token.kind == "agg"}
    if aggs and any(units.agg_of(column.agg) in aggs for column in pool):
        pool = [column for column in pool if units.agg_of(column.agg) in aggs]
    phrased = [column for column in pool if _is_phrased(column, said.text)]
    return pool if bound else phrased or _best(pool, said.stems) or [column for column in pool if _is_plainly_said(column, said.text)]


def _is_phrased(column: Column, text: str) -> bool:
    """Whether a text is put in the words of the column's own sentence."""
    parts = [part for part in _phrase_parts(column) if any(char.isalpha() for char in part)]
    return bool(parts) and all(part.casefold() in text.casefold() for part in parts)


def _is_plainly_said(column: Column, text: str) -> bool:
    """Whether a label all of whose words tell nothing elsewhere ("events") stands in the text as it is."""
    label = column.label or column.name
    return not vocabulary.stems(label) and re.search(rf"(?<![\w\-]){re.escape(label)}(?![\w\-])", text, re.IGNORECASE) is not None


def _bound_column(source: Evidence, binding: Binding) -> Column | None:
    found = resolve(source, binding.path)
    return found[0].column if not isinstance(found, Unresolved) and found else None


def _suits(column: Column, unit: str, *, time: bool) -> bool:
    if (column.type == "time") != time or column.type in {"string", "array", "boolean"}:
        return False
    measured = units.unit_of(column.unit, column.agg)
    return not unit or time or units.claimed_unit(unit, measured).dimension == measured.dimension


def _best(pool: Sequence[Column], stems: frozenset[str]) -> list[Column]:
    scored = [(fit(column, stems), column) for column in pool]
    best = max((score for score, _ in scored), default=0.0)
    return [column for score, column in scored if score == best and best > 0]


def fit(column: Column, stems: frozenset[str]) -> float:
    """How well words fit a column: how many of its label's words are said, less those said of it that are not so."""
    own = metrics.column_stems(column)
    label = vocabulary.stems(column.label or column.name)
    if vocabulary.are_opposed(stems, own) and not (label <= stems):
        return 0.0
    return len(own & stems) + (len(label & stems) / len(label) if label else 0.0)


def aggregates_meant(said: Sentence, unit: str = "") -> list[BoundCell]:
    """The aggregates whose names the sentence's words fit best."""
    source = said.source
    columns = {name: aggregate_column(source, name, value) for name, value in source.aggregates.items()}
    best = _best([column for column in columns.values() if _suits(column, unit, time=False)], said.stems)
    names = {column.name for column in best}
    return [BoundCell(source, column, source.aggregates[name]) for name, column in columns.items() if column.name in names]


def value_cells(said: Sentence, unit: str = "", *, time: bool = False) -> list[BoundCell]:
    """The cells a number (or a time) of the sentence may be about."""
    columns = columns_meant(said, unit, time=time)
    rows = [index for index in rows_meant(said) if said.bound or names_all(index, said)]
    cells = [cell_at(said.source, index, column) for index in rows for column in columns]
    is_about_all = not said.mentions or _mentions_only_filters(said)
    if not cells and is_about_all and not time and not _says_other_times(said) and is_general(said):
        return aggregates_meant(said, unit)
    return cells


def _mentions_only_filters(said: Sentence) -> bool:
    return all(_is_filter(mention.value, said.source) for mention in said.mentions)


def now_and_before(bind: Sequence[Binding], evidence: EvidenceById) -> tuple[BoundCell, BoundCell] | None:
    """The cell now and the cell before, where a text cites one of each in two pieces of evidence."""
    cited = {role: [one for one in bind if one.role == role] for role in ("value", "baseline")}
    if len(bind) != len(cited) or any(len(one) != 1 for one in cited.values()):
        return None
    found = [
        resolve(evidence[one.evidence], one.path) if one.evidence in evidence else Unresolved("")
        for one in (*cited["value"], *cited["baseline"])
    ]
    cells = [one[0] for one in found if not isinstance(one, Unresolved) and len(one) == 1]
    return (cells[0], cells[1]) if len(cells) == len(cited) and cells[0].evidence.id != cells[1].evidence.id else None


def relevance(said: Sentence, cell: BoundCell) -> tuple[int, int, float]:
    """In what order cells of several evidences are preferred: names said, window said, words said."""
    names = _named_count(cell.index, said) if cell.index is not None else 0
    return names, _windows_said(said), fit(cell.column, said.stems) + len(vocabulary.stems(said.source.title) & said.stems) / 10


def _windows_said(said: Sentence) -> int:
    window = said.source.window
    if not windows.is_known(window):
        return 0
    times = [token.at for token in said.tokens if token.kind == "time" and token.at]
    return sum(at.shows(edge) for at in times for edge in (window.start, window.end))


def pool(bind: Iterable[Binding], evidence: EvidenceById) -> list[Evidence]:
    """The evidence a text claim is read against: what it cites, else all that answered."""
    cited = [evidence[binding.evidence] for binding in bind if binding.evidence in evidence]
    return [source for source in (cited or evidence.values()) if source.status in {"ok", "empty"}]
