"""Signs in requests as logs tell them: refused log-ins of many accounts, many missing paths, failures no span tells of."""

from collections.abc import Iterator

import numpy as np

from analytics.rca.observed import Observed, RequestRow
from analytics.rca.parameters import Parameters
from analytics.rca.signs import Sign
from analytics.rca.spells import Floats, Spell, rate_spell, share_spell


def request_signs(seen: Observed, p: Parameters) -> tuple[Sign, ...]:
    """Everything about requests that stands out."""
    traced = {row.service for row in seen.calls}
    services = sorted({row.service for row in seen.requests})
    attacks = (sign for service in services for sign in (*_refused(service, seen, p), *_missing(service, seen, p)))
    return (*attacks, *(sign for service in services if service not in traced for sign in _failed(service, seen, p)))


def _failed(service: str, seen: Observed, p: Parameters) -> Iterator[Sign]:
    failed, requests = (_series(seen, service, name) for name in ("failed", "requests"))
    spell = share_spell(failed, requests, seen.first, p)
    if spell is None or failed[spell.start : spell.end].sum() < p.least_events:
        return
    strength = min(spell.surprise / p.surprise, p.strength_cap)
    if min(strength, (spell.inside - spell.outside) / p.error_rise) >= 1:
        yield Sign("own_errors", service, "requests", spell, strength, "failed-requests", 100 * spell.inside, 100 * spell.outside, "%")


def _refused(service: str, seen: Observed, p: Parameters) -> Iterator[Sign]:
    refused, users, requests = (_series(seen, service, name) for name in ("refused", "refused_users", "requests"))
    spell = rate_spell(refused, np.ones(seen.buckets), seen.first, p)
    if spell is None:
        return
    inside, outside = _shares(refused, requests, spell)
    accounts = users[spell.start : spell.end].sum() / p.refused_users
    strength = min(spell.surprise / p.surprise, p.strength_cap)
    if min(strength, (inside - outside) / p.refused_rise, accounts, spell.ratio / p.attack_ratio) >= 1:
        yield Sign("refused", service, "log-ins", spell, strength, "refused-requests", 100 * inside, 100 * outside, "%")


def _missing(service: str, seen: Observed, p: Parameters) -> Iterator[Sign]:
    missing, paths, requests = (_series(seen, service, name) for name in ("missing", "missing_paths", "requests"))
    spell = rate_spell(missing, np.ones(seen.buckets), seen.first, p)
    if spell is None:
        return
    inside, outside = _shares(missing, requests, spell)
    probed = paths[spell.start : spell.end].sum() / p.missing_paths
    strength = min(spell.surprise / p.surprise, p.strength_cap)
    if min(strength, (inside - outside) / p.missing_rise, probed, spell.ratio / p.attack_ratio) >= 1:
        yield Sign("missing", service, "paths", spell, strength, "requests-for-missing-paths", 100 * inside, 100 * outside, "%")


def _series(seen: Observed, service: str, name: str) -> Floats:
    series = np.zeros(seen.buckets)
    for row in seen.requests:
        if row.service == service and row.bucket < seen.buckets:
            series[row.bucket] += _count(row, name)
    return series


def _count(row: RequestRow, name: str) -> int:
    return int(getattr(row, name))


def _shares(hits: Floats, of: Floats, spell: Spell) -> tuple[float, float]:
    """The share inside a spell and outside."""
    inside = slice(spell.start, spell.end)
    rest, rest_of = hits.sum() - hits[inside].sum(), of.sum() - of[inside].sum()
    return float(hits[inside].sum() / max(of[inside].sum(), 1)), float(rest / max(rest_of, 1))
