"""Requests of the last 15 minutes, by digest, and which segment remembers each on disk."""

from collections.abc import Mapping

KEPT_NS = 15 * 60 * 1_000_000_000


class Digests:
    """Digests by segment; those older than 15 minutes are forgotten. `gone`: segments of which only the digests are left."""

    def __init__(self, found: Mapping[int, Mapping[str, int]], gone: set[int]) -> None:
        self._of = {number: dict(kept) for number, kept in found.items()}
        self._at = {digest: at_ns for kept in found.values() for digest, at_ns in kept.items()}
        self._gone = gone

    def knows(self, digest: str, now_ns: int) -> bool:
        """Whether a request of this digest was appended in the last 15 minutes."""
        return now_ns - self._at.get(digest, now_ns - 2 * KEPT_NS) <= KEPT_NS

    def add(self, segment: int, digest: str, at_ns: int) -> None:
        """A digest whose append is durable now."""
        if digest:
            self._of.setdefault(segment, {})[digest] = self._at[digest] = at_ns

    def leave(self, segment: int, now_ns: int) -> Mapping[str, int]:
        """A segment is consumed: its digests that are still to be known."""
        kept = {digest: at_ns for digest, at_ns in self._of.pop(segment, {}).items() if now_ns - at_ns <= KEPT_NS}
        if kept:
            self._of[segment] = kept
            self._gone.add(segment)
        return kept

    def expire(self, now_ns: int) -> tuple[int, ...]:
        """Forget what is older than 15 minutes; the consumed segments nothing is remembered of any more."""
        for segment, kept in list(self._of.items()):
            if kept and now_ns - max(kept.values()) > KEPT_NS:
                for digest, at_ns in self._of.pop(segment).items():
                    if self._at.get(digest) == at_ns:
                        del self._at[digest]
        over = tuple(segment for segment in self._gone if segment not in self._of)
        self._gone.difference_update(over)
        return over
