"""Quotas: how much a source may send, as token buckets that are charged before anything is parsed."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from domain.errors import QuotaError

_BURST_S = 10.0
_MOST_SOURCES = 10_000


class OverQuotaError(QuotaError):
    """A quota is used up; `retry_after_s` says when there is some again."""

    def __init__(self, message: str, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Quota:
    """What one source may send, records and bytes (unpacked) a second; 0: as much as it likes. Ten seconds' worth may come at once."""

    records_per_s: float = 0.0
    bytes_per_s: float = 0.0


@dataclass(slots=True)
class _Bucket:
    """Tokens left; below zero after a request larger than what was left, which the next ones wait for."""

    left: float
    at_s: float


class Quotas:
    """Buckets by source; `now` gives monotonic seconds. Sources that were quiet longest are forgotten beyond 10,000."""

    def __init__(self, quota: Quota, now: Callable[[], float] = time.monotonic, *, burst_s: float = _BURST_S) -> None:
        self._quota = quota
        self._now = now
        self._burst_s = burst_s
        self._buckets: OrderedDict[tuple[str, str], _Bucket] = OrderedDict()

    def charge(self, source: str, size: int = 0, records: int = 0) -> None:
        """Take bytes and records from a source's buckets. Raises QuotaError, taking nothing, while one of them is empty.

        A request is let in whole when anything is left, however large it is: it is paid for by those after it.
        """
        wanted = (("bytes", self._quota.bytes_per_s, size), ("records", self._quota.records_per_s, records))
        asked = [(unit, rate, amount) for unit, rate, amount in wanted if rate and amount]
        buckets = [self._bucket(source, unit, rate) for unit, rate, _ in asked]
        for (unit, rate, _), bucket in zip(asked, buckets, strict=True):
            if bucket.left <= 0:
                wait_s = max(-bucket.left / rate, 1 / rate)
                said = f"The source {source!r} is over its quota of {rate:g} {unit} a second; try again in {wait_s:.0f} s."
                raise OverQuotaError(said, wait_s)
        for (_, _, amount), bucket in zip(asked, buckets, strict=True):
            bucket.left -= amount

    def wait_s(self, source: str) -> float:
        """Seconds until the source may send again; 0 when it may now."""
        rates = (("bytes", self._quota.bytes_per_s), ("records", self._quota.records_per_s))
        waits = [-self._bucket(source, unit, rate).left / rate for unit, rate in rates if rate]
        return max([0.0, *waits])

    def _bucket(self, source: str, unit: str, rate: float) -> _Bucket:
        now_s = self._now()
        key = (source, unit)
        bucket = self._buckets.get(key) or _Bucket(rate * self._burst_s, now_s)
        bucket.left = min(bucket.left + (now_s - bucket.at_s) * rate, rate * self._burst_s)
        bucket.at_s = now_s
        self._buckets[key] = bucket
        self._buckets.move_to_end(key)
        if len(self._buckets) > _MOST_SOURCES:
            self._buckets.popitem(last=False)
        return bucket
