"""The model tier: which sentences a model may be asked about, and what its opinion may do to a verdict, which is never to prove one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from domain.claims import Claim, Judged, Verdict
from grounding import residue, vocabulary
from grounding.covers import Cover, cover
from grounding.lexicon import Lexicon
from grounding.operands import EvidenceById
from grounding.tokens import scan

AUTHOR = "model"
_DENIED: dict[Verdict, Verdict] = {"supported": "text-supported", "text-supported": "unverified"}


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A judged sentence a model may be asked about: `agreed` is its verdict when the model agrees, `denied` when it does not."""

    judged: Judged
    bound: Cover
    agreed: Verdict
    denied: Verdict


def doubtful(judged: Sequence[Judged], evidence: EvidenceById, most: int) -> tuple[Doubtful, ...]:
    """Sentences that say more than was recomputed although each of their checkable tokens is covered, at most so many."""
    lexicon = Lexicon(evidence)
    found = (_doubtful(entry, evidence, lexicon) for entry in judged)
    return tuple(one for one in found if one is not None)[:most]


def _doubtful(entry: Judged, evidence: EvidenceById, lexicon: Lexicon) -> Doubtful | None:
    claim = entry.claim
    if not claim.text or (claim.kind != "text" and claim.agent != AUTHOR):
        return None
    bound = cover(claim, evidence)
    if not bound.cells or not _says_more(claim, bound):
        return None
    if entry.verdict in _DENIED:
        return Doubtful(entry, bound, entry.verdict, _DENIED[entry.verdict])
    is_open = entry.verdict == "unverified" and _is_ours(bound) and scan(claim.text) and not residue.problems(claim.text, [bound], lexicon)
    return Doubtful(entry, bound, "text-supported", "unverified") if is_open else None


def _is_ours(bound: Cover) -> bool:
    """Whether a cell is from the platform or a person: words of outsiders alone never make a sentence better."""
    return any(cell.column.trust != "external" for cell in bound.cells)


def _says_more(claim: Claim, bound: Cover) -> bool:
    """Whether the text has words that no cell, slot or label of its claim has."""
    spoken = [vocabulary.stems(text) for text in (*bound.literals, *bound.names)]
    words = frozenset(word for word in vocabulary.stems(claim.text) if not word[0].isdigit())
    return bool(words - frozenset().union(*spoken))


def lowered(judged: Sequence[Judged], asked: Sequence[Doubtful], yes: Collection[str], no: Collection[str]) -> tuple[Judged, ...]:
    """The verdicts after a model's opinion, by claim id; it gives none above text-supported, and without one nothing changes."""
    by_id = {one.judged.claim.id: one for one in asked}
    return tuple(_lowered(entry, by_id.get(entry.claim.id), yes, no) for entry in judged)


def _lowered(entry: Judged, asked: Doubtful | None, yes: Collection[str], no: Collection[str]) -> Judged:
    if asked is None or asked.judged != entry:
        return entry
    if entry.claim.id in no:
        return replace(entry, verdict=asked.denied, reason=f"{entry.reason}; a model finds it does not follow from its cells")
    if entry.claim.id in yes and asked.agreed != entry.verdict:
        return replace(entry, verdict=asked.agreed, reason=f"a model finds it follows from its cells ({entry.reason})")
    return entry
