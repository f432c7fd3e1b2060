"""Sentences that say of how many rows something holds: all, most, half, none, only one."""

from collections.abc import Callable, Iterable, Sequence

from grounding.tables.facts import Fact
from grounding.tables.reading import Reading
from grounding.tables.scene import Scene
from grounding.tables.selections import every_row, names, rows_of, spans_of
from grounding.tables.triggers import NOTS

Test = Callable[[int, int], bool]
_VERBS = frozenset({"be", "have", "do"})
_TESTS: dict[str, Test] = {
    "all": lambda hits, total: hits == total,
    "every": lambda hits, total: hits == total,
    "each": lambda hits, total: hits == total,
    "none": lambda hits, _: hits == 0,
    "no": lambda hits, _: hits == 0,
    "never": lambda hits, _: hits == 0,
    "majority": lambda hits, total: 2 * hits > total,
    "most": lambda hits, total: 2 * hits > total,
    "minority": lambda hits, total: 2 * hits < total,
    "half": lambda hits, total: 2 * hits == total,
}


def read_quantifier(scene: Scene, facts: Sequence[Fact]) -> Iterable[Reading]:
    """A share of the rows of a scope in which the predicate holds."""
    for at, word in enumerate(scene.words):
        test = _TESTS.get(word.text)
        if test is None or (word.text == "most" and scene.text(at + 1) not in {"of", "all"}):
            continue
        test, used = _with_half(scene, at, test)
        scope, predicate = _divided(scene, facts, at)
        if not predicate:
            continue
        denied = frozenset(i for i, one in enumerate(scene.words) if one.text in NOTS and i not in used)
        for rows in rows_of(scope, every_row(scene)):
            for hits in rows_of(predicate, every_row(scene)):
                if rows and len(denied) <= 1 and scene.table.is_whole:
                    holds = test(len(rows & hits), len(rows))
                    yield Reading(holds != bool(denied), word.text, used | denied | spans_of(facts))


def _with_half(scene: Scene, at: int, test: Test) -> tuple[Test, frozenset[int]]:
    """What "less than half" and "more than half" test, and the words so used."""
    before = scene.text(at - 2), scene.text(at - 1)
    if scene.text(at) == "half" and before[1] == "than":
        used = frozenset({at - 2, at - 1, at})
        return (_TESTS["majority"], used) if before[0] == "more" else (_TESTS["minority"], used)
    return test, frozenset({at})


def _divided(scene: Scene, facts: Sequence[Fact], at: int) -> tuple[list[Fact], list[Fact]]:
    """The facts that say which rows are meant (between the quantifier and its verb) and those that are said of them."""
    verb = next((i for i in range(at + 1, len(scene.words)) if scene.words[i].stem in _VERBS), len(scene.words))
    before = [fact for fact in facts if fact.start < at]
    scope = [fact for fact in facts if at < fact.start < verb]
    after = [fact for fact in facts if fact.start > verb]
    if not before and not after:
        return [], scope
    return scope, before + after


def read_only(scene: Scene, facts: Sequence[Fact]) -> Iterable[Reading]:
    """As in "honda is the only maker with 3 wins": what is said holds of that row and of no other."""
    at = next((i for i, word in enumerate(scene.words) if word.text == "only"), None)
    if at is None or any(fact.value is not None and fact.start in {at + 1, at + 2} and fact.value > 1 for fact in facts):
        return
    subject, rest = _alone(scene, facts, at)
    if not subject or not rest:
        return
    for own in rows_of(subject, every_row(scene)):
        for rows in rows_of(rest, every_row(scene)):
            yield Reading(bool(rows) and rows <= own, "only", spans_of(facts) | {at})


def _alone(scene: Scene, facts: Sequence[Fact], at: int) -> tuple[list[Fact], list[Fact]]:
    before = [fact for fact in facts if fact.end <= at]
    after = [fact for fact in facts if fact.start > at]
    if names(before):
        return before, after
    verb = next((i for i in range(at + 1, len(scene.words)) if scene.words[i].stem in _VERBS), len(scene.words))
    near = [fact for fact in after if fact.end <= verb]
    far = [fact for fact in after if fact.start > verb]
    if near and near[0].start == at + 1:
        return near, far
    return far, near
