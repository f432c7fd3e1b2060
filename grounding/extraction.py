"""From a sentence without slots to claims that can be checked: numbers, times, ranks, comparisons, absences and quotes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from domain.claims import Claim
from grounding import residue
from grounding.candidates import Sentence, now_and_before, pool, sentence
from grounding.changes import read_change
from grounding.clauses import unframed
from grounding.contrasts import read_contrast, read_equal
from grounding.courses import read_course, read_shape
from grounding.covers import cover
from grounding.lexicon import Lexicon
from grounding.operands import EvidenceById
from grounding.outcomes import Outcome, contradicted, supported, unverified
from grounding.paraphrases import plainly, spoken
from grounding.propositions import Span, propositions
from grounding.readings import Reading, read_absence, read_number, read_order, read_quote, read_rank, read_share, read_state, read_time
from grounding.tables import loose
from grounding.tokens import Token

Reader = Callable[[Sentence, Token], Iterable[Reading]]
MAX_TEXT = 1_000  # characters of a sentence that is taken apart
_UNREAD = "nothing in the text can be bound to a cell"


@dataclass(frozen=True, slots=True)
class Extraction:
    """What a text came to: its outcome and the claims read from it, bound."""

    outcome: Outcome
    claims: tuple[Claim, ...] = ()


def read(claim: Claim, evidence: EvidenceById, lexicon: Lexicon | None = None) -> Extraction:
    """Reads a text claim, checks what was read and that nothing checkable is left over."""
    sources = pool(claim.bind, evidence)
    claim = replace(claim, text=plainly(spoken(claim.text, sources)))
    if sources and claim.text.strip() and all(map(loose.is_loose, sources)):
        return Extraction(loose.outcome(claim.text, sources))
    lexicon = lexicon or Lexicon(evidence)
    whole = _read_whole(claim, evidence, lexicon)
    if whole.outcome.verdict == "supported" or len(claim.text) > MAX_TEXT:
        return whole
    parts = propositions(claim.text, partial(_names, lexicon=lexicon, ids=[source.id for source in sources]))
    return (
        _together(claim, whole, [_read_whole(replace(claim, text=part), evidence, lexicon) for part in parts]) if len(parts) > 1 else whole
    )


def _names(text: str, lexicon: Lexicon, ids: Sequence[str]) -> list[Span]:
    """The names of any evidence in a text, the longest of those that overlap."""
    found = sorted((mention for one in ids for mention in lexicon.mentions(text, one)), key=lambda one: (one.start, -one.end))
    spans: list[Span] = []
    for mention in found:
        if not spans or mention.start >= spans[-1].end:
            spans.append(Span(mention.start, mention.end))
    return spans


def _together(claim: Claim, whole: Extraction, parts: Sequence[Extraction]) -> Extraction:
    """A sentence is as good as its worst part; what no part settles stays open, even where the whole was misread."""
    claims = tuple(_named(found, claim, i) for i, found in enumerate(found for part in parts for found in part.claims))
    outcomes = [part.outcome for part in parts]
    failed = [one for one in outcomes if one.verdict != "supported"]
    wrong = next((one for one in failed if one.verdict == "contradicted"), None)
    if not failed:
        return Extraction(outcomes[0], claims)
    if wrong is not None:
        return Extraction(replace(wrong, correction=None), claims)
    return Extraction(failed[0], claims or whole.claims)


def _read_whole(claim: Claim, evidence: EvidenceById, lexicon: Lexicon) -> Extraction:
    pair = now_and_before(claim.bind, evidence)
    sources = [source for source in pool(claim.bind, evidence) if pair is None or source is pair[0].evidence]
    said = [sentence(claim.text, source, lexicon, claim.bind, pair) for source in sources]
    if not claim.text.strip() or not said:
        return Extraction(unverified("there is no text to read" if said else "there is no evidence to read it against"))
    readings = _readings(said)
    if not readings:
        return Extraction(unverified(_UNREAD))
    claims = tuple(_named(reading.claim, claim, i) for i, reading in enumerate(readings))
    failed = [reading.outcome for reading in readings if reading.outcome.verdict != "supported"]
    worst = next((outcome for outcome in failed if outcome.verdict == "contradicted"), failed[0] if failed else None)
    return Extraction(worst or _residue_outcome(claim.text, claims, evidence, lexicon), claims)


def _named(found: Claim, claim: Claim, i: int) -> Claim:
    return replace(found, id=claim.id if i == 0 else f"{claim.id}.{i + 1}", materiality=claim.materiality, agent=claim.agent)


def _residue_outcome(text: str, claims: Sequence[Claim], evidence: EvidenceById, lexicon: Lexicon) -> Outcome:
    covers = [cover(one, evidence) for one in claims]
    left = residue.problems(text, covers, lexicon)
    if not left:
        more = unframed(text, covers)
        return unverified(f"nothing recomputed says {more!r}") if more else supported("read from the text and recomputed")
    worst = next((problem for problem in left if problem.contradicts), left[0])
    return contradicted(worst.reason) if worst.contradicts else unverified(worst.reason)


def _readings(said: Sequence[Sentence]) -> list[Reading]:
    """The best reading of each telling token; tokens a reading covers besides its own are not read again."""
    found: list[Reading] = []
    done: set[int] = set()
    for kinds, reader in _READERS:
        for token in _tokens(said, kinds):
            if token.start in done:
                continue
            best = _best([reading for one in said for own in _at(one, token) for reading in reader(one, own)])
            if best is not None:
                found.append(best)
                done |= {token.start, *best.covers}
    return (
        found
        or [
            best
            for reader in (read_order, read_equal, read_shape, read_state)
            if (best := _best([one for each in said for one in reader(each)]))
        ][:1]
    )


def _tokens(said: Sequence[Sentence], kinds: frozenset[str]) -> list[Token]:
    """The tokens of those kinds in any reading of the text, each position once."""
    by_start = {token.start: token for one in said for token in one.tokens if token.kind in kinds}
    return [by_start[start] for start in sorted(by_start)]


def _at(said: Sentence, token: Token) -> list[Token]:
    return [own for own in said.tokens if own.start == token.start and own.kind == token.kind]


def _best(readings: Sequence[Reading]) -> Reading | None:
    """The most relevant reading; where equally relevant ones disagree, none can be relied on."""
    top = max((reading.relevance for reading in readings), default=None)
    best = [reading for reading in readings if reading.relevance == top]
    verdicts = {reading.outcome.verdict for reading in best}
    if len(verdicts) <= 1:
        return best[0] if best else None
    return replace(best[0], outcome=unverified("the text fits several cells that differ"))


_READERS: tuple[tuple[frozenset[str], Reader], ...] = (
    (frozenset({"quoted"}), read_quote),
    (frozenset({"number"}), read_change),
    (frozenset({"comparative", "number"}), read_contrast),
    (frozenset({"comparative"}), read_course),
    (frozenset({"quantifier"}), read_rank),
    (frozenset({"quantifier"}), read_share),
    (frozenset({"time", "clock"}), read_time),
    (frozenset({"number"}), read_number),
    (frozenset({"negation"}), read_absence),
)
