"""The demo world: the simulator's sample, loaded through the normal pipeline when nothing is stored."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from domain.telemetry import Signal
from pipeline.loader import LoadOptions, Progress, Source
from service.parts import Parts
from simulator.world import demo_start, generate, write

SCENARIO = "sample"
SEED = 1
MINUTES = 1440
SIGNALS: dict[str, Signal] = {"traces.ndjson": "traces", "metrics.ndjson": "metrics"}
SERVICES = {"access.log": "gateway"}


async def load_demo(parts: Parts, say: Callable[[str], None]) -> None:
    """Load a day of the sample world that ends now; leaves a store that holds anything alone."""
    if await parts.store.extent() is not None:
        say("The data folder already holds data; the sample world is not loaded.")
        return
    start = demo_start(parts.clock.now(), MINUTES)
    with tempfile.TemporaryDirectory() as folder:
        for path in write(generate(SCENARIO, SEED, MINUTES, start), Path(folder)):
            if path.suffix != ".json":
                await _load(parts, path, say)


async def _load(parts: Parts, path: Path, say: Callable[[str], None]) -> None:
    options = LoadOptions(signal=SIGNALS.get(path.name, "logs"), service=SERVICES.get(path.name, ""))
    report = await parts.loader.load(Source.of_path(path), options, _quiet)
    say(f"sample world: {path.name}: {report.accepted:,} records")


def _quiet(_progress: Progress) -> None:
    """The files are small."""
