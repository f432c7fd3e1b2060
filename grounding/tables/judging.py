"""What a table says of a sentence: judged only when the readings that account for its words agree."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from grounding.tables.counts import read_count, read_member
from grounding.tables.extremes import read_extreme
from grounding.tables.facts import Fact, facts_of
from grounding.tables.linking import link
from grounding.tables.lookups import read_lookup
from grounding.tables.quantifiers import read_only, read_quantifier
from grounding.tables.reading import Reading
from grounding.tables.rivals import read_rivals, read_same
from grounding.tables.scene import Scene
from grounding.tables.sums import read_sum
from grounding.tables.table import Table
from grounding.tables.triggers import TRIGGERS
from grounding.tables.words import STOP

Reader = Callable[[Scene, Sequence[Fact]], Iterable[Reading]]
READERS: tuple[Reader, ...] = (
    read_lookup,
    read_count,
    read_member,
    read_quantifier,
    read_only,
    read_extreme,
    read_rivals,
    read_same,
    read_sum,
)
UNREAD = {"lookup": 3}  # words of no known meaning that a form tolerates
_UNREAD_ELSE = 1


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a sentence comes to: true, false, or None where it could not be read; and the form it was read as."""

    holds: bool | None
    form: str
    unread: int = 0


def judge(sentence: str, table: Table) -> Judgement:
    """Reads a sentence as small logical forms over the table and judges it where they agree.

    Source: the idea of latent programs over linked words is the Latent Program Algorithm of Chen et al., TabFact (ICLR 2020);
    here the programs are few, written by hand and read by rules, and disagreement abstains.
    """
    scene = link(sentence, table)
    facts = facts_of(scene)
    readings = [one for reader in READERS for one in reader(scene, facts)]
    unread = [(len(_unread(scene, one)), one) for one in readings if not _unread_triggers(scene, one)]
    tolerated = [(count, one) for count, one in unread if count <= UNREAD.get(one.form, _UNREAD_ELSE)]
    if not tolerated:
        return Judgement(None, "unread words")
    least = min(count for count, _ in tolerated)
    best = [one for count, one in tolerated if count == least]
    if len({one.holds for one in best}) != 1:
        return Judgement(None, "readings differ")
    return Judgement(best[0].holds, best[0].form, least)


def _unread(scene: Scene, reading: Reading) -> list[str]:
    known = scene.headed() | reading.used
    return [word.text for i, word in enumerate(scene.words) if i not in known and word.stem not in STOP | scene.table.caption]


def _unread_triggers(scene: Scene, reading: Reading) -> list[str]:
    """Words that shape the claim, and numbers, that the reading leaves out: it is then no reading of the sentence."""
    known = scene.headed() | reading.used
    caption = scene.table.caption
    loose = [(i, word) for i, word in enumerate(scene.words) if i not in known]
    return [word.text for _, word in loose if word.text in TRIGGERS or (word.value is not None and word.stem not in caption)]
