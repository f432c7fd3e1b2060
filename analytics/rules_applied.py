"""Rules applied to minute series: which groups breach one at a given minute, and the alarm that says so."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from analytics.baselines import Floats, Mask, Past, fewest, level, past, silence, surprise
from analytics.rules import FRESH_MIN, HISTORY_MIN, CountRule, LevelRule, RatioRule
from domain.incidents import Alarm

MINUTE = timedelta(minutes=1)
SERIES_MIN = 30
LEAST_HISTORY_MIN = 20  # minutes before silence, novelty or a level can be told from a beginning

LEAST_REQUESTS, NEW_SHARE = 20.0, 0.2
LIVELY = 0.5  # of what is expected: a service that says that much shows that events still arrive


@dataclass(frozen=True, slots=True)
class Group:
    """What a series is about; `subject` is a client where clients are told apart."""

    service: str
    route: str = ""
    error_code: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """Events and their exposure by minute from `start`: arrays of shape (groups, minutes). `by_request`: exposure is requests."""

    groups: tuple[Group, ...]
    events: Floats
    exposure: Floats
    start: datetime
    by_request: Mask


@dataclass(frozen=True, slots=True)
class Levels:
    """Gauges by minute from `start`, NaN where nothing was measured: shape (groups, minutes)."""

    groups: tuple[Group, ...]
    values: Floats
    start: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """The minute looked at: `at` is the exclusive end as an index, `kept` marks the minutes a level may be read from, by service."""

    at: int
    kept: Mapping[str, Mask]

    def usable(self, groups: Sequence[Group], before: int) -> Floats:
        """1 where a group's minute counts towards its level, for the history that ends at index `before`; shape (groups, minutes)."""
        first = max(0, before - HISTORY_MIN)
        found = np.ones((len(groups), before - first))
        for row, group in enumerate(groups):
            found[row] = self.kept[group.service][first:before] if group.service in self.kept else 1.0
        return found


def count_alarms(rule: CountRule, counts: Counts, step: Step) -> tuple[Alarm, ...]:
    """The alarms of a counting rule at a step; of several windows the most surprising one speaks for its group."""
    found: dict[Group, tuple[float, Alarm]] = {}
    for window in rule.windows_min:
        if len(counts.groups) and step.at >= window:
            for odds, group, alarm in _window_alarms(rule, counts, step, window):
                if group not in found or odds < found[group][0]:
                    found[group] = (odds, alarm)
    return tuple(alarm for _, alarm in found.values())


def _window_alarms(rule: CountRule, counts: Counts, step: Step, window: int) -> Iterator[tuple[float, Group, Alarm]]:
    low = step.at - window
    counts = counts if rule.known else _with_newcomers(counts, low, step.at)
    events, exposure = _sums(counts, low, step.at)
    before = _past(counts, step, low)
    odds = surprise(events, exposure, before)
    lifted = (events > np.maximum(rule.lift * before.share, rule.share) * np.maximum(exposure, 1e-9)) & (before.seen >= rule.known)
    fresh = counts.events[:, max(low, step.at - FRESH_MIN) : step.at].sum(axis=1) > 0
    for row in np.flatnonzero((events > rule.threshold) & (odds < rule.surprise) & lifted & fresh):
        threshold = fewest(rule.surprise, rule.threshold, float(exposure[row]), before, int(row)) - 1
        expected = float(before.share[row] * exposure[row])
        seen = Seen(int(row), low, step.at, threshold, expected, _onset(counts, before, int(row), (low, step.at)))
        yield float(odds[row]), counts.groups[row], _alarm(rule, counts, seen)


def _onset(counts: Counts, before: Past, row: int, window: tuple[int, int]) -> int:
    """The minute from which on the rest of the window is most surprising: where the trouble began, past strays before it."""
    low, high = window
    rest = [np.cumsum(series[row, low:high][::-1])[::-1] for series in (counts.events, counts.exposure)]
    one = Past(before.events[row], before.exposure[row], before.seen[row])
    return low + int(np.argmin(surprise(rest[0], rest[1], one)))


