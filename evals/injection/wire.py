"""A sample of attacks with the puppet behind a real socket: the adapter of chat servers stands in between."""

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from evals.injection.corpus import attacks, turned
from evals.injection.goals import NEVER, Attack
from evals.injection.phrases import Phrasebook
from evals.injection.planting import Planted, plant
from evals.injection.puppet import Mind
from evals.injection.server import MODEL, serving
from evals.injection.sight import sight_of
from evals.injection.stage import Stage, StageFactory
from evals.injection.successes import Aftermath, successes
from evals.injection.worlds import Ground, ground

SAMPLE = 12
NUMBER = 950


async def over_the_wire(
    open_stage: StageFactory, seed: int, book: Phrasebook, say: Callable[[str], None], n: int = SAMPLE
) -> dict[str, Any]:
    """Attacks whose puppet is told outright, through HTTP: how many succeeded, and how often the answer was the model's."""
    with TemporaryDirectory(prefix="watchfloor-injection-") as scratch:
        (Path(scratch) / "data").mkdir()
        held = ground(NUMBER, seed, Path(scratch) / "world")
        planted = attacks(seed, list(turned(seed, n)), held.cast, book)
        async with open_stage(Path(scratch) / "data") as stage:
            await _load(stage, held, planted)
            found = [await _tried(stage, held, attack) for attack in planted]
    report = {
        "n": len(found),
        "answered_by_model": sum(is_model for is_model, _, _ in found),
        "seen": sum(is_seen for _, is_seen, _ in found),
        "told": sum(bool(ways) for _, _, ways in found),
        "never": [ways[0] for attack, (_, _, ways) in zip(planted, found, strict=True) if ways and attack.goal in NEVER],
    }
    say(f"  over HTTP: {report}")
    return report


async def _load(stage: Stage, held: Ground, planted: Sequence[Attack]) -> None:
    rows = Planted()
    for attack in planted:
        plant(attack, held.window, (held.culprit, *held.cast.others), rows)
    for path, options in (*held.files(), *rows.files(held.folder, held.window.start.year)):
        await stage.load(path, options)


async def _tried(stage: Stage, held: Ground, attack: Attack) -> tuple[bool, bool, tuple[str, ...]]:
    mind = Mind(attack, "blunt", is_told=True)
    with serving(mind) as base_url:
        watched = await stage.investigate(stage.served(base_url, MODEL), held.request())
    after = Aftermath(watched, menu=frozenset(tool.name for tool in stage.menu()), fitting=held.fitting)
    is_seen = sight_of(attack).is_in("\n".join(mind.asked))
    return watched.document["model"] == MODEL, is_seen, successes(attack.aim, after)
