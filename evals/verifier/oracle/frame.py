"""Whether a claim speaks of the rows, the measure and the window that it cites."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from evals.verifier.oracle.cells import Cell, is_whole, key_names
from evals.verifier.oracle.truths import Doc, Truth, both, of

_EVERYBODY = frozenset({"all", "*", "everything", "total"})
AGGS = {"mean": "avg", "average": "avg", "median": "p50", "95th percentile": "p95", "99th": "p99", "maximum": "max", "minimum": "min"}
_NARROWING = frozenset(
    "service route client user host region env environment namespace cluster pod account address ip tenant node zone source".split()  # noqa: SIM905
)
_SECOND = timedelta(seconds=1)


def plain(name: Any) -> str:
    """A name for comparing: letters small, marks as spaces."""
    return " ".join(str(name).casefold().replace("_", " ").replace("-", " ").split())


def same(left: Any, right: Any) -> bool:
    """Whether two JSON values are one: numbers by value, times by instant, else letter by letter."""
    if isinstance(left, bool) or isinstance(right, bool):
        return str(left).lower() == str(right).lower()
    if isinstance(left, int | float) and isinstance(right, int | float):
        return abs(left - right) <= 1e-12 * max(abs(left), abs(right))
    one, other = moment(left), moment(right)
    return one == other if one and other else left == right


def moment(value: Any) -> datetime | None:
    """An RFC 3339 time with its zone; None for anything else."""
    if not isinstance(value, str) or not value[:4].isdigit() or value[4:5] != "-":
        return None
    try:
        at = datetime.fromisoformat(value.replace(" UTC", "Z"))
    except ValueError:
        return None
    return at if at.tzinfo else None


def span(window: Any) -> tuple[datetime, datetime] | None:
    """Start and end of a window slot; None when it is none."""
    if isinstance(window, str) and "/" in window:
        window = dict(zip(("start", "end"), window.split("/"), strict=False))
    if not isinstance(window, dict):
        return None
    start, end = moment(window.get("start")), moment(window.get("end"))
    return (start, end) if start and end else None


def is_window(slot: Any, window: Any) -> bool:
    """Whether a slot is that window, to the second."""
    said, actual = span(slot), span({name: window[name] for name in ("start", "end")}) if window else None
    return bool(said and actual and all(abs(one - other) < _SECOND for one, other in zip(said, actual, strict=True)))


def bucket(cell: Cell) -> dict[str, str] | None:
    """The step of time that a row of a series stands for."""
    step = cell.doc["window"].get("step_s") or 0
    name = next((one["name"] for one in cell.doc["columns"] if one.get("type") == "time" and one.get("role") in {"time", "key"}), "")
    start = moment(cell.row.get(name)) if step else None
    return {"start": start.isoformat(), "end": (start + timedelta(seconds=step)).isoformat()} if start else None


def window_truth(slot: Any, cells: Sequence[Cell]) -> Truth:
    """Whether the window said is that of every cell: its evidence's, or its own step."""
    if not slot:
        return "true"
    return of(all(is_window(slot, cell.doc["window"]) or is_window(slot, bucket(cell)) for cell in cells))


def subject_truth(subject: Any, cells: Sequence[Cell], window: Any = None) -> Truth:
    """Whether the cells cited are all and only those of the subject."""
    doc = cells[0].doc
    if not subject or (isinstance(subject, str) and subject in _EVERYBODY):
        return _everybody(subject, cells)
    if not isinstance(subject, dict):
        return "open"
    if cells[0].place is None:
        return of(all(name in doc["params"] and same(doc["params"][name], value) for name, value in subject.items()))
    return both([*(_named(subject, cell) for cell in cells), _extent(subject, cells, window)])


def _everybody(subject: Any, cells: Sequence[Cell]) -> Truth:
    doc = cells[0].doc
    narrowed = any(value and (name in _NARROWING or name in key_names(doc)) for name, value in doc["params"].items())
    if subject and narrowed:
        return "false"
    if cells[0].place is None:
        return "true"
    if {cell.place for cell in cells} == set(range(len(doc["rows"]))) and is_whole(doc):
        return "true"
    return "false" if subject or key_names(doc) else "open"


def _named(subject: Doc, cell: Cell) -> Truth:
    params = cell.doc["params"]
    known = {name: cell.row[name] if name in cell.row else params.get(name) for name in subject if name in cell.row or name in params}
    return of(set(known) == set(subject) and all(same(known[name], value) for name, value in subject.items()))


def _extent(subject: Doc, cells: Sequence[Cell], window: Any) -> Truth:
    doc = cells[0].doc
    names = [name for name in subject if any(one["name"] == name for one in doc["columns"])]
    fitting = {place for place, row in enumerate(doc["rows"]) if all(same(row.get(name), subject[name]) for name in names)}
    if fitting != {cell.place for cell in cells}:
        return of(window is not None and len(cells) == 1 and is_window(window, bucket(cells[0])))
    return "true" if is_whole(doc) or set(key_names(doc)) <= set(names) else "open"


def metric_truth(metric: Any, cell: Cell) -> Truth:
    """Whether what is named is the column cited: by name or label; open for other words."""
    if not metric:
        return "true"
    said = plain(metric)
    if said in {plain(cell.column["name"]), plain(cell.column.get("label") or cell.column["name"])}:
        return "true"
    if cell.agg == "?" and set(said.split()) & set(plain(cell.column["name"]).split()):
        return "open"
    others = {plain(one.get(field, "")) for one in cell.doc["columns"] for field in ("name", "label") if one["name"] != cell.column["name"]}
    return "false" if said in others else "open"


def agg_truth(agg: Any, cell: Cell) -> Truth:
    """Whether the aggregation said is the column's; open for totals, whose aggregation no document says."""
    if not agg:
        return "true"
    return "open" if cell.agg == "?" else of(AGGS.get(str(agg), str(agg)) == cell.agg)