def _with_newcomers(counts: Counts, low: int, high: int) -> Counts:
    """Counts in which a group that had hardly any requests before is measured against time, if a fifth of its requests are events."""
    events, exposure = _sums(counts, low, high)
    had = counts.exposure[:, max(0, low - HISTORY_MIN) : low].sum(axis=1)
    is_new = counts.by_request & (had < LEAST_REQUESTS) & (events >= NEW_SHARE * exposure)
    if low < LEAST_HISTORY_MIN or not is_new.any():
        return counts
    return replace(counts, exposure=np.where(is_new[:, None], 1.0, counts.exposure), by_request=counts.by_request & ~is_new)


def _sums(counts: Counts, low: int, high: int) -> tuple[Floats, Floats]:
    return counts.events[:, low:high].sum(axis=1), counts.exposure[:, low:high].sum(axis=1)


def _past(counts: Counts, step: Step, before: int) -> Past:
    usable = step.usable(counts.groups, before)
    first = before - usable.shape[1]
    return past((counts.events[:, first:before] * usable).sum(axis=1), (counts.exposure[:, first:before] * usable).sum(axis=1))


@dataclass(frozen=True, slots=True)
class Seen:
    """A group's row in the window of indices [low, high), the threshold it passed, what was expected of it, and where it began."""

    row: int
    low: int
    high: int
    threshold: float
    expected: float
    onset: int = 0


def _alarm(rule: CountRule, counts: Counts, seen: Seen) -> Alarm:
    row, low, high = seen.row, seen.low, seen.high
    busy = np.flatnonzero(counts.events[row, low:high])
    group = counts.groups[row]
    return Alarm(
        rule=rule.name,
        family=rule.family,
        is_hard=rule.is_hard,
        service=group.service,
        route=group.route,
        error_code=group.error_code,
        subject=group.subject,
        start_at=counts.start + MINUTE * max(seen.onset, low + int(busy[0])),
        end_at=counts.start + MINUTE * (low + int(busy[-1]) + 1),
        value=float(counts.events[row, low:high].sum()),
        threshold=seen.threshold,
        baseline=seen.expected,
        unit="events",
        window_min=high - low,
        series=tuple(counts.events[row, max(0, high - SERIES_MIN) : high].tolist()),
    )


def novelty_alarms(rule: CountRule, counts: Counts, step: Step) -> tuple[Alarm, ...]:
    """The alarms of groups that show now and in no minute of their history before."""
    window = rule.windows_min[0]
    low = step.at - window
    if low < LEAST_HISTORY_MIN or not len(counts.groups):
        return ()
    before = counts.events[:, max(0, low - HISTORY_MIN) : low].sum(axis=1)
    is_new = (counts.events[:, low : step.at].sum(axis=1) > rule.threshold) & (before == 0)
    return tuple(_alarm(rule, counts, Seen(int(row), low, step.at, rule.threshold, 0.0)) for row in np.flatnonzero(is_new))


def marked_alarms(rule: CountRule, counts: Counts, step: Step) -> tuple[Alarm, ...]:
    """The alarms of groups with any event in the window: each event is a signal by itself."""
    low = step.at - rule.windows_min[0]
    if low < 0 or not len(counts.groups):
        return ()
    events = counts.events[:, low : step.at].sum(axis=1)
    return tuple(_alarm(rule, counts, Seen(int(row), low, step.at, rule.threshold, 0.0)) for row in np.flatnonzero(events > rule.threshold))


def ratio_alarms(rule: RatioRule, counts: Counts, step: Step) -> tuple[Alarm, ...]:
    """Services most of whose requests fail, and usually do not."""
    low = step.at - rule.window_min
    if low < 0 or not len(counts.groups):
        return ()
    events, exposure = _sums(counts, low, step.at)
    before = _past(counts, step, low)
    failing = (exposure >= rule.at_least) & (events > rule.share * exposure) & (before.share < rule.usual) & counts.by_request
    shown = CountRule(rule.name, "service_errors", "errors", 0, 0, is_hard=True)
    limits, usual = np.floor(rule.share * exposure), before.share * exposure
    rows = (Seen(int(row), low, step.at, float(limits[row]), float(usual[row])) for row in np.flatnonzero(failing))
    return tuple(_alarm(shown, counts, seen) for seen in rows)


