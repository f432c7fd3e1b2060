"""Operators on quoted words: swapped, denied, left out, misprinted, taken from elsewhere."""

from collections.abc import Callable, Iterable
from random import Random

from domain.claims import Claim
from grounding.mutations.mutant import Operator, cell_of, with_slots
from grounding.operands import EvidenceById

_FEWEST = 3
Rewrite = Callable[[list[str], Random], list[str] | None]


def _rewritten(rewrite: Rewrite) -> Operator:
    def change(claim: Claim, _evidence: EvidenceById, random: Random) -> Iterable[Claim]:
        words = str(claim.slots.get("text", "")).split()
        if claim.kind != "quote" or len(words) < _FEWEST:
            return
        changed = rewrite(words, random)
        if changed and changed != words:
            yield with_slots(claim, text=" ".join(changed))

    return change


def _swapped(words: list[str], random: Random) -> list[str]:
    i = random.randrange(len(words) - 1)
    return [*words[:i], words[i + 1], words[i], *words[i + 2 :]]


def _denied(words: list[str], random: Random) -> list[str]:
    i = random.randrange(1, len(words))
    return [*words[:i], "not", *words[i:]]


def _elided(words: list[str], random: Random) -> list[str]:
    """A word in the middle left out without saying so."""
    i = random.randrange(1, len(words) - 1)
    return [*words[:i], *words[i + 1 :]]


def _misprinted(words: list[str], random: Random) -> list[str] | None:
    places = [i for i, word in enumerate(words) if any(char.isdigit() for char in word)]
    if not places:
        return None
    i = random.choice(places)
    at = random.choice([k for k, char in enumerate(words[i]) if char.isdigit()])
    digit = str((int(words[i][at]) + random.randrange(1, 9)) % 10)
    return [*words[:i], words[i][:at] + digit + words[i][at + 1 :], *words[i + 1 :]]


def _added(words: list[str], random: Random) -> list[str]:
    return [*words, random.choice(("and recovered", "by admin", "successfully", "for 30 minutes"))]


def _dotted(words: list[str], random: Random) -> list[str]:
    """Words left out behind dots, as if the rest stood together."""
    i = random.randrange(1, len(words) - 1)
    return [*words[:i], "…", *words[i + 1 :]]


def _from_elsewhere(claim: Claim, evidence: EvidenceById, random: Random) -> Iterable[Claim]:
    cell = cell_of(claim, evidence)
    if cell is None or claim.kind != "quote":
        return
    others = [str(row.get(cell.column.name)) for row in cell.evidence.rows if row.get(cell.column.name) not in (None, "", cell.value)]
    if others:
        yield with_slots(claim, text=random.choice(others))


OPERATORS: dict[str, Operator] = {
    "quoted words swapped": _rewritten(_swapped),
    "quote denied": _rewritten(_denied),
    "quote elided": _rewritten(_elided),
    "quote misprinted": _rewritten(_misprinted),
    "quote added to": _rewritten(_added),
    "quote with dots inside": _rewritten(_dotted),
    "quote from another row": _from_elsewhere,
}
