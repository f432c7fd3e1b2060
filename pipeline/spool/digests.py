"""Requests of the last 15 minutes, by digest, and which segment remembers each on disk."""

from collections.abc import Mapping

KEPT_NS = 15 * 60 * 1_000_000_000
MOST = 500_000  # digests in memory; beyond them the oldest is forgotten early


class Recent:
    """When each digest was appended, oldest first."""

    def __init__(self) -> None:
        self._at: dict[str, int] = {}

    def add(self, digest: str, at_ns: int) -> None:
        """Remember one; an empty one is none."""
        if not digest:
            return
        self._at.pop(digest, None)
        self._at[digest] = at_ns
        for old in tuple(self._old(at_ns)):
            del self._at[old]

    def knows(self, digest: str, now_ns: int) -> bool:
        """Whether it was appended in the last 15 minutes."""
        at_ns = self._at.get(digest)
        return at_ns is not None and now_ns - at_ns <= KEPT_NS

    def _old(self, now_ns: int) -> list[str]:
        """At most two a call, so that no append pays for many."""
        first = [digest for digest, _ in zip(self._at, range(2), strict=False)]
        return [digest for digest in first if len(self._at) > MOST or now_ns - self._at[digest] > KEPT_NS]


class Digests:
    """Digests by segment, so that those of a consumed segment can be kept. `gone`: segments of which only the digests are left."""

    def __init__(self, found: Mapping[int, Mapping[str, int]], gone: set[int]) -> None:
        self.recent = Recent()
        self._of = {number: dict(kept) for number, kept in found.items()}
        self._gone = gone
        pairs = sorted((at_ns, digest) for kept in found.values() for digest, at_ns in kept.items())
        for at_ns, digest in pairs:
            self.recent.add(digest, at_ns)

    def add(self, segment: int, digest: str, at_ns: int) -> None:
        """A digest whose append is durable now."""
        if digest:
            self._of.setdefault(segment, {})[digest] = at_ns
            self.recent.add(digest, at_ns)

    def leave(self, segment: int, now_ns: int) -> Mapping[str, int]:
        """A segment is consumed: its digests that are still to be known."""
        kept = {digest: at_ns for digest, at_ns in self._of.pop(segment, {}).items() if now_ns - at_ns <= KEPT_NS}
        if kept:
            self._of[segment] = kept
            self._gone.add(segment)
        return kept

    def expire(self, now_ns: int) -> tuple[int, ...]:
        """The consumed segments nothing is to be remembered of any more."""
        over = tuple(number for number in self._gone if all(now_ns - at_ns > KEPT_NS for at_ns in self._of.get(number, {}).values()))
        for number in over:
            self._of.pop(number, None)
        self._gone.difference_update(over)
        return over
