"""Causal claims: a path in the call graph, departures from the usual, the order of onsets, two kinds of signal, and every rival named."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import combinations, pairwise

from domain.claims import Claim
from domain.window import rfc3339
from grounding import operands, windows
from grounding.case import Case
from grounding.causes import rivals as rivalry
from grounding.causes.dependency import is_verified_path
from grounding.causes.facts import Fact, of_service
from grounding.causes.parties import party_of
from grounding.causes.rivals import Rival, Setting
from grounding.causes.scene import Scene, Side, apart, named, scene_of, side_of
from grounding.outcomes import Outcome, contradicted, first_problem, supported, unverified
from grounding.support import support_problem

LEAST_KINDS = 2


def check(claim: Claim, case: Case) -> Outcome:
    """Consistent at best, and only when hedged; supported where a person or a rollback confirmed this cause of this effect.

    Refused: no path, the wrong way along it, a node that did not depart, a cause after its effect, one kind of signal, text of
    outsiders alone, or a rival on the way that began no later. A claim without a hedge is unverified, with the hedge as correction.
    """
    name = named(case)
    parties = party_of(claim.slots.get("cause"), name), party_of(claim.slots.get("effect"), name)
    if parties[0] is None or parties[1] is None:
        return unverified("a causal claim needs a cause and an effect, each with a service")
    scene = scene_of(claim, case, (parties[0], parties[1]))
    first, then = side_of(scene, "cause", parties[0]), side_of(scene, "effect", parties[1])
    for one in (first, then):
        if isinstance(one, Outcome):
            return one
    assert isinstance(first, Side)
    assert isinstance(then, Side)
    return _judged(scene, first, then)


def _judged(scene: Scene, cause: Side, effect: Side) -> Outcome:
    path = _path(scene, cause, effect)
    if isinstance(path, Outcome):
        return path
    told = Setting(path, cause.fact, effect.fact, scene.graph, scene.facts, _step(cause.fact, effect.fact))
    setting = _bounded(scene, told)
    kinds = _kinds(scene, setting)
    problem = first_problem(
        partial(_same_scene, scene),
        partial(_order_problem, setting),
        partial(_premise_problem, scene, path),
        partial(_kind_problem, kinds),
        partial(_trust_problem, scene),
    )
    if problem:
        return problem
    found = rivalry.rivals(replace(setting, facts=(*scene.facts, *scene.changes_around)))
    return _rival_problem(scene, found) or _settled(scene, setting, f"{_told(told, kinds)}; {_rivals_told(found)}")


def _bounded(scene: Scene, setting: Setting) -> Setting:
    """Departures that nothing dates lie in their windows, which can refute an order; where order alone tells who is the cause, not."""
    if setting.cause.kind != "change" and _is_told_by_order(setting):
        return setting
    return replace(setting, cause=_dated(scene, setting.cause, first=True), effect=_dated(scene, setting.effect, first=False))


def _dated(scene: Scene, fact: Fact, *, first: bool) -> Fact:
    """A departure at an end of its window, where its evidence has no column of times that could have said since when."""
    source = scene.case.evidence.get(fact.evidence)
    if fact.at or fact.departure is None or source is None or not windows.is_known(source.window):
        return fact
    if any(column.type == "time" for column in source.columns):
        return fact
    return replace(fact, at=source.window.start if first else source.window.end)


def _step(cause: Fact, effect: Fact) -> timedelta:
    """Onsets closer than the coarser step have no order."""
    return timedelta(seconds=max(cause.step_s, effect.step_s))


def _path(scene: Scene, cause: Side, effect: Side) -> tuple[str, ...] | Outcome:
    """From the cause up to the effect, along calls, through services that departed."""
    start, end = effect.party.service, cause.party.service
    whole = scene.graph.path(start, end)
    if not whole:
        back = scene.graph.path(end, start)
        if back:
            return contradicted(f"the calls run the other way: {' calls '.join(back)}")
        return unverified(f"nothing bound shows that {effect.party.written} calls {cause.party.written}, directly or through others")
    departed = frozenset(fact.service for fact in scene.facts if fact.departs) | {start, end} | _verified(scene)
    through = scene.graph.among(departed).path(start, end)
    if through:
        return through[::-1]
    still = next(name for name in whole if name not in departed)
    return unverified(f"{still} stands between them and nothing bound shows that it departs from its baseline")


def _verified(scene: Scene) -> frozenset[str]:
    """Services on paths that the platform verified, unless their own numbers say that they did not depart."""
    found = {
        scene.reading.name(str(place))
        for source in scene.bound
        for row in source.rows
        for column in source.columns
        if is_verified_path(column, row, source)
        for place in row.get(column.name) or ()
    }
    return frozenset(name for name in found if not any(fact.departure for fact in of_service(scene.facts, name)))


def _same_scene(scene: Scene) -> Outcome | None:
    """All that is bound speaks of one tenant and one time."""
    reason = next((said for one, other in combinations(scene.bound, 2) if (said := apart(one, other))), "")
    return unverified(reason) if reason else None


def _order_problem(setting: Setting) -> Outcome | None:
    cause, effect = setting.cause.at, setting.effect.at
    if cause is None or effect is None:
        return unverified(f"nothing bound says since when {(setting.effect if cause else setting.cause).service} departs")
    if cause > effect + setting.step:
        return contradicted(f"the cause came after its effect: {rfc3339(cause)} and {rfc3339(effect)}")
    if _is_told_by_order(setting) and not cause + setting.step < effect and setting.cause.kind != "change":
        return unverified("cause and effect began together, and the calls do not tell which is which")
    return None


def _is_told_by_order(setting: Setting) -> bool:
    """Whether the calls do not tell cause from effect: one service, or each calls the other."""
    cause, effect = setting.cause.service, setting.effect.service
    return cause == effect or effect in setting.graph.below(cause)


def _premise_problem(scene: Scene, path: Sequence[str]) -> Outcome | None:
    """There is a premise; each exists and is about a service of the path, or counts what was changed."""
    if not scene.claim.bound("premise"):
        return unverified("no premise is cited: nothing shows how one led to the other")
    for binding in scene.claim.bound("premise"):
        found = operands.operand(binding, scene.case.evidence)
        if isinstance(found, Outcome):
            return found
        told = {owner for cell in found.cells for owner in scene.reading.owners(cell.evidence, cell)}
        is_count = binding.path.startswith("aggregates.")
        if not is_count and not told & set(path):
            return unverified(f"the premise {binding.evidence} {binding.path} is about none of {', '.join(path)}")
    return None


def _kinds(scene: Scene, setting: Setting) -> tuple[str, ...]:
    """Kinds of signal that departed on the way; the calls are one where other evidence than the measures shows them."""
    on_way = [fact for fact in scene.facts if fact.service in setting.path and fact.departs and _is_meant(fact, setting)]
    kinds = {str(fact.kind) for fact in on_way}
    measured = {fact.evidence for fact in (setting.cause, setting.effect)}
    shown = {scene.graph.shown_in[callee_first[::-1]] for callee_first in pairwise(setting.path)}
    if shown - measured or any(
        is_verified_path(column, row, source) for source in scene.bound for row in source.rows for column in source.columns
    ):
        kinds.add("calls")
    return tuple(sorted(kinds))


def _is_meant(fact: Fact, setting: Setting) -> bool:
    """A change counts where it came before the effect."""
    return fact.kind != "change" or (fact.at is not None and fact.at <= setting.latest)


def _kind_problem(kinds: Sequence[str]) -> Outcome | None:
    if len(kinds) >= LEAST_KINDS:
        return None
    return unverified(f"one kind of signal ({', '.join(kinds) or 'none'}) does not make a cause")


def _trust_problem(scene: Scene) -> Outcome | None:
    found = (operands.operand(binding, scene.case.evidence) for binding in scene.claim.bind)
    cells = [cell for one in found if not isinstance(one, Outcome) for cell in one.cells]
    if not any(cell.column.trust == "platform" for cell in cells):
        return unverified("text of outsiders alone cannot carry a cause: no bound cell is the platform's own")
    return support_problem(cells, "a cause")


def _rival_problem(scene: Scene, found: Sequence[Rival]) -> Outcome | None:
    beaten = next((rival for rival in found if rival.beats), None)
    if beaten:
        return unverified(f"a rival on the way began no later: {beaten.beats}")
    around = [source for source in scene.around if source.rows or source.scope_rows]
    if rivalry.are_enumerated(scene.bound, around, scene.facts):
        return None
    return unverified("no rivals were looked for: nothing bound lists changes or other services")


def _told(setting: Setting, kinds: Sequence[str]) -> str:
    way = f"calls {' → '.join(setting.path[::-1])}" if len(setting.path) > 1 else f"within {setting.path[0]}"
    return f"{way}; {_end_told(setting.cause)}; {_end_told(setting.effect)}; signals: {', '.join(kinds)}"


def _end_told(fact: Fact) -> str:
    what = fact.what or (fact.departure.said if fact.departure else fact.kind)
    return f"{fact.service} {what} since {rfc3339(fact.at)}" if fact.at else f"{fact.service} {what}"


def _rivals_told(found: Sequence[Rival]) -> str:
    named = [rival.said for rival in found[: rivalry.MOST_NAMED]]
    more = f" and {len(found) - len(named)} more" if len(found) > len(named) else ""
    return f"rivals: {', '.join(named) or 'none'}{more}"


def _settled(scene: Scene, setting: Setting, reason: str) -> Outcome:
    if _is_confirmed(scene, setting):
        return supported(f"confirmed; {reason}")
    if not scene.claim.hedge:
        mended = replace(scene.claim, hedge="likely", text="")
        return unverified("a cause that nobody confirmed has to be said as likely or possible", mended)
    return Outcome("consistent", reason)


def _is_confirmed(scene: Scene, setting: Setting) -> bool:
    wanted = setting.cause.service, setting.effect.service
    windows_of = [source.window for source in scene.bound if windows.is_known(source.window)]
    return any(
        (scene.reading.name(one.cause), scene.reading.name(one.effect)) == wanted
        and all(source.tenant == one.tenant for source in scene.bound)
        and any(one.window.start < window.end and window.start < one.window.end for window in windows_of)
        for one in scene.case.knowledge.confirmed
    )
