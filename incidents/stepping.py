"""Detection walked forward minute by minute over a frame, each minute with a level that leaves known trouble out."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np

from analytics.baselines import Mask
from analytics.rules import HISTORY_MIN
from analytics.rules_applied import MINUTE
from domain.incidents import Incident
from incidents.detection import Rules, alarms
from incidents.grouping import Book, last_evidence
from incidents.links import Links
from incidents.observations import Frame

LONGEST_WINDOW_MIN = 30
NEEDED = timedelta(minutes=HISTORY_MIN + LONGEST_WINDOW_MIN)
LEAST_LEFT_MIN = 30


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk over a frame: rules, and which services belong together."""

    frame: Frame
    links: Links
    rules: Rules = field(default_factory=Rules)

    def forward(self, book: Book, first: int, last: int) -> None:
        """Take the alarms of the minutes that end at indices `first` to `last` (inclusive) into the book."""
        for at in range(max(1, first), min(last, self.frame.minutes) + 1):
            found = alarms(self.rules, self.frame, at, kept(book.incidents.values(), self.frame))
            book.take(found, self.frame.start + MINUTE * at, self.links)


def kept(incidents: Iterable[Incident], frame: Frame) -> dict[str, Mask]:
    """The minutes, by service, outside its incidents; a service with less than half an hour left keeps all."""
    masks: dict[str, Mask] = {}
    for incident in incidents:
        first = max(0, frame.index(incident.start_at))
        last = min(frame.minutes, frame.index(last_evidence(incident)) + 1)
        for service in incident.services if first < last else ():
            masks.setdefault(service, np.ones(frame.minutes, dtype=bool))[first:last] = False
    return {service: mask for service, mask in masks.items() if mask.sum() >= LEAST_LEFT_MIN}