def silence_alarms(rule: CountRule, requests: Counts, step: Step) -> tuple[Alarm, ...]:
    """Services that used to be asked and are not at all any more, while others still are."""
    found: dict[str, Alarm] = {}
    for window in rule.windows_min:
        low = step.at - window
        if low >= LEAST_HISTORY_MIN and len(requests.groups) > 1:
            found.update({alarm.service: alarm for alarm in _silent(rule, requests, step, window)})
    return tuple(found.values())


def _silent(rule: CountRule, requests: Counts, step: Step, window: int) -> Iterator[Alarm]:
    low = step.at - window
    events = requests.events[:, low : step.at].sum(axis=1)
    minutes = np.full(events.shape, float(window))
    usable = step.usable(requests.groups, low)
    before = past((requests.events[:, low - usable.shape[1] : low] * usable).sum(axis=1), usable.sum(axis=1))
    expected = before.share * minutes
    others = (events > LIVELY * expected) & (expected >= LEAST_HISTORY_MIN)
    for row in np.flatnonzero((events == 0) & (silence(minutes, before) < rule.surprise) & others.any()):
        yield _silence_alarm(rule, requests, int(row), (low, step.at), float(before.share[row] * window))


def _silence_alarm(rule: CountRule, requests: Counts, row: int, window: tuple[int, int], expected: float) -> Alarm:
    low, high = window
    return Alarm(
        rule=rule.name,
        family=rule.family,
        service=requests.groups[row].service,
        start_at=requests.start + MINUTE * low,
        end_at=requests.start + MINUTE * high,
        value=0.0,
        threshold=1.0,
        baseline=expected,
        unit="requests",
        window_min=high - low,
        series=tuple(requests.events[row, max(0, high - SERIES_MIN) : high].tolist()),
    )


def level_alarms(rule: LevelRule, levels: Levels, step: Step) -> tuple[Alarm, ...]:
    """Gauges past their limit and far from where they usually stand."""
    rows = [row for row, group in enumerate(levels.groups) if group.subject == rule.gauge]
    low = step.at - rule.window_min
    if not rows or low < LEAST_HISTORY_MIN:
        return ()
    mine = Levels(tuple(levels.groups[row] for row in rows), levels.values[rows], levels.start)
    return tuple(_level_alarms(rule, mine, step, low))


def _level_alarms(rule: LevelRule, levels: Levels, step: Step, low: int) -> Iterator[Alarm]:
    usable = step.usable(levels.groups, low) > 0
    sign = 1.0 if rule.direction == "above" else -1.0
    for row, values in enumerate(levels.values):
        window, history = _measured(values[low : step.at]), _measured(values[low - usable.shape[1] : low][usable[row]])
        if not window.size or not history.size:
            continue
        mean, least = float(window.mean()), _scaled(rule.limit, values)
        if least is not None and mean <= least:
            continue
        usual = level(history)
        far = usual.median + sign * max(rule.deviations * usual.deviation, rule.shift * abs(usual.median))
        limit = far if least is None else max(far, least)
        if sign * (mean - limit) > 0:
            yield _level_alarm(rule, levels, row, (low, step.at), (mean, limit, usual.median))


def _measured(values: Floats) -> Floats:
    return values[~np.isnan(values)]


def _scaled(limit: float | None, values: Floats) -> float | None:
    """A limit in percent, as a share where the gauge is one."""
    return limit / 100 if limit is not None and limit > 1 and np.nanmax(values) <= 1 else limit


def _level_alarm(rule: LevelRule, levels: Levels, row: int, window: tuple[int, int], seen: tuple[float, float, float]) -> Alarm:
    low, high = window
    measured = np.flatnonzero(~np.isnan(levels.values[row, low:high]))
    recent = levels.values[row, max(0, high - SERIES_MIN) : high]
    return Alarm(
        rule=rule.name,
        family="saturation",
        service=levels.groups[row].service,
        start_at=levels.start + MINUTE * low,
        end_at=levels.start + MINUTE * (low + int(measured[-1]) + 1),
        value=seen[0],
        threshold=seen[1],
        baseline=seen[2],
        unit=rule.gauge,
        window_min=high - low,
        series=tuple(recent[~np.isnan(recent)].tolist()),
    )
