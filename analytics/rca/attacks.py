"""Signs of an attack in requests: log-ins of many accounts refused, many paths asked for that do not exist."""

from collections.abc import Iterator

import numpy as np

from analytics.rca.observed import Observed, RequestRow
from analytics.rca.parameters import Parameters
from analytics.rca.signs import Sign
from analytics.rca.spells import Floats, Spell, rate_spell


def attack_signs(seen: Observed, p: Parameters) -> tuple[Sign, ...]:
    """Services whose requests look like an attack in some spell of time."""
    services = sorted({row.service for row in seen.requests})
    return tuple(sign for service in services for sign in (*_refused(service, seen, p), *_missing(service, seen, p)))


def _refused(service: str, seen: Observed, p: Parameters) -> Iterator[Sign]:
    refused, users, requests = (_series(seen, service, name) for name in ("refused", "refused_users", "requests"))
    spell = rate_spell(refused, np.ones(seen.buckets), seen.first, p)
    if spell is None:
        return
    rose = _share(refused, requests, spell) - _share_outside(refused, requests, spell)
    accounts = _mean(users, spell) / max(_mean_outside(users, spell), 1 / seen.buckets)
    strength = min(spell.surprise / p.surprise, p.strength_cap)
    if min(strength, rose / p.refused_rise, accounts / p.refused_users) >= 1:
        value, before = (100 * share(refused, requests, spell) for share in (_share, _share_outside))
        yield Sign("refused", service, "log-ins", spell, strength, "refused-requests", value, before, "%")


def _missing(service: str, seen: Observed, p: Parameters) -> Iterator[Sign]:
    missing, paths, requests = (_series(seen, service, name) for name in ("missing", "missing_paths", "requests"))
    spell = rate_spell(missing, np.ones(seen.buckets), seen.first, p)
    if spell is None:
        return
    rose = _share(missing, requests, spell) - _share_outside(missing, requests, spell)
    strength = min(spell.surprise / p.surprise, p.strength_cap)
    if min(strength, rose / p.missing_rise, paths[spell.start : spell.end].sum() / p.missing_paths) >= 1:
        value, before = (100 * share(missing, requests, spell) for share in (_share, _share_outside))
        yield Sign("missing", service, "paths", spell, strength, "requests-for-missing-paths", value, before, "%")


def _series(seen: Observed, service: str, name: str) -> Floats:
    series = np.zeros(seen.buckets)
    for row in seen.requests:
        if row.service == service and row.bucket < seen.buckets:
            series[row.bucket] += _count(row, name)
    return series


def _count(row: RequestRow, name: str) -> int:
    return int(getattr(row, name))


def _share(hits: Floats, of: Floats, spell: Spell) -> float:
    inside = slice(spell.start, spell.end)
    return float(hits[inside].sum() / max(of[inside].sum(), 1))


def _share_outside(hits: Floats, of: Floats, spell: Spell) -> float:
    inside = slice(spell.start, spell.end)
    return float((hits.sum() - hits[inside].sum()) / max(of.sum() - of[inside].sum(), 1))


def _mean(series: Floats, spell: Spell) -> float:
    return float(series[spell.start : spell.end].mean())


def _mean_outside(series: Floats, spell: Spell) -> float:
    rest = len(series) - (spell.end - spell.start)
    return float((series.sum() - series[spell.start : spell.end].sum()) / max(rest, 1))
