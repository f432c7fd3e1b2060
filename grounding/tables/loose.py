"""Which evidence is a loosely typed table, and what such a table says of a sentence."""

from collections.abc import Sequence

from domain.evidence import Column, Evidence
from grounding import windows
from grounding.outcomes import Outcome, contradicted, unverified
from grounding.paths import is_complete
from grounding.tables.judging import judge
from grounding.tables.table import Table, make_table

LONGEST_TEXT = 1_000  # characters
LARGEST_TABLE = 40_000  # characters of all cells


def _size(source: Evidence) -> int:
    return sum(len(str(cell)) for row in source.rows for cell in row.values())


def is_loose(source: Evidence) -> bool:
    """Whether it is a table of which nothing but the text of its cells is known: no types, units, aggregations, window or parameters."""
    return (
        bool(source.rows)
        and len(source.columns) > 1
        and not windows.is_known(source.window)
        and not source.params
        and all(map(_is_plain, source.columns))
    )


def _is_plain(column: Column) -> bool:
    return column.type == "string" and column.agg in {"", "none"} and column.unit in {"", "1"} and not (column.label or column.phrase)


def table_of(source: Evidence) -> Table:
    """The evidence as a table of text; its title is the caption."""
    names = [column.name for column in source.columns]
    rows = [[_shown(row.get(name)) for name in names] for row in source.rows]
    return make_table(source.title, names, rows, is_whole=is_complete(source))


def _shown(cell: object) -> str:
    return "" if cell is None else str(cell)


def outcome(text: str, sources: Sequence[Evidence]) -> Outcome:
    """The verdict of a sentence against loosely typed tables: at best text-supported, since no cell of them has a type."""
    if len(text) > LONGEST_TEXT or sum(map(_size, sources)) > LARGEST_TABLE:
        return unverified("the text or the table is too large to be read")
    judged = [found for source in sources if (found := judge(text, table_of(source))).holds is not None]
    if len({found.holds for found in judged}) != 1:
        return unverified("the tables do not settle it")
    if judged[0].holds:
        return Outcome("text-supported", f"read from the table as {judged[0].form}")
    return contradicted(f"the table says otherwise, read as {judged[0].form}")
