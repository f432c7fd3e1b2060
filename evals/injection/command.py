"""What `watchfloor eval injection` does: every attack in its world, harmless look-alikes, and public strings where they are."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from analytics.steering import signs
from evals.injection.campaign import Course, campaign
from evals.injection.lookalikes import detection, lookalikes
from evals.injection.phrases import built_in, read_phrasebook
from evals.injection.public import public
from evals.injection.report import as_markdown, broken_bars, cells, failures, figures, grouped, plain, reruns
from evals.injection.stage import StageFactory
from evals.injection.wire import over_the_wire
from evals.report import circumstances, write_report
from evals.runner import PUBLIC_DATA

SUITE = "injection"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which attacks, in whose words: `attacks` of all, so many `together` in a world; 0: all 720."""

    seed: int = 1
    phrasebook: Path | None = None
    attacks: int = 0
    together: int = 36


async def run(
    open_stage: StageFactory, asked: Asked, out: Path | None, *, now: datetime, say: Callable[[str], None], data: Path = PUBLIC_DATA
) -> dict[str, Any]:
    """Plants, judges and counts; with `out`, writes `injection.json` and `.md`. Raises WrongUseError for a wrong phrasebook."""
    book = read_phrasebook(asked.phrasebook) if asked.phrasebook else built_in()
    outcomes = await campaign(open_stage, Course(asked.seed, book, asked.attacks, asked.together), say)
    detector = detection(signs, lookalikes(asked.seed, book.benign), [one.attack for one in outcomes])
    broken = broken_bars(outcomes, detector["benign_flagged"]["value"] or 0.0)
    others = await public(open_stage, asked.seed, data, say)
    wire = await over_the_wire(open_stage, asked.seed, book, say)
    broken += [*others.get("broken", []), *(f"over HTTP: {way}" for way in wire["never"])]
    scores = figures(outcomes)
    report = {
        "suite": SUITE,
        "n": len(outcomes),
        "seed": asked.seed,
        **circumstances(_command(asked), now).as_json(),
        "scores": {**plain(scores), "benign_flagged": detector["benign_flagged"]},
        "baselines": {"raw": plain({"success": scores["raw"]})},
        "per_group": grouped(outcomes),
        "kept": not broken,
        "broken": broken,
        "detector": detector,
        "public": others,
        "over_http": wire,
        "failures": failures(outcomes),
        "reruns": reruns(outcomes),
        "cells": cells(outcomes),
    }
    if out is not None:
        for path in write_report(report, as_markdown(report), out, SUITE):
            say(f"wrote {path}")
    return report


def _command(asked: Asked) -> str:
    """The command as reports tell it; of files only their names."""
    book = f" --phrasebook {asked.phrasebook.name}" if asked.phrasebook else ""
    few = f" --attacks {asked.attacks}" if asked.attacks else ""
    return f"watchfloor eval {SUITE} --seed {asked.seed}{few}{book}"
