"""The files of the public claim sets, read as claims with evidence."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.evidence import Column, Evidence
from grounding import windows


@dataclass(frozen=True, slots=True)
class Sample:
    """A claim, the evidence it is checked against, and whether it is true of it; `source` groups claims of one table or text."""

    id: str
    claim: str
    evidence: Evidence
    is_true: bool
    source: str


def read_sets(folder: Path) -> dict[str, tuple[Sample, ...]]:
    """The sets a folder holds, by name; SummEdits domain by domain."""
    named: dict[str, tuple[Path, Callable[[Path], Iterator[Sample]]]] = {
        "tabfact": (folder / "tabfact.jsonl", _tabfact),
        "scitab": (folder / "scitab.jsonl", _scitab),
        **{path.stem: (path, _summedits) for path in sorted(folder.glob("summedits_*.jsonl"))},
    }
    return {name: tuple(read(path)) for name, (path, read) in named.items() if path.is_file()}


def table_evidence(caption: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Evidence:
    """A table of text as evidence: columns without type, unit or aggregation, named once each."""
    names: list[str] = []
    for number, name in enumerate(header, 1):
        names.append(f"{name or 'column'} ({number})" if not name or name in names else name)
    columns = tuple(Column(name) for name in names)
    cells = tuple(dict(zip(names, row, strict=False)) for row in rows)
    return Evidence("E1", "", "", windows.UNKNOWN, columns, cells, len(cells), title=caption)


def _lines(path: Path) -> Iterator[Mapping[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _tabfact(path: Path) -> Iterator[Sample]:
    tables: dict[str, Evidence] = {}
    for one in _lines(path):
        name = one["table_id"]
        if name not in tables:
            lines = (path.parent / "tabfact_tables" / name).read_text(encoding="utf-8").splitlines()
            header, *rows = (line.split("#") for line in lines if line)
            tables[name] = table_evidence(one["caption"], header, rows)
        yield Sample(one["id"], one["claim"], tables[name], one["label"] == 1, name)


def _scitab(path: Path) -> Iterator[Sample]:
    """A claim that is refuted and one the table says too little about are both not supported."""
    for one in _lines(path):
        evidence = table_evidence(one["caption"], one["columns"], one["rows"])
        yield Sample(one["id"], one["claim"], evidence, one["label"] == "supports", one["table_id"])


def _summedits(path: Path) -> Iterator[Sample]:
    for one in _lines(path):
        evidence = table_evidence("", ["text"], [[one["doc"]]])
        yield Sample(one["id"], one["claim"], evidence, one["label"] == 1, one["doc"][:200])
