"""Sentences about cells of one row, or of each of several rows named one after the other."""

from collections.abc import Iterable, Sequence
from itertools import product

from grounding.tables.counts import is_count
from grounding.tables.facts import Fact
from grounding.tables.reading import Reading
from grounding.tables.scene import Option, Scene
from grounding.tables.triggers import NOTS

_WAYS = 96


def read_lookup(scene: Scene, facts: Sequence[Fact]) -> Iterable[Reading]:
    """All facts hold of one row; facts of one column each hold of a row of their own."""
    if len(facts) < 2 or any(not fact.options for fact in facts):  # noqa: PLR2004
        return
    if any(is_count(scene, fact) for fact in facts):
        return
    used = frozenset().union(*(fact.spans() for fact in facts))
    denials = [i for i, word in enumerate(scene.words) if word.text in NOTS and i not in used]
    ways = [holds for way in list(product(*(fact.options for fact in facts)))[:_WAYS] if (holds := _holds(way)) is not None]
    if not ways or len(denials) > 1:
        return
    holds = any(ways)
    yield Reading(holds != bool(denials), "lookup", used | frozenset(denials))


def _holds(way: Sequence[Option]) -> bool | None:
    """Whether one choice of columns holds; None when two columns are named twice and it is not clear what goes with what."""
    groups: dict[int, list[Option]] = {}
    for option in way:
        groups.setdefault(option.column, []).append(option)
    multiple = [group for group in groups.values() if len(group) > 1]
    if len(groups) < 2:  # noqa: PLR2004
        return None
    singles = [group[0].rows for group in groups.values() if len(group) == 1]
    if not multiple:
        return bool(frozenset.intersection(*singles))
    if len({len(group) for group in multiple}) != 1:
        return None
    return all(bool(frozenset.intersection(*singles, *(one.rows for one in together))) for together in zip(*multiple, strict=True))
