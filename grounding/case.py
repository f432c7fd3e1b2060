"""What a claim is judged in: the evidence, the names in it, what is known beside it, and the verdicts already given."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.claims import Judged
from grounding.knowledge import NOTHING, Knowledge
from grounding.lexicon import Lexicon
from grounding.operands import EvidenceById


@dataclass(frozen=True, slots=True)
class Case:
    """One call of the verifier; `judged` holds the claims that advice may rest on, by id."""

    evidence: EvidenceById
    knowledge: Knowledge = NOTHING
    judged: Mapping[str, Judged] = field(default_factory=dict)
    lexicon: Lexicon = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lexicon", Lexicon(self.evidence))
