"""The spell found is the one that was put in."""

import numpy as np
import pytest

from analytics.rca.parameters import DEFAULTS
from analytics.rca.spells import Levels, level_spell, rate_spell, share_spell, together

RNG = np.random.default_rng(3)
HOUR = 60


def test_a_spell_of_failures_is_found_with_both_shares() -> None:
    calls = np.full(HOUR, 30.0)
    failed = np.zeros(HOUR)
    failed[20:35] = 12
    spell = share_spell(failed, calls, 0, DEFAULTS)
    assert spell
    assert (spell.start, spell.end) == (20, 35)
    assert spell.inside == pytest.approx(0.4, abs=0.01)
    assert spell.outside == 0
    assert spell.surprise > 100


def test_nothing_tried_or_nothing_failed_is_no_spell() -> None:
    nothing = np.zeros(HOUR)
    assert share_spell(nothing, nothing, 0, DEFAULTS) is None
    assert share_spell(nothing, np.ones(HOUR), 0, DEFAULTS) is None
    assert rate_spell(nothing, np.ones(HOUR), 0, DEFAULTS) is None


def test_chance_alone_stays_below_the_bar() -> None:
    over = 0
    for _ in range(40):
        calls = RNG.poisson(12, HOUR).astype(float)
        failed = RNG.binomial(calls.astype(int), 0.03).astype(float)
        spell = share_spell(failed, calls, 0, DEFAULTS)
        over += bool(spell and spell.surprise >= DEFAULTS.surprise)
    assert over <= 1


def test_a_fall_is_looked_for_only_when_asked() -> None:
    made = np.full(HOUR, 10.0)
    made[40:50] = 0
    down = rate_spell(made, np.full(HOUR, 10.0), 0, DEFAULTS, up=False)
    assert down
    assert (down.start, down.end, down.inside) == (40, 50, 0)
    up = rate_spell(made, np.full(HOUR, 10.0), 0, DEFAULTS)
    assert up
    assert not (up.start == 40 and up.end == 50)


def test_a_level_is_found_in_the_noise() -> None:
    values = RNG.normal(5, 0.5, (HOUR, 8))
    values[30:40] += 0.7
    spell = level_spell(Levels(np.full(HOUR, 8.0), values.sum(axis=1), (values**2).sum(axis=1)), 0, DEFAULTS)
    assert spell
    assert abs(spell.start - 30) <= 1
    assert abs(spell.end - 40) <= 1
    assert spell.inside - spell.outside == pytest.approx(0.7, abs=0.15)


def test_only_spells_that_reach_into_the_window_count() -> None:
    failed = np.zeros(HOUR)
    failed[20:30] = 12
    late = share_spell(failed, np.full(HOUR, 30.0), 45, DEFAULTS)
    assert late is None or late.end > 45


def test_what_began_with_the_data_has_no_baseline() -> None:
    failed = np.zeros(HOUR)
    failed[:10] = 12
    spell = share_spell(failed, np.full(HOUR, 30.0), 0, DEFAULTS)
    assert spell
    assert spell.start >= DEFAULTS.least_before * HOUR


def test_a_changed_mix_of_operations_is_no_change_of_level() -> None:
    fast, slow = np.full(HOUR, 10.0), np.full(HOUR, 1.0)
    slow[30:] = 20
    parts = [_constant(fast, 1.0), _constant(slow, 4.0)]
    mixed = together(parts)
    leveled = together([part.shifted(mixed.mean - part.mean) for part in parts])
    assert leveled.total / leveled.n == pytest.approx(np.full(HOUR, mixed.mean))


def _constant(n: np.ndarray[tuple[int], np.dtype[np.float64]], value: float) -> Levels:
    return Levels(n, n * value, n * value**2)
