"""A sheet: some evidence records of one world, and claims made by walking them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.claims import Claim
from domain.evidence import Evidence
from evals.verifier.oracle.judgement import truth
from evals.verifier.oracle.truths import Truth
from grounding.knowledge import NOTHING, Knowledge


@dataclass(frozen=True, slots=True)
class Sheet:
    """Evidence by id with claims about it; `origin` says whether templates or made-up shapes gave it."""

    origin: str
    evidence: Mapping[str, Evidence]
    claims: tuple[Claim, ...] = ()
    knowledge: Knowledge = NOTHING
    documents: Mapping[str, Mapping[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "documents", {name: one.as_json() for name, one in self.evidence.items()})

    def truth(self, claim: Claim, changed: Mapping[str, Evidence] | None = None) -> Truth:
        """What the oracle says of a claim, over these records or over changed ones."""
        return truth(claim.as_json(), self.as_documents(changed))

    def as_documents(self, changed: Mapping[str, Evidence] | None = None) -> Mapping[str, Mapping[str, Any]]:
        """The records as JSON; only those that differ are written anew."""
        if changed is None:
            return self.documents
        fresh = {name: one.as_json() for name, one in changed.items() if one is not self.evidence.get(name)}
        return {**self.documents, **fresh}

    def templates(self) -> dict[str, str]:
        """The template by evidence id."""
        return {name: one.template for name, one in self.evidence.items()}


def confirmed(sheet: Sheet) -> tuple[list[Claim], list[Claim]]:
    """The claims that the oracle calls true, and those it calls false: of these the maker is wrong, or the oracle."""
    judged = [(sheet.truth(claim), claim) for claim in sheet.claims]
    return [claim for said, claim in judged if said == "true"], [claim for said, claim in judged if said == "false"]
