"""What a spool knows of its entries without reading files: which are new, which are delivered, how many a segment still holds."""

from collections import Counter, deque
from collections.abc import Iterable, Sequence

from domain.queue import Delivery
from pipeline.spool.frames import Place


class Index:
    """Entries that are not done, by partition and in their order; one thread only."""

    def __init__(self, partitions: int) -> None:
        self._fresh: list[deque[Place]] = [deque() for _ in range(partitions)]
        self._taken: list[dict[str, Place]] = [{} for _ in range(partitions)]
        self._attempts: dict[str, int] = {}
        self.living: Counter[int] = Counter()
        self.records = 0
        self.bytes = 0

    def add(self, places: Iterable[Place], *, are_again: bool = False) -> set[int]:
        """Entries that now lie in the files; the partitions they belong to. `are_again`: they may have been delivered before."""
        touched = set()
        for place in places:
            partition = self._partition(place)
            touched.add(partition)
            self._fresh[partition].append(place)
            self.living[place.segment] += 1
            self.records += place.records
            self.bytes += place.length
            if are_again:
                self._attempts[place.position] = 1
        return touched

    def take(self, partition: int, limit: int, most_bytes: int) -> tuple[Place, ...]:
        """The oldest new entries: at most so many, and so many bytes when there are several."""
        fresh, taken, size = self._fresh[partition], self._taken[partition], 0
        places: list[Place] = []
        while fresh and len(places) < limit and (not places or size + fresh[0].length <= most_bytes):
            place = fresh.popleft()
            taken[place.position] = place
            size += place.length
            places.append(place)
        return tuple(places)

    def put_back(self, partition: int, places: Sequence[Place]) -> None:
        """These were taken and nobody got them."""
        kept = [place for place in places if self._taken[partition].pop(place.position, None)]
        self._fresh[partition].extendleft(reversed(kept))

    def again(self, partition: int) -> None:
        """What is delivered and not done comes once more, before anything new."""
        taken = sorted(self._taken[partition].values(), key=lambda place: (place.segment, place.frame, place.index))
        self.put_back(partition, taken)

    def delivery(self, origin: str, place: Place, payload: bytes) -> Delivery:
        """One entry handed over, and counted as such."""
        before = self._attempts.get(place.position, 0)
        self._attempts[place.position] = before + 1
        return Delivery(place.entry(payload), origin, place.position, before + 1, is_again=before > 0)

    def drop(self, positions: Iterable[str]) -> tuple[Place, ...]:
        """Forget delivered entries; those that were known."""
        return tuple(place for position in positions if (place := self._dropped(position)))

    def waiting(self, partition: int) -> bool:
        """Whether there is something to take."""
        return bool(self._fresh[partition])

    @property
    def depth(self) -> int:
        """Entries that are not done."""
        return sum(len(fresh) for fresh in self._fresh) + self.pending

    @property
    def pending(self) -> int:
        """Entries that are delivered and not done."""
        return sum(len(taken) for taken in self._taken)

    def oldest_ns(self) -> int | None:
        """When the oldest entry that is not done was received."""
        firsts = [fresh[0].received_at_ns for fresh in self._fresh if fresh]
        delivered = [place.received_at_ns for taken in self._taken for place in taken.values()]
        return min(firsts + delivered, default=None)

    def _partition(self, place: Place) -> int:
        return place.partition % len(self._fresh)

    def _dropped(self, position: str) -> Place | None:
        place = next((found for taken in self._taken if (found := taken.pop(position, None))), None)
        if place:
            self._attempts.pop(position, None)
            self.living[place.segment] -= 1
            self.records -= place.records
            self.bytes -= place.length
        return place
