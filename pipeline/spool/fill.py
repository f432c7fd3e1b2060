"""How full a spool is, and what that asks of admission."""

from bisect import bisect_right
from dataclasses import dataclass

from domain.errors import QueueFullError
from domain.queue import Pressure

WATERMARKS = (0.80, 0.90, 0.95, 0.98)


@dataclass(slots=True)
class Fill:
    """Bytes on disk and on their way there, against a budget and what the disk itself has left; `spare` of the disk is never used."""

    budget: int
    spare: int
    most_waiting: int
    used: int = 0
    waiting: int = 0
    free: int = 1 << 62

    @property
    def share(self) -> float:
        """From 0 (empty) to 1 (no room)."""
        room = min(self.budget - self.used, self.free - self.spare) - self.waiting
        return 1.0 - max(room, 0) / self.budget

    def pressure(self) -> Pressure:
        """What must be given up at this fill."""
        return Pressure(bisect_right(WATERMARKS, self.share))

    def admit(self, size: int) -> None:
        """Let so many bytes wait for the disk. Raises QueueFullError when there is no room for them."""
        if self.pressure() is Pressure.CLOSED or self.share + size / self.budget > 1.0:
            raise QueueFullError(
                f"the spool holds {self.used:,} of {self.budget:,} bytes and the disk has {self.free:,} left; try again later"
            )
        if self.waiting and self.waiting + size > self.most_waiting:
            raise QueueFullError(f"{self.waiting:,} bytes wait for the spool's disk already; try again later")
        self.waiting += size
