"""When in a world a fault happens."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.window import Window
from simulator.dice import Dice


@dataclass(frozen=True, slots=True)
class Slot:
    """The part of a world that a fault may take, in shares of its length: late enough for a baseline before it.

    `at_most` caps how long it lasts in long worlds.
    """

    earliest: float = 0.36
    latest: float = 0.96
    shortest: float = 0.16
    longest: float = 0.39
    at_most: timedelta = timedelta.max

    def drawn(self, window: Window, dice: Dice) -> Window:
        """A window inside the slot, on whole seconds."""
        length = min(window.length * dice.between(self.shortest, self.longest), self.at_most)
        free = max(self.latest - self.earliest - length / window.length, 0.0)
        start = (window.start + window.length * (self.earliest + free * dice.between(0, 1))).replace(microsecond=0)
        return Window(start, start + timedelta(seconds=int(length.total_seconds())))


ANYWHERE = Slot()


def placed(window: Window, at_most: timedelta, where: float) -> Window:
    """A window of at most that length (and at most 40 % of the world), `where` of the way through the world, on whole seconds."""
    length = min(at_most, window.length * 0.4)
    start = (window.start + (window.length - length) * where).replace(microsecond=0)
    return Window(start, start + timedelta(seconds=int(length.total_seconds())))


def progress(window: Window, at: datetime) -> float:
    """How far through a window an instant is, 0 to 1."""
    return min(1.0, max(0.0, (at - window.start) / window.length)) if window.length else 1.0


def part(window: Window, start: float, end: float) -> Window:
    """The part of a window between two shares of it."""
    return Window(window.start + window.length * start, window.start + window.length * end)


def instants(window: Window, every: timedelta, dice: Dice) -> list[datetime]:
    """About evenly spaced instants strictly inside a window, at least two where it has any length."""
    step = min(every, window.length / 3)
    number = int(window.length / step) if step else 0
    return [at for at in (window.start + step * (place + dice.between(0.2, 0.9)) for place in range(number)) if window.contains(at)]
