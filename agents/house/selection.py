"""Which candidate claims answer a question: the best call's first, what was named before what was not, nothing twice."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence

from agents.reading import Ask, Reading, read
from agents.vocabulary import tokens
from domain.claims import Claim

SIDE_CLAIMS = 2
LISTED = r"\b(?:which|who|whose|list|each|every)\b"
PREFERRED: Mapping[Ask, tuple[str, ...]] = {
    "when": ("temporal",),
    "change": ("comparison", "trend"),
    "new": ("entity", "comparison"),
    "absence": ("absence",),
    "count": ("quantity",),
}


def chosen(question: str, candidates: Sequence[Claim], limit: int) -> tuple[str, ...]:
    """Ids of at most `limit` claims, best first; "top N" in the question bounds the things told of by the best call."""
    reading = read(question)
    groups = _by_call(_distinct([claim for claims in _by_call(candidates).values() for claim in claims]))
    if not groups or limit < 1:
        return ()
    lists = _telling(reading, [_ordered(reading, claims) for claims in groups.values()])
    if reading.filters.limit:
        lists[0] = _about_first(lists[0], reading.filters.limit)
    return tuple(claim.id for claim in _shared_out(lists, limit))


def values_of(claim: Claim) -> frozenset[str]:
    """Every text a claim's slots hold, in lower case: the names it is about."""
    return frozenset(_leaves(claim.slots))


def is_total(claim: Claim) -> bool:
    """Whether a claim is about everything in scope rather than one thing."""
    return claim.slots.get("subject") in (None, "all", {}, "")


def _distinct(candidates: Sequence[Claim]) -> list[Claim]:
    unique: dict[str, Claim] = {}
    for claim in candidates:
        unique.setdefault(claim.text or json.dumps([claim.kind, claim.slots], sort_keys=True, default=str), claim)
    return list(unique.values())


def _by_call(claims: Sequence[Claim]) -> dict[str, list[Claim]]:
    groups: dict[str, list[Claim]] = {}
    for claim in claims:
        call = claim.bind[0].evidence if claim.bind else claim.id.partition(".")[0]
        groups.setdefault(call, []).append(claim)
    return groups


def _is_denial(claims: Sequence[Claim]) -> bool:
    """Whether all a call has to say is that there was nothing to see."""
    return all(claim.kind == "absence" for claim in claims)


def _spoken(claims: Sequence[Claim]) -> set[str]:
    return {token for claim in claims for token in tokens(" ".join([claim.text, *_terms(claim)]))}


def _terms(claim: Claim) -> Iterable[str]:
    """The field's terms in a claim's slots: what kind of thing it is about and what was measured."""
    subject = claim.slots.get("subject")
    kinds = tuple(subject) if isinstance(subject, Mapping) else ()
    return (str(term).replace("_", " ") for term in (*kinds, claim.slots.get("metric", ""), claim.slots.get("attribute", "")))


def _telling(reading: Reading, lists: Sequence[list[Claim]]) -> list[list[Claim]]:
    """The best call's claims, and of the others those that speak of something asked that is still open.

    When the best call saw nothing, the others are what there is to tell; for a diagnosis every sign counts, and where it is asked whether
    there is anything at all, every "no".
    """
    told, kept = _spoken(lists[0]), [lists[0]]
    for side in lists[1:]:
        news = set(reading.words) & _spoken(side) - told
        is_sign = not _is_denial(side) and ("why" in reading.asks or _is_denial(lists[0]))
        if news or is_sign or (_is_denial(side) and reading.asks & {"yes_no", "absence"}):
            kept.append(side)
            told |= news
    return kept


def _ordered(reading: Reading, claims: Sequence[Claim]) -> list[Claim]:
    return sorted(claims, key=lambda claim: _rank(reading, claim))


def _rank(reading: Reading, claim: Claim) -> tuple[int, ...]:
    names = _names(reading)
    ranked = "ranking" in reading.asks and "quantifier" in claim.slots
    leads = ranked or ("quantifier" in claim.slots and claim.materiality == "high")
    preferred = (
        ranked or _is_attribute_asked(reading, claim) or any(claim.kind in kinds for ask, kinds in PREFERRED.items() if ask in reading.asks)
    )
    counts = "count" in reading.asks
    is_listed = "ranking" in reading.asks or re.search(LISTED, reading.text, re.IGNORECASE)
    wants_total = counts and not names and not is_listed
    return (
        bool(names) and not names & values_of(claim),
        not preferred,
        "ranking" in reading.asks and not ranked,
        counts and not ranked and not isinstance(claim.slots.get("value"), int),
        (bool(is_listed) or "why" in reading.asks) and not leads and is_total(claim),
        "attribute" in claim.slots and not leads and "why" not in reading.asks,
        claim.kind in ("temporal", "quote") and "when" not in reading.asks and claim.materiality != "high",
        wants_total and not is_total(claim),
        -len(set(tokens(reading.text)) & set(tokens(claim.text))) if is_total(claim) else 0,
        claim.materiality == "low",
    )


def _is_attribute_asked(reading: Reading, claim: Claim) -> bool:
    """Whether a claim tells an attribute that the question speaks of ("which change"); rankings are another matter."""
    named = () if "quantifier" in claim.slots else tokens(str(claim.slots.get("attribute", "")).replace("_", " "))
    return any(token.startswith("~") and token in reading.words for token in named)


def _names(reading: Reading) -> frozenset[str]:
    named = (*reading.services, *reading.routes, *reading.clients, *reading.users, *reading.statuses)
    return frozenset(name.lower() for name in named)


def _about_first(claims: Sequence[Claim], count: int) -> list[Claim]:
    """The claims about the first `count` things; claims about everything stay."""
    things: dict[str, None] = {}
    kept = []
    for claim in claims:
        thing = "" if is_total(claim) else json.dumps(claim.slots.get("subject"), sort_keys=True, default=str)
        if thing and len(things) < count:
            things[thing] = None
        if not thing or thing in things:
            kept.append(claim)
    return kept


def _shared_out(lists: Sequence[list[Claim]], limit: int) -> list[Claim]:
    """Most of the room for the best call, a little for each other, the rest in order."""
    reserve = min(SIDE_CLAIMS * (len(lists) - 1), limit // 2)
    taken = list(lists[0][: limit - reserve])
    for side in lists[1:]:
        taken.extend(side[:SIDE_CLAIMS])
    taken.extend(claim for claims in lists for claim in claims if claim not in taken)
    return taken[:limit]


def _leaves(value: object) -> Iterable[str]:
    if isinstance(value, Mapping):
        for each in value.values():
            yield from _leaves(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _leaves(each)
    elif value is not None and not isinstance(value, bool):
        yield str(value).lower()
