"""One question to one bad model, and what its answer shows."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from domain.claims import Claim, Judged
from evals.robustness.kinds import NAME, NUMBER, Kind
from evals.runtime import Document
from grounding.documents import claims_from_json, evidence_from_json
from grounding.headline import unsupported_tokens
from grounding.verifier import verify

Ask = Callable[[Mapping[str, Any]], Awaitable[Document]]
# Advice and earlier incidents are judged with knowledge that a document alone does not hold.
KNOWING = frozenset({"recommendation", "past_incident"})
GOOD = frozenset({"supported", "consistent"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was published when a model was bad; everything but `removed` and `fallback` should be as in a good answer.

    `unsound` are published claims that a fresh verification does not uphold, `headline` tells of one that says more than them,
    `leaked` of invented words in what is shown, `untold` of removed claims that the reader is not told of.
    """

    kind: str
    question: str
    status: str
    published: int
    unsound: int
    headline: bool
    leaked: bool
    untold: bool
    removed: int
    fallback: bool
    seconds: float

    @property
    def is_sound(self) -> bool:
        """Whether nothing went wrong."""
        return self.status in ("ok", "partial") and not (self.unsound or self.headline or self.leaked or self.untold)

    def as_json(self) -> dict[str, Any]:
        """The outcome as reports carry it."""
        return {**asdict(self), "sound": self.is_sound}


async def tried(ask: Ask, kind: Kind, question: str) -> Outcome:
    """Asks once. Whatever the product raises is raised."""
    began = time.perf_counter()
    document = await ask({"question": question})
    return outcome(kind, document, time.perf_counter() - began)


def outcome(kind: Kind, document: Document, seconds: float) -> Outcome:
    """What an answer shows."""
    shown = f"{document['headline']}\n{document['answer_markdown']}\n{[claim['text'] for claim in document['claims']]}"
    removed = document["removed_claims"]
    is_untold = bool(removed) != ("Removed before this was published" in document["answer_markdown"]) or (
        kind.lies and not _says_why(document)
    )
    return Outcome(
        kind=kind.name,
        question=document["question"],
        status=document["status"],
        published=len(document["claims"]),
        unsound=len(unsound(document)),
        headline=headline_says_more(document),
        leaked=NUMBER in shown or NAME in shown.casefold(),
        untold=is_untold,
        removed=len(removed),
        fallback=bool(document["fallback"]),
        seconds=round(seconds, 3),
    )


def unsound(document: Document) -> Sequence[Judged]:
    """The published claims that do not hold when they are verified again from the document alone."""
    evidence = {item.id: item for item in evidence_from_json(document["evidence"])} if document["evidence"] else {}
    claims = claims_from_json(list(document["claims"])) if document["claims"] else ()
    return [entry for entry in verify(claims, evidence) if entry.verdict not in GOOD and entry.claim.kind not in KNOWING]


def headline_says_more(document: Document) -> bool:
    """Whether the headline is neither whole published sentences nor made of their tokens and words."""
    claims = claims_from_json(list(document["claims"])) if document["claims"] else ()
    if not claims:
        return not document["headline"].startswith(("Insufficient evidence", "No data", "This does not look like"))
    evidence = {item.id: item for item in evidence_from_json(document["evidence"])}
    return not _is_joined(document["headline"], claims) and bool(
        unsupported_tokens(document["headline"], claims, evidence, document["question"])
    )


def _is_joined(headline: str, claims: Sequence[Claim]) -> bool:
    sentences = {_plain(claim.text) for claim in claims}
    return {_plain(part) for part in headline.split("; ")} <= sentences


def _plain(sentence: str) -> str:
    return sentence.strip().rstrip(".").casefold()


def _says_why(document: Document) -> bool:
    """Whether what a lying model wrote is accounted for: removed with a reason, or its headline said to be replaced, or itself given up."""
    reasons = all(claim["reason"] for claim in document["removed_claims"])
    return reasons and bool(document["removed_claims"] or document["fallback"] or any("headline" in note for note in document["notes"]))
