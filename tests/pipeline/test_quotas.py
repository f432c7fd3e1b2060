"""Quotas: what a source may send."""

import pytest

from domain.errors import QuotaError
from pipeline.quotas import Quota, Quotas


class Ticks:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.at_s = 0.0

    def __call__(self) -> float:
        return self.at_s


def test_without_a_quota_everything_may_come() -> None:
    Quotas(Quota()).charge("a", 10**12, 10**9)


def test_a_source_over_its_bytes_waits_until_they_are_paid() -> None:
    ticks = Ticks()
    quotas = Quotas(Quota(bytes_per_s=10), ticks, burst_s=2)
    quotas.charge("a", 50)
    with pytest.raises(QuotaError, match=r"'a'.*10 bytes a second.*in 3 s"):
        quotas.charge("a", 1)
    assert quotas.wait_s("a") == pytest.approx(3.0)
    ticks.at_s = 3.5
    quotas.charge("a", 1)


def test_one_source_does_not_use_up_another_s_quota() -> None:
    quotas = Quotas(Quota(records_per_s=1), Ticks())
    quotas.charge("a", 0, 100)
    quotas.charge("b", 0, 1)
    assert quotas.wait_s("b") == 0.0


def test_a_refused_request_costs_nothing() -> None:
    ticks = Ticks()
    quotas = Quotas(Quota(records_per_s=1, bytes_per_s=1_000), ticks, burst_s=1)
    quotas.charge("a", 10, 2)
    for _ in range(50):
        with pytest.raises(QuotaError, match="records"):
            quotas.charge("a", 900, 1)
    ticks.at_s = 1.5
    quotas.charge("a", 900, 1)


def test_what_was_not_used_does_not_add_up_beyond_the_burst() -> None:
    ticks = Ticks()
    quotas = Quotas(Quota(records_per_s=10), ticks, burst_s=1)
    ticks.at_s = 3_600.0
    quotas.charge("a", 0, 15)
    with pytest.raises(QuotaError):
        quotas.charge("a", 0, 1)


def test_sources_that_never_come_again_are_forgotten() -> None:
    quotas = Quotas(Quota(records_per_s=1), Ticks())
    for number in range(10_500):
        quotas.charge(f"s{number}", 0, 1)
    assert len(quotas._buckets) == 10_000
