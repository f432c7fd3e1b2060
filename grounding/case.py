"""What a claim is judged in: the evidence, the names in it, what is known beside it, and the verdicts already given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.claims import Judged
from grounding.knowledge import NOTHING, Knowledge
from grounding.lexicon import Lexicon
from grounding.operands import EvidenceById


@dataclass(frozen=True, slots=True)
class Case:
    """One call of the verifier; `judged` holds the claims that advice may rest on, by id.

    `facts` keeps what evidence was found to say of services, by evidence and by the names known to be services.
    """

    evidence: EvidenceById
    knowledge: Knowledge = NOTHING
    judged: Mapping[str, Judged] = field(default_factory=dict)
    facts: dict[tuple[str, frozenset[str]], tuple[Any, ...]] = field(default_factory=dict, compare=False)
    lexicon: Lexicon = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lexicon", Lexicon(self.evidence))
