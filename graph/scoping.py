"""Which stretch of time a question is about, and what it is compared with; decided by code and said to the reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from agents.windows import baseline_of, window_of
from domain.analysis import Question
from domain.telemetry import Extent
from domain.window import Window, rfc3339

STALE_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TimeScope:
    """The window of a run, the pair a change question compares, and what the reader must know about the choice."""

    window: Window
    current: Window
    baseline: Window
    notes: tuple[str, ...]


def time_scope(question: Question, extent: Extent, now: datetime) -> TimeScope:
    """The window given, else the one named in the question, else everything stored; old data move "now" to their end."""
    everything = stored(extent, question.tz)
    is_old = now - extent.newest > STALE_AFTER
    reference = everything.end if is_old else now
    named = question.window or window_of(question.text, reference, extent.oldest, extent.newest, question.tz)
    window = named or everything
    current, baseline = _since(question.since, window) or baseline_of(question.text, window, extent.oldest)
    return TimeScope(window, current, baseline, tuple(_notes(question, named, everything if is_old else None)))


def _since(began: datetime | None, window: Window) -> tuple[Window, Window] | None:
    """From when it showed to the end, and as long before that; None where that is not known."""
    if began is None or not window.contains(began):
        return None
    current = Window(began, window.end, window.tz)
    return current, Window(began - current.length, began, window.tz)


def stored(extent: Extent, tz: str) -> Window:
    """Everything stored, to the end of the newest event's second."""
    end = extent.newest.replace(microsecond=0) + timedelta(seconds=1)
    return Window(extent.oldest.replace(microsecond=0), end, tz)


def _notes(question: Question, named: Window | None, old: Window | None) -> Sequence[str]:
    if named is None:
        return ["No time range was named: everything stored was read."]
    if old and question.window is None:
        return [f"The newest stored event is older than a day: relative times count from {rfc3339(old.end)}."]
    return []
