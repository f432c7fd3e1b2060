"""What a follow-up refers to: the things the last answer named, and the time it was about; read from the stored run."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agents.followup import is_elliptic, is_exclusive, leans, refers_back, shifted
from agents.reading import read
from domain.ids import Tenant
from domain.ports import StateStore
from domain.tasks import Turn
from domain.window import Window, parse_rfc3339

Thing = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Follow:
    """The things to keep to, as (key column, value) pairs, none for no limit; and the times meant.

    `is_exclusive` keeps those seen at no other time of `window`; `shifted` is the window "the day before" means.
    """

    things: frozenset[Thing] = frozenset()
    window: Window | None = None
    is_exclusive: bool = False
    shifted: Window | None = None


NOTHING = Follow()


async def followed(question: str, turns: Sequence[Turn], state: StateStore, tenant: Tenant) -> Follow:
    """What a question takes over from the answer before it; nothing where it stands alone."""
    record = await state.run(turns[-1].run_id, tenant) if turns and leans(question) else None
    if record is None or not record.document:
        return NOTHING
    window = _window(record.document)
    things = frozenset(_things(record.document)) if refers_back(question) else _named(question)
    return Follow(things, window, bool(things) and is_exclusive(question), shifted(question, window))


def _named(question: str) -> frozenset[Thing]:
    """What "and for /cart?" names."""
    reading = read(question)
    named = {"route": reading.routes, "client": reading.clients, "user": reading.users} if is_elliptic(question) else {}
    return frozenset((key, value) for key, values in named.items() for value in values)


def _window(document: Mapping[str, Any]) -> Window:
    span = document["window"]
    return Window(parse_rfc3339(span["start"]), parse_rfc3339(span["end"]))


def _things(document: Mapping[str, Any]) -> Iterator[Thing]:
    """The things an answer tells apart; a key that is the same for all of them tells nothing apart."""
    found = {thing for claim in document.get("claims", ()) for thing in things_of(claim.get("slots", {}))}
    by_key = Counter(key for key, _ in found)
    least = min(2, max(by_key.values(), default=0))
    return (thing for thing in found if by_key[thing[0]] >= least)


def things_of(slots: Mapping[str, Any]) -> Iterator[Thing]:
    """What a claim is about: its subject's keys, and the thing a ranking names."""
    about = slots.get("subject")
    if isinstance(about, Mapping):
        yield from ((str(key), str(value)) for key, value in about.items() if value not in (None, ""))
    if slots.get("quantifier") and slots.get("attribute"):
        yield str(slots["attribute"]), str(slots.get("value"))
