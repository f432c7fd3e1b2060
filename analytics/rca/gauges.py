"""Signs in gauges: what is used up, what grows, what falls, judged against the gauge's own level at the same load."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analytics.rca.calls import received
from analytics.rca.observed import Observed
from analytics.rca.parameters import Parameters
from analytics.rca.signs import Sign, SignKind
from analytics.rca.spells import Floats, Levels, Spell, level_spell
from analytics.rca.spread import growth

PERCENT = 100.0
USED = frozenset({"used", "usage", "active", "in_use", "busy"})
CEILING = frozenset({"size", "max", "limit", "capacity", "total"})
KINDS: tuple[tuple[SignKind, frozenset[str]], ...] = (
    ("cache", frozenset({"hit", "hits", "hit_ratio", "hitrate"})),
    ("pool", frozenset({"pool", "pools", "connections", "threads"})),
    ("cpu", frozenset({"cpu", "processor"})),
    ("memory", frozenset({"memory", "mem", "heap", "rss"})),
    ("disk", frozenset({"disk", "filesystem", "fs", "volume", "storage"})),
    ("queue", frozenset({"queue", "backlog", "lag", "pending"})),
)
RATES = frozenset({"io", "read", "write", "bytes", "ops", "iops"})
MAD_TO_DEVIATION = 1.4826
RELATIVE_NOISE = 0.01  # a gauge that never moved is allowed to move by so much of itself


@dataclass(frozen=True, slots=True)
class Gauge:
    """One gauge of one service: a value a bucket, NaN where there is none; `kind` is what it measures, as its name says."""

    service: str
    name: str
    kind: SignKind
    unit: str
    values: Floats

    @property
    def has_ceiling(self) -> bool:
        """Whether it is a share of something, in per cent."""
        return self.unit == "%"


def gauge_signs(seen: Observed, p: Parameters) -> tuple[Sign, ...]:
    """Everything about gauges that stands out."""
    load = received(seen)
    return tuple(sign for gauge in gauges_of(seen) for sign in _signs(gauge, load.get(gauge.service), seen, p))


def kind_of(name: str) -> SignKind | None:
    """What a gauge measures, by the words of its name; None for what is not known."""
    words = set(re.split(r"[^a-z]+", name.lower())) | {name.lower().rsplit(".", 1)[-1]}
    if words & RATES:
        return None
    return next((kind for kind, said in KINDS if words & said), None)


def gauges_of(seen: Observed) -> list[Gauge]:
    """The gauges whose kind is known, shares in per cent; a pair of used and size becomes a share."""
    series: dict[tuple[str, str], Floats] = defaultdict(lambda: np.full(seen.buckets, np.nan))
    units: dict[tuple[str, str], str] = {}
    for row in seen.gauges:
        if row.bucket < seen.buckets:
            series[row.service, row.name][row.bucket], units[row.service, row.name] = row.value, row.unit
    found: list[Gauge] = []
    for (service, name), values in series.items():
        ceiling = _ceiling_of(service, name, set(series))
        if _last(name) in CEILING or (kind := kind_of(name)) is None:
            continue
        if ceiling:
            values = PERCENT * values / np.where(series[service, ceiling] > 0, series[service, ceiling], np.nan)  # noqa: PLW2901
        found.append(_gauge(service, name, kind, "%" if ceiling else units[service, name], values))
    return found


def _gauge(service: str, name: str, kind: SignKind, unit: str, values: Floats) -> Gauge:
    is_fraction = unit in {"1", "", "ratio"} and kind != "queue" and np.nanmax(values) <= 1
    return Gauge(service, name, kind, "%" if is_fraction else unit, values * PERCENT if is_fraction else values)


def _last(name: str) -> str:
    return re.split(r"[./]", name.lower())[-1]


def _ceiling_of(service: str, name: str, known: set[tuple[str, str]]) -> str:
    if _last(name) not in USED:
        return ""
    stem = name[: -len(_last(name))]
    return next((stem + word for word in sorted(CEILING) if (service, stem + word) in known), "")


def _signs(gauge: Gauge, load: Floats | None, seen: Observed, p: Parameters) -> Iterator[Sign]:
    there = ~np.isnan(gauge.values)
    values = np.where(there, gauge.values, 0.0)
    up = gauge.kind != "cache"
    spell = level_spell(Levels(there.astype(float), values, values**2), seen.first, p, up=up)
    if spell is None:
        return
    outside = gauge.values[there & _out_of(spell, seen.buckets)]
    if not outside.size:
        return
    level = float(np.median(outside))
    noise = max(float(np.median(np.abs(outside - level))) * MAD_TO_DEVIATION, RELATIVE_NOISE * abs(level), 1e-9)
    far = abs(spell.inside - level) / noise / p.gauge_deviations
    size = _size(gauge, spell, level, p)
    if min(far, size) >= 1 and not _is_load(spell, level, load, p):
        begun = _begun(gauge.values, spell, level, noise, up=up)
        strength = min(1 + np.log2(min(far, size)), p.strength_cap)
        within = gauge.values[begun.start : begun.end]
        peak = float(np.nanmax(within) if up else np.nanmin(within))
        yield Sign(gauge.kind, gauge.service, gauge.name, begun, float(strength), gauge.name, peak, level, gauge.unit)


def _out_of(spell: Spell, buckets: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    at = np.arange(buckets)
    return (at < spell.start) | (at >= spell.end)


def _size(gauge: Gauge, spell: Spell, level: float, p: Parameters) -> float:
    """How far over its bar, 1 at the bar: a ceiling reached, points gained, or a multiple of its level."""
    if gauge.kind == "cache":
        return (level - spell.inside) / (PERCENT * p.hit_ratio_fall)
    if gauge.kind == "queue":
        return spell.inside / max(level, 1.0) / p.queue_ratio
    if gauge.kind in {"pool", "disk"} and gauge.has_ceiling:
        peak = float(np.nanmax(gauge.values[spell.start : spell.end]))
        return min(peak / p.saturated, (spell.inside - level) / p.utilization_rise)
    if gauge.has_ceiling:
        return (spell.inside - level) / p.utilization_rise
    return spell.inside / max(level, 1e-9) / p.gauge_ratio


def _is_load(spell: Spell, level: float, load: Floats | None, p: Parameters) -> bool:
    """Whether the calls grew as much as the gauge did."""
    grown = growth(load, spell) if load is not None else 1.0
    return grown >= p.load_rise and spell.inside <= level * grown**p.elasticity


def _begun(values: Floats, spell: Spell, level: float, noise: float, *, up: bool) -> Spell:
    """The spell from where the gauge first left its level for good: a slow climb begins before it is far."""
    start, deviant = spell.start, np.isnan(values) | ((values - level if up else level - values) > 2 * noise)
    while start > 0 and deviant[start - 1]:
        start -= 1
    return Spell(start, spell.end, spell.surprise, spell.inside, spell.outside)
