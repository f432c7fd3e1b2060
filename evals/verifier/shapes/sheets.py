"""Sheets of made-up evidence, each record also asked of another time, so that stale citations have something to cite."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from domain.claims import Claim
from domain.evidence import Evidence
from domain.window import Window
from evals.verifier.shapes.causes import causes
from evals.verifier.shapes.series import COURSES, course
from evals.verifier.shapes.tables import TABLES
from evals.verifier.sheet import Sheet
from evals.verifier.walks.walk import walk

_EPOCH = datetime(2025, 3, 1, tzinfo=UTC)
_DAYS = 600
_SERIES = 3


def made_up(seed: int) -> Sheet:
    """One sheet of a seed: every table, three series, and one of them again a day later."""
    dice = Random(f"sheet {seed}")
    window = _window(dice)
    made = [table(dice, window) for table in TABLES]
    made += [course(name, dice, window) for name in dice.sample(sorted(COURSES), _SERIES)]
    made.append(_later(dice.randrange(2**30), window, dice))
    records = [replace(one, id=f"E{number}") for number, one in enumerate(made, start=1)]
    claims: tuple[Claim, ...] = tuple(claim for one in records for claim in walk(one, dice))
    return Sheet("made up", {one.id: one for one in records}, claims)


def _window(dice: Random) -> Window:
    start = _EPOCH + timedelta(days=dice.randrange(_DAYS), hours=dice.randrange(24), minutes=dice.choice((0, 15, 30)))
    return Window(start, start + timedelta(minutes=dice.choice((15, 60, 180, 1440))))


def _later(seed: int, window: Window, dice: Random) -> Evidence:
    """The question of one table asked of the next day."""
    moved = Window(window.end + timedelta(days=1), window.end + timedelta(days=1) + window.length)
    return dice.choice(TABLES)(Random(seed), moved)


def sheets(seed: int) -> Iterator[Sheet]:
    """Sheets without end, of seeds from this on."""
    number = seed
    while True:
        yield made_up(number)
        yield causes(number, _window(Random(f"causes {number}")))
        number += 1
