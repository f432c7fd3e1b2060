"""Thirty schedules of faults, other ones for every commit: nothing acknowledged is lost, doubled, changed or invented."""

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from evals.soak.campaign import Product, campaign
from evals.soak.parts import redis_program
from evals.soak.schedule import Mode, schedule
from tests.seeds import of_this_commit

SCHEDULES = 10
PRODUCT = Product((str(Path(sys.executable).with_name("watchfloor")),), (sys.executable, "-m", "service.stored"))
needs_redis = (pytest.mark.server, pytest.mark.skipif(redis_program() is None, reason="neither redis-server nor valkey-server is on PATH"))


@pytest.fixture
def folder() -> Iterator[Path]:
    """With a short path, so that sockets fit in."""
    with TemporaryDirectory(prefix="wf-") as made:
        yield Path(made)


def say(text: str) -> None:
    """Into what is shown of a test that fails."""
    sys.stdout.write(f"{text}\n")


@pytest.mark.timeout(400)
@pytest.mark.parametrize("mode", ["embedded", pytest.param("redis", marks=needs_redis), "spool"])
async def test_nothing_acknowledged_is_lost(mode: Mode, folder: Path) -> None:
    first = of_this_commit()
    say(f"seeds {first} to {first + SCHEDULES - 1}; one alone: watchfloor eval soak --mode {mode} --seed N --schedules 1")
    trials = await campaign(PRODUCT, mode, [schedule(seed, mode) for seed in range(first, first + SCHEDULES)], folder, say)
    failing = [str(trial) for trial in trials if trial.faults]
    assert not failing, "\n\n".join(failing)
    assert all(trial.verdict.stored > 0 for trial in trials)
