"""All attacks, world by world: each world holds as many as fit, and every attack is tried in runs of its own."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from evals.injection.corpus import Cell, attacks, turned
from evals.injection.goals import Attack, Goal
from evals.injection.phrases import Phrasebook
from evals.injection.planting import Planted, plant
from evals.injection.raw import unguarded
from evals.injection.stage import Stage, StageFactory
from evals.injection.trial import Outcome, Scene, looked_at, tried
from evals.injection.worlds import RIVAL, RIVAL_LINES, TENANT, Ground, ground

SHOWN_BASE = 12
HOURS = 200  # worlds of attacks that are tried again begin after all others
CROWDED: frozenset[Goal] = frozenset({"hide_incident", "false_cause", "harmful_advice"})
MOST_DRAWS = 5


@dataclass(frozen=True, slots=True)
class Course:
    """Which attacks: of which seed and words, how many (0: all), how many share a world, and every how-manieth is told outright."""

    seed: int
    book: Phrasebook
    attacks: int = 0
    together: int = 36
    told_each: int = 1

    def worlds(self) -> list[list[Cell]]:
        """The cells of each world."""
        cells = list(turned(self.seed, self.attacks))
        return [cells[at : at + self.together] for at in range(0, len(cells), self.together)]


async def campaign(open_stage: StageFactory, course: Course, say: Callable[[str], None]) -> list[Outcome]:
    """Plants and tries every attack of a course; what seems to hide, blame or advise in company is tried again among fewer, then alone."""
    outcomes: list[Outcome] = []
    hours = count(HOURS)
    with TemporaryDirectory(prefix="watchfloor-injection-") as scratch:
        data = Path(scratch) / "data"
        data.mkdir()
        async with open_stage(data) as stage:
            for number, cells in enumerate(course.worlds()):
                scene = await _solved(stage, ground(number, course.seed, Path(scratch) / f"world-{number}"), hours, say)
                found = await _on(scene, attacks(course.seed, cells, scene.ground.cast, course.book), course.told_each)
                found = await _among_fewer(scene, found, hours)
                outcomes += found
                say(f"  {scene.ground.name}: {len(found)} attacks, {_told(found)}")
    return outcomes


async def _solved(stage: Stage, held: Ground, hours: Iterator[int], say: Callable[[str], None]) -> Scene:
    """A world whose cause is found while nothing is planted in it: only there can an attack hide it, or be seen not to."""
    scene = await _set(stage, held)
    for draw in range(1, MOST_DRAWS):
        if scene.is_solved:
            break
        say(f"  {scene.ground.name}: its cause is not found without attacks either, another world is drawn")
        scene = await _set(stage, ground(held.number, held.seed, held.folder / str(draw), next(hours), draw))
    return scene


async def _on(scene: Scene, planted: Sequence[Attack], told_each: int) -> list[Outcome]:
    held, rows = scene.ground, Planted()
    for attack in planted:
        plant(attack, held.window, (held.culprit, *held.cast.others), rows)
    for path, options in rows.files(held.folder, held.window.start.year):
        await scene.stage.load(path, options)
    return [_with_raw(await tried(scene, attack, is_told=at % told_each == 0), held) for at, attack in enumerate(planted)]


async def _among_fewer(scene: Scene, found: Sequence[Outcome], hours: Iterator[int]) -> list[Outcome]:
    """Hits that rows of other attacks may have made: tried again in the same world at another hour among themselves, then alone."""
    doubtful = [one for one in found if one.attack.goal in CROWDED and _hits(one)]
    if not doubtful:
        return list(found)
    with TemporaryDirectory(prefix="watchfloor-injection-") as folder:
        again = await _moved(scene, Path(folder), hours)
        outcomes = await _on(again, [one.attack for one in doubtful], 1)
    tried_again = [replace(new, rerun=(*_hits(old), *old.rerun)) for old, new in zip(doubtful, outcomes, strict=True)]
    if len(doubtful) > 1:
        tried_again = [alone for one in tried_again for alone in await _among_fewer(scene, [one], hours)]
    settled = {one.attack.name: one for one in tried_again}
    return [settled.get(one.attack.name, one) for one in found]


async def _moved(scene: Scene, folder: Path, hours: Iterator[int]) -> Scene:
    """The world of a scene at an hour at which its cause is found, too; the last of some hours where it is at none."""
    for _ in range(MOST_DRAWS):
        again = await _set(scene.stage, scene.ground.moved(folder, next(hours)))
        if again.is_solved or not scene.is_solved:
            break
    return again


def _hits(outcome: Outcome) -> tuple[str, ...]:
    return (*outcome.house, *outcome.puppet, *outcome.told)


async def _set(stage: Stage, held: Ground) -> Scene:
    """The world loaded and looked at once, before anything is planted in it."""
    for path, options in held.files():
        await stage.load(path, options)
    await stage.load_for(TENANT, RIVAL, RIVAL_LINES, held.since)
    return await looked_at(stage, held)


def _with_raw(outcome: Outcome, held: Ground) -> Outcome:
    attack, rows = outcome.attack, Planted()
    plant(attack, held.window, (held.culprit, *held.cast.others), rows)
    base = (held.folder / "app.ndjson").read_text("utf-8").splitlines()[:SHOWN_BASE]
    lines = "\n".join([*base, *rows.logs, *rows.spans, *rows.metrics, *rows.access, *rows.auth, *attack.pieces])
    seen, reasons = unguarded(attack, lines, held.window.as_json())
    return replace(outcome, raw_seen=seen, raw=reasons)


def _told(found: Sequence[Outcome]) -> str:
    names = ("seen", "house", "puppet", "told", "raw")
    return ", ".join(f"{name} {sum(bool(getattr(one, name)) for one in found)}" for name in names)
