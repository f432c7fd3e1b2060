"""Every rule applied to one minute of a frame: the alarms of that minute, and which of them repeat each other."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from analytics.baselines import Mask
from analytics.rules import COUNT_RULES, LEVEL_RULES, RATIO_RULE, CountRule, LevelRule, Measure, RatioRule
from analytics.rules_applied import (
    Counts,
    Step,
    count_alarms,
    level_alarms,
    marked_alarms,
    novelty_alarms,
    ratio_alarms,
    silence_alarms,
)
from analytics.rules_slow import slow_counts
from domain.incidents import Alarm
from incidents.observations import Frame


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules in force."""

    counts: tuple[CountRule, ...] = COUNT_RULES
    ratio: RatioRule = RATIO_RULE
    levels: tuple[LevelRule, ...] = LEVEL_RULES


def alarms(rules: Rules, frame: Frame, at: int, kept: Mapping[str, Mask]) -> tuple[Alarm, ...]:
    """The alarms of the minute that ends at index `at`; `kept` marks, by service, the minutes its own level may be read from."""
    step = Step(at, kept)
    found = [alarm for rule in rules.counts for alarm in _counted(rule, frame, step)]
    found += ratio_alarms(rules.ratio, frame.service_errors, step)
    found += [alarm for rule in rules.levels for alarm in level_alarms(rule, frame.gauges, step)]
    return tuple(_distinct(found))


def _counted(rule: CountRule, frame: Frame, step: Step) -> tuple[Alarm, ...]:
    if rule.measure == "silent":
        return silence_alarms(rule, frame.requests, step)
    if rule.measure == "fatal":
        return novelty_alarms(rule, frame.fatal, step)
    if rule.measure == "flagged":
        return marked_alarms(rule, frame.flagged, step)
    return count_alarms(rule, _counts(rule, frame, step), step)


def _counts(rule: CountRule, frame: Frame, step: Step) -> Counts:
    if rule.measure == "slow":
        return slow_counts(frame.calls, frame.durations, step, max(rule.windows_min))
    named: Mapping[Measure, Counts] = {
        "errors": frame.errors,
        "service_errors": frame.service_errors,
        "warnings": frame.warnings,
        "calls": frame.children,
        "failed_logins": frame.failed_logins,
        "missing_paths": frame.missing_paths,
    }
    return named[rule.measure]


def _distinct(found: Iterable[Alarm]) -> Iterator[Alarm]:
    """One alarm a rule and service, the largest beside its threshold, so that a service's many routes are one alarm."""
    best: dict[tuple[str, str, str], Alarm] = {}
    for alarm in found:
        key = (alarm.rule, alarm.service, alarm.error_code)
        if key not in best or _weight(alarm) > _weight(best[key]):
            best[key] = alarm
    yield from best.values()


def _weight(alarm: Alarm) -> float:
    return alarm.value / alarm.threshold if alarm.threshold else alarm.value
