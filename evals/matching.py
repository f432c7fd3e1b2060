"""Whether an analysis document states a fact, and whether it states something else in its place."""

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import singledispatch
from typing import Any

from evals.document import EMPTY_DECISIONS, Statement, amount, facts_of, instant, is_abstaining, words
from evals.facts import Absent, Blamed, Either, Extreme, Fact, Flagged, Found, Moment, Named, Value, Words
from evals.runtime import Document

QUANTIFIERS = {"highest": "most", "largest": "most", "max": "most", "top 1": "most", "lowest": "least", "min": "least"}
RELATIVE = 1e-9


@singledispatch
def states(fact: Fact, document: Document) -> bool:  # noqa: ARG001 (registered below)
    """Whether the document publishes the fact as something that holds."""
    raise TypeError(f"no way to match {type(fact).__name__}")


@singledispatch
def contradicts(fact: Fact, document: Document) -> tuple[str, ...]:  # noqa: ARG001 (registered below)
    """Ids of published claims and findings that say otherwise than the fact about the same thing; () for facts that allow no such check."""
    return ()


@states.register
def _states_value(fact: Value, document: Document) -> bool:
    return any(_same_subject(fact.subject, said) and _measures(fact.measure, said) and _equal(fact, said) for said in facts_of(document))


@contradicts.register
def _contradicts_value(fact: Value, document: Document) -> tuple[str, ...]:
    rivals = [said for said in facts_of(document) if said.kind == "quantity"]
    about = [said for said in rivals if _is_exactly(fact.subject, said) and _is_measure(fact.measure, said) and _is_whole(said, document)]
    if any(_equal(fact, said) for said in about):
        return ()
    return tuple(said.id for said in about if _comparable(fact, said))


@states.register
def _states_extreme(fact: Extreme, document: Document) -> bool:
    return any(_ranks(fact, said) and _is_value(fact.value, said) for said in facts_of(document))


@contradicts.register
def _contradicts_extreme(fact: Extreme, document: Document) -> tuple[str, ...]:
    ranked = [
        said for said in facts_of(document) if _ranks(fact, said) and _share(fact.attribute, said.attribute) and _is_whole(said, document)
    ]
    return tuple(said.id for said in ranked if not _is_value(fact.value, said) and not said.subject)


@states.register
def _states_named(fact: Named, document: Document) -> bool:
    named = [name for said in facts_of(document) for name in said.names]
    named += [name for found in document.get("findings", ()) for name in (found["entity"]["value"], *found.get("accounts", ()))]
    if fact.like:
        return any(re.search(fact.value, name, re.IGNORECASE) for name in named)
    return any(fact.value.casefold() == name.casefold() for name in named)


@states.register
def _states_moment(fact: Moment, document: Document) -> bool:
    near = timedelta(seconds=fact.tolerance_s)
    about = [said for said in facts_of(document) if _same_subject(fact.subject, said)]
    return any(abs(at - fact.at) <= near for said in about for at in said.times) or any(
        abs(at - fact.at) <= near for at in _finding_times(fact, document)
    )


@states.register
def _states_found(fact: Found, document: Document) -> bool:
    return any(not _differs(fact, found) for found in _about(fact, document))


@contradicts.register
def _contradicts_found(fact: Found, document: Document) -> tuple[str, ...]:
    about = _about(fact, document)
    if any(not _differs(fact, found) for found in about):
        return ()
    return tuple(found["id"] for found in about if _differs(fact, found))


@states.register
def _states_absent(fact: Absent, document: Document) -> bool:
    if is_abstaining(document) and not fact.must_be_said:
        return True
    for said in facts_of(document):
        if said.kind == "absence" and _is_absence_of(fact, said):
            return True
        if said.value == 0 and _same_subject(fact.subject, said) and _measures(fact.what, said):
            return True
    return False


@states.register
def _states_blamed(fact: Blamed, document: Document) -> bool:
    causes = document.get("root_causes", ())
    if not fact.service:
        return not causes and document.get("final_decision") not in EMPTY_DECISIONS
    return bool(causes) and causes[0]["service"] == fact.service


@contradicts.register
def _contradicts_blamed(fact: Blamed, document: Document) -> tuple[str, ...]:
    named = tuple(cause["service"] for cause in document.get("root_causes", ()))
    return () if named[:1] == (fact.service,) else tuple(f"root cause {name}" for name in named[:1])


@states.register
def _states_flagged(fact: Flagged, document: Document) -> bool:
    return any(not fact.kinds or found["kind"] in fact.kinds for found in document.get("findings", ()))


@states.register
def _states_either(fact: Either, document: Document) -> bool:
    return any(states(one, document) for one in fact.facts)


