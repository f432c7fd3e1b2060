"""Makes a case's world real: simulated into a folder, or public files where they are."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.window import parse_rfc3339
from evals.blanks import blanks, worded
from evals.case import Case, RawFile, Role, WorldSpec
from evals.facts import Expectation
from evals.truth.registry import truth_of
from evals.truth.source import Source
from simulator.world import generate, write


@dataclass(frozen=True, slots=True)
class World:
    """A world whose files are there, or `missing` tells which are not."""

    name: str
    files: Mapping[Role, tuple[RawFile, Path]]
    missing: tuple[str, ...] = ()

    def source(self, params: Mapping[str, Any]) -> Source:
        """What a truth function reads of this world."""
        years = [int(raw.options["year"]) for raw, _ in self.files.values() if "year" in raw.options]
        return Source({role: path for role, (_, path) in self.files.items()}, max(years, default=0), params)

    def worded(self, cases: tuple[Case, ...]) -> tuple[Case, ...]:
        """The cases with the blanks of their questions filled from the world's first fault."""
        labels = self.source({}).labels() if "truth" in self.files else []
        filled = blanks(labels[0]) if labels else {}
        return tuple(worded(case, filled) for case in cases)

    def expectation(self, case: Case) -> Expectation:
        """What is true of this case's question here; nothing for a case without a truth function."""
        return truth_of(case.truth)(self.source(case.params)) if case.truth else Expectation()


def prepare(name: str, spec: WorldSpec, seed: int, scratch: Path, public: Path) -> World:
    """The files of a world: `scratch` takes a simulated one, `public` holds the public data sets."""
    if scenario := spec.cast(seed):
        start = parse_rfc3339(spec.start)
        folder = scratch / f"{scenario}-{seed}-{spec.minutes}-{start:%Y%m%dT%H%M}"
        if not folder.exists():
            _dated(write(generate(scenario, seed, spec.minutes, start), folder), start.timestamp() + spec.minutes * 60)
    else:
        folder = public / spec.folder
    paths = {role: (raw, folder / raw.name) for role, raw in spec.files.items()}
    return World(name, paths, tuple(raw.name for raw, path in paths.values() if not path.exists()))


def _dated(paths: tuple[Path, ...], at: float) -> None:
    """Files were written when their world ended: a log without years takes its year from there."""
    for path in paths:
        os.utime(path, (at, at))
