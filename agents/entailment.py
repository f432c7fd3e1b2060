"""The entailment question: doubtful sentences with the cells they are bound to, as data and nothing else."""

from collections.abc import Sequence

from domain.tasks import Doubt, EntailAnswer, EntailPayload, Premise, Seen, Task
from grounding.lowering import Doubtful
from grounding.paths import BoundCell, key_names

MOST_CELLS = 12
LONGEST_VALUE = 160


def entail_task(asked: Sequence[Doubtful], seen: Seen, question: str) -> Task[EntailAnswer]:
    """One task over all of them; each sentence with at most 12 cells, values cut to 160 characters."""
    doubts = tuple(Doubt(one.judged.claim.id, one.judged.claim.text, _premises(one.bound.cells)) for one in asked)
    return Task("entail", EntailPayload(doubts, seen, question), EntailAnswer)


def _premises(cells: Sequence[BoundCell]) -> tuple[Premise, ...]:
    return tuple(dict.fromkeys(_premise(cell) for cell in cells[:MOST_CELLS]))


def _premise(cell: BoundCell) -> Premise:
    keys = [str((cell.row or {}).get(name)) for name in key_names(cell.evidence) if (cell.row or {}).get(name) is not None]
    return Premise(
        " ".join(keys[:1])[:LONGEST_VALUE], cell.column.label or cell.column.name, str(cell.value)[:LONGEST_VALUE], cell.column.unit
    )
