"""What became of the records of a schedule: the oracle's lists beside what is stored."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from evals.soak.records import Row, Stream
from evals.soak.sender import Journal

SHOWN = 5
_MOST = 255


@dataclass(frozen=True, slots=True)
class Verdict:
    """Numbers that must be 0, with a few records as examples. `counted`: by how much the exact counts are off."""

    missing: int = 0
    spurious: int = 0
    corrupted: int = 0
    duplicates: int = 0
    counted: int = 0
    unfresh: int = 0
    stored: int = 0
    acknowledged: int = 0
    examples: tuple[str, ...] = ()

    @property
    def faults(self) -> Mapping[str, int]:
        """The numbers that are not 0."""
        names = ("missing", "spurious", "corrupted", "duplicates", "counted", "unfresh")
        return {name: value for name in names if (value := getattr(self, name))}

    def as_json(self) -> dict[str, Any]:
        """As reports carry it."""
        return {"stored": self.stored, "acknowledged": self.acknowledged, **self.faults, "examples": list(self.examples)}


@dataclass(slots=True)
class Stored:
    """The rows of one stream as they are stored: how often each number was seen, and the rows that are not as they were sent."""

    stream: Stream
    issued: Container[int]
    seen: bytearray = field(default_factory=bytearray)
    foreign: list[str] = field(default_factory=list)
    corrupted: list[tuple[int, Row]] = field(default_factory=list)
    rows: int = 0
    events: int = 0

    def put(self, identity: str, row: Row) -> None:
        """Take one row."""
        self.rows += 1
        number = self.stream.number(identity)
        if number is None or number // self.stream.size not in self.issued:
            self.foreign.append(identity)
            return
        if number >= len(self.seen):
            self.seen.extend(bytes(number + 1 - len(self.seen)))
        self.seen[number] = min(_MOST, self.seen[number] + 1)
        if row != self.stream.row(number):
            self.corrupted.append((number, row))

    def has(self, number: int) -> bool:
        """Whether a record is stored."""
        return number < len(self.seen) and self.seen[number] > 0

    def twice(self) -> Iterator[int]:
        """Numbers that are stored more than once."""
        return (number for number, times in enumerate(self.seen) if times > 1)


@dataclass(frozen=True, slots=True)
class Terms:
    """What is legal. `is_sampled`: ordinary records may be sampled out; `is_tight`: shed. `fresh`: requests sent at the end."""

    is_sampled: bool = False
    is_tight: bool = False
    fresh: frozenset[int] = frozenset()


def verdict(stored: Stored, journal: Journal, terms: Terms) -> Verdict:
    """Judge one stream."""
    missing = [record for number in sorted(journal.accepted) for record in _missing(stored, journal, terms, number)]
    return Verdict(
        missing=len(missing),
        spurious=len(stored.foreign),
        corrupted=len(stored.corrupted),
        duplicates=sum(times - 1 for times in stored.seen if times > 1),
        counted=_off(stored, journal, terms),
        unfresh=sum(1 for number in terms.fresh if not any(stored.has(record) for record in _records(stored.stream, number))),
        stored=stored.rows,
        acknowledged=sum(journal.accepted.values()),
        examples=tuple(_examples(stored, missing)),
    )


def _records(stream: Stream, number: int) -> range:
    return range(number * stream.size, (number + 1) * stream.size)


def _missing(stored: Stored, journal: Journal, terms: Terms, number: int) -> list[int]:
    """Records of an acknowledged request that should be there; of one that was shed in part, what is never shed and as many as it said."""
    stream = stored.stream
    gone = [record for record in _records(stream, number) if not stored.has(record)]
    is_unsure = terms.is_tight and number in journal.doubtful
    if not (terms.is_sampled or is_unsure or journal.accepted[number] < stream.size):
        return gone
    needed = [record for record in gone if stream.must_be_kept(record, is_shed=terms.is_tight)]
    if terms.is_sampled or is_unsure or needed:
        return needed
    return gone[: max(0, journal.accepted[number] - (stream.size - len(gone)))]


def _off(stored: Stored, journal: Journal, terms: Terms) -> int:
    """How far the exact counts are from what was acknowledged; metric points are not counted. What was not answered may be in or not."""
    lowest = highest = 0
    for number in journal.issued:
        if stored.stream.signal(number) == "metrics":
            continue
        accepted = journal.accepted.get(number, 0)
        is_sure = number in journal.accepted and not (terms.is_tight and number in journal.doubtful)
        lowest += accepted if is_sure else 0
        highest += accepted if is_sure else stored.stream.size
    return max(0, lowest - stored.events) + max(0, stored.events - highest)


def _examples(stored: Stored, missing: Iterable[int]) -> Iterator[str]:
    name = stored.stream.identity
    yield from (f"missing {name(number)}" for number in list(missing)[:SHOWN])
    yield from (f"spurious {identity!r}" for identity in stored.foreign[:SHOWN])
    yield from (f"stored as {row}, sent as {stored.stream.row(number)}" for number, row in stored.corrupted[:SHOWN])
    yield from (f"stored {stored.seen[number]} times: {name(number)}" for number in list(stored.twice())[:SHOWN])
