"""How long the command line takes to say what it can do."""

import subprocess
from collections.abc import Sequence
from statistics import median

from evals.bench.figures import Figure, wall_ms

BAR_MS = 500.0


def help_time(command: Sequence[str], runs: int = 9) -> Figure:
    """The median wall time of a command in processes of their own, after one that warms the file cache. Raises CalledProcessError."""

    def once() -> None:
        subprocess.run(list(command), check=True, capture_output=True)  # noqa: S603 (our own command)

    once()
    times = [wall_ms(once) for _ in range(runs)]
    return Figure("help", median(times), "ms", min(times), max(times), runs, BAR_MS, how="`watchfloor --help`, median, fresh processes")
