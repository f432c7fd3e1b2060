"""Which true claims are tried: as many of each kind as there can be, from templates first, then from made-up sheets."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from random import Random

from domain.claims import Claim
from evals.verifier.oracle.judgement import KINDS
from evals.verifier.shapes.sheets import sheets as made_up_sheets
from evals.verifier.sheet import Sheet, confirmed

MOST_SHEETS = 600
_OF_TEMPLATES = 0.6  # of each kind, at most; the rest from made-up sheets
_OF_ONE_SHEET = 4  # claims of one kind


@dataclass(frozen=True, slots=True)
class Chosen:
    """A sheet with the true claims that are tried, and how many claims on it the oracle denied or left open."""

    sheet: Sheet
    true: tuple[Claim, ...]
    denied: tuple[Claim, ...]


def choose(templates: Sequence[Sheet], claims: int, seed: int) -> list[Chosen]:
    """Sheets with `claims` true claims in all, evenly over the kinds where they can be had."""
    quota = -(-claims // len(KINDS))
    counted: Counter[str] = Counter()
    chosen: list[Chosen] = []
    for sheet in chain(templates, islice(made_up_sheets(seed), MOST_SHEETS)):
        room = quota if sheet.origin != "templates" else round(_OF_TEMPLATES * quota)
        one = _of_sheet(sheet, counted, room, Random(f"{seed} {len(chosen)}"))
        if one.true:
            chosen.append(one)
        if counted.total() >= claims and all(counted[kind] >= quota for kind in KINDS):
            break
    return chosen


def _of_sheet(sheet: Sheet, counted: Counter[str], quota: int, dice: Random) -> Chosen:
    true, denied = confirmed(sheet)
    picked = list(_picked(true, counted, quota, dice))
    counted.update(claim.kind for claim in picked)
    return Chosen(sheet, tuple(picked), tuple(claim for claim in denied if claim.kind != "trend"))


def _picked(true: Iterable[Claim], counted: Counter[str], quota: int, dice: Random) -> Iterator[Claim]:
    """Of every kind that is not full, some; a quota may be passed by what one sheet adds."""
    kinds: dict[str, list[Claim]] = {}
    for claim in true:
        kinds.setdefault(claim.kind, []).append(claim)
    for kind, some in sorted(kinds.items()):
        if counted[kind] < quota:
            yield from (replace(claim, text="") for claim in dice.sample(some, min(_OF_ONE_SHEET, len(some), quota - counted[kind])))
