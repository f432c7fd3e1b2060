"""Whether the window a claim states is the one its evidence covers, to the second."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.evidence import Evidence
from domain.window import Window
from grounding.cells import instant
from grounding.outcomes import Outcome, contradicted, unverified
from grounding.paths import BoundCell

SECOND = timedelta(seconds=1)
_NEVER = datetime(1, 1, 1, tzinfo=UTC)
UNKNOWN = Window(_NEVER, _NEVER)


def is_known(window: Window | None) -> bool:
    """Whether the evidence says what time it covers."""
    return window is not None and window != UNKNOWN


def span_of(slot: Any) -> tuple[datetime, datetime] | None:
    """The start and end of a window slot (`{start, end}` or `start/end`); None when it is not one."""
    if isinstance(slot, str) and slot.count("/") == 1:
        slot = dict(zip(("start", "end"), slot.split("/"), strict=True))
    if not isinstance(slot, Mapping):
        return None
    start, end = instant(slot.get("start")), instant(slot.get("end"))
    return (start, end) if start and end else None


def bucket_of(cell: BoundCell) -> tuple[datetime, datetime] | None:
    """The time bucket a row of a series stands for: its time cell and one step."""
    evidence = cell.evidence
    if cell.row is None or evidence.step_s <= 0:
        return None
    column = next((column for column in evidence.columns if column.type == "time" and column.role in {"time", "key"}), None)
    start = instant(cell.row.get(column.name)) if column else None
    return (start, start + timedelta(seconds=evidence.step_s)) if start else None


def equals(span: tuple[datetime, datetime], window: Window | tuple[datetime, datetime]) -> bool:
    """Whether two windows are the same to the second."""
    start, end = (window.start, window.end) if isinstance(window, Window) else window
    return abs(span[0] - start) < SECOND and abs(span[1] - end) < SECOND


def window_problem(slot: Any, cell: BoundCell) -> Outcome | None:
    """Objects when the window slot is not the window of the cell's evidence (or of its row's bucket)."""
    if not slot:
        return None
    span = span_of(slot)
    if span is None:
        return unverified(f"window {slot!r} is not {{start, end}} in RFC 3339")
    bucket = bucket_of(cell)
    if bucket and equals(span, bucket):
        return None
    return mismatch(span, cell.evidence.window, cell.evidence)


def mismatch(span: tuple[datetime, datetime], window: Window | None, evidence: Evidence) -> Outcome | None:
    """Objects when a stated span is not this window of the evidence."""
    if window is None or not is_known(window):
        return unverified(f"{evidence.id} does not say what window it covers")
    if equals(span, window):
        return None
    covered = f"{window.start.isoformat()} to {window.end.isoformat()}"
    return contradicted(f"the window claimed is not that of {evidence.id} ({covered})")


def is_bucket_claim(slot: Any, cell: BoundCell) -> bool:
    """Whether the claim speaks of exactly the time bucket of its row."""
    span, bucket = span_of(slot), bucket_of(cell)
    return bool(span and bucket and equals(span, bucket))
