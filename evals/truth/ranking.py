"""Who is first: as one fact, or where several share the place, as any of them."""

from collections.abc import Mapping

from evals.facts import Either, Extreme, Fact, Named, Words

RELATIVE = 1e-9


def foremost(amounts: Mapping[str, float], quantifier: str = "most") -> tuple[str, ...]:
    """The names with the largest (of `least`: smallest) amount; more than one where they are equal."""
    best = min(amounts.values()) if quantifier == "least" else max(amounts.values())
    return tuple(sorted(name for name, amount in amounts.items() if abs(amount - best) <= RELATIVE * abs(best)))


def first(amounts: Mapping[str, float], attribute: Words, by: Words, quantifier: str = "most") -> Fact:
    """The fact that the first is the first; of equals it is enough to name one."""
    names = foremost(amounts, quantifier)
    facts = tuple(Extreme(name, attribute, by, quantifier) for name in names)
    return facts[0] if len(facts) == 1 else Either((*facts, *(Named(name) for name in names)))