def _same_subject(wanted: Words, said: Statement) -> bool:
    """Every wanted name is in the statement's subject or filters; nothing wanted means everything, unfiltered."""
    told = (*said.subject, *said.filters)
    return all(any(_same_name(name, other) for other in told) for name in wanted) if wanted else not told


def _is_exactly(wanted: Words, said: Statement) -> bool:
    """The subject is what is wanted and nothing narrower."""
    told = {*said.subject, *said.filters}
    return _same_subject(wanted, said) and all(any(_same_name(name, other) for name in wanted) for other in told)


def _is_absence_of(fact: Absent, said: Statement) -> bool:
    """Whether an absence is about the fact's subject, or where it has none, about what there is none of."""
    if not fact.subject:
        return _share(fact.what, words(said.what))
    return set(fact.subject) <= {*said.names, *said.filters} or all(name.casefold() in said.what.casefold() for name in fact.subject)


def _same_name(wanted: str, said: str) -> bool:
    """Equal names; a link names both its ends; a message (with blanks) may stand inside its line; times are compared as times."""
    if wanted.casefold() in {said.casefold(), *said.casefold().split("->")}:
        return True
    if " " in wanted and (wanted.casefold() in said.casefold()):
        return True
    at = instant(wanted)
    return at is not None and at == instant(said)


def _measures(wanted: Words, said: Statement) -> bool:
    return not wanted or _share(wanted, said.measure)


def _is_measure(wanted: Words, said: Statement) -> bool:
    """Whether a metric is surely the one meant: each word of its name is wanted (`failed_requests` is not `requests`)."""
    return bool(said.metric) and all(word.startswith(wanted) for word in said.metric)


def _share(wanted: Words, said: Iterable[str]) -> bool:
    """Whether some word said begins with some word wanted."""
    return any(word.startswith(wanted) for word in said)


def _equal(fact: Value, said: Statement) -> bool:
    return _comparable(fact, said) and any(_near(value, fact, said) for value in (fact.value, *fact.also))


def _near(value: float, fact: Value, said: Statement) -> bool:
    wanted, found, slack = (
        amount(number, unit) for number, unit in ((value, fact.unit), (said.value, said.unit), (fact.tolerance, fact.unit))
    )
    if wanted is None or found is None or slack is None:
        return False
    return abs(wanted[1] - found[1]) <= max(slack[1], RELATIVE * abs(wanted[1]), _rounding(said))


def _rounding(said: Statement) -> float:
    """Half a unit of the last digit said: 1.23 MB may stand for 1,234,567 B. Counts are exact."""
    if said.unit in {"1", ""}:
        return 0.0
    digits = repr(said.value).partition(".")[2]
    scaled = amount(0.5 * 10 ** -(0 if digits in {"", "0"} else len(digits)), said.unit)
    return scaled[1] if scaled else 0.0


def _comparable(fact: Value, said: Statement) -> bool:
    wanted, found = amount(fact.value, fact.unit), amount(said.value, said.unit)
    return bool(wanted and found and wanted[0] == found[0])


def _ranks(fact: Extreme, said: Statement) -> bool:
    quantifier = QUANTIFIERS.get(said.quantifier, said.quantifier)
    return said.kind == "entity" and quantifier == fact.quantifier and (not fact.by or _share(fact.by, said.by | said.measure))


def _is_value(wanted: str, said: Statement) -> bool:
    given: Sequence[Any] = said.value if isinstance(said.value, list) else [said.value]
    return any(_same_name(wanted, str(name)) for name in (*given, *said.subject))


def _is_whole(said: Statement, document: Document) -> bool:
    """Whether a statement is about the whole window of its document."""
    if not said.window or not document.get("window"):
        return True
    return all(instant(said.window.get(edge)) == instant(document["window"].get(edge)) for edge in ("start", "end"))


def _finding_times(fact: Moment, document: Document) -> list[Any]:
    edges = {"first": ("first_seen",), "last": ("last_seen",), "at": ("first_seen", "last_seen")}[fact.edge]
    about = [found for found in document.get("findings", ()) if found["entity"]["value"] in fact.subject]
    return [at for found in about for edge in edges if (at := instant(found.get(edge)))]


def _about(fact: Found, document: Document) -> list[dict[str, Any]]:
    return [found for found in document.get("findings", ()) if found["entity"]["value"] == fact.entity and found["kind"] in fact.kinds]


def _differs(fact: Found, found: dict[str, Any]) -> bool:
    """Whether a finding says otherwise in a field that the fact fixes."""
    fixed = {"count": fact.count, "succeeded": fact.succeeded}
    plain = any(wanted is not None and found.get(name) != wanted for name, wanted in fixed.items())
    times = {"first_seen": fact.first_seen, "last_seen": fact.last_seen}
    timed = any(wanted is not None and instant(found.get(name)) != wanted for name, wanted in times.items())
    return plain or timed or not set(fact.accounts) <= set(found.get("accounts", ()))
