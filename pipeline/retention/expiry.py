"""What is to go, decided from what the store says of its days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.archive import Lifetime, Lot, Partition

# Rows of a day expire over the whole day after it. They go together when the last of them is due, so that a day is one file;
# rows that wait for a latecomer of their own day wait this long and then go without it.
PATIENCE = timedelta(days=1)
# What came in just now may be delivered again, and is looked for among the stored rows then.
SETTLED = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Limits:
    """How many bytes of raw rows are kept, and for how long what is made of them (roll-ups, counts)."""

    raw_max_bytes: int
    lifetimes: Sequence[Lifetime] = ()


def expired(partitions: Sequence[Partition], now: datetime) -> list[Lot]:
    """Lots whose days are over, oldest first."""
    due = [one for one in partitions if _is_due(one, now)]
    return [Lot(one, "expired", now) for one in sorted(due, key=lambda one: (one.day, one.signal))]


def too_many(partitions: Sequence[Partition], now: datetime, max_bytes: int) -> list[Lot]:
    """Lots that must go for the size alone: those that would expire first, until what is left fits.

    Only rows that expire some day are taken: a loaded file goes when somebody says so, however big it is.
    """
    over = raw_bytes(partitions) - max_bytes
    lots: list[Lot] = []
    for one in sorted((one for one in partitions if one.last_due_at), key=lambda one: (one.last_due_at, one.day, one.signal)):
        if over <= 0:
            break
        lots.append(Lot(one, "size", now - SETTLED))
        over -= mortal_bytes(one)
    return lots


def raw_bytes(partitions: Sequence[Partition]) -> int:
    """Bytes on disk of raw rows."""
    return sum(one.bytes for one in partitions)


def mortal_bytes(partition: Partition) -> int:
    """Bytes of the rows that expire some day, taken as their share of the rows."""
    return partition.bytes * partition.mortal // partition.rows if partition.rows else 0


def _is_due(one: Partition, now: datetime) -> bool:
    if one.first_due_at is None or one.last_due_at is None:
        return False
    return one.last_due_at < now or one.first_due_at + PATIENCE < now
