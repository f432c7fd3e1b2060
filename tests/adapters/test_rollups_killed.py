"""Roll-ups of a process that is killed at them."""

import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.adapters.rollup_child import MINUTES, counts

ROOT = Path(__file__).parents[2]


def child(path: Path, batch: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.adapters.rollup_child", str(path), batch]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("delays_s", [(0.03, 0.15)])
def test_a_killed_roll_up_is_completed_by_the_next(tmp_path: Path, delays_s: tuple[float, ...]) -> None:
    for batch, delay_s in enumerate(delays_s):
        process = child(tmp_path / "store", str(batch))
        assert process.stdout is not None
        assert process.stdout.readline() == "written\n"
        time.sleep(delay_s)
        process.kill()
        process.wait()
    out, _ = child(tmp_path / "store", "tell").communicate(timeout=60)
    answers = json.loads(out)
    assert answers.pop("left") == 0
    events: Counter[str] = Counter()
    for batch in range(len(delays_s)):
        for key, count in counts(batch).items():
            events[key.service] += count.events
    expected = {
        f"{step_s} {service}": [total, MINUTES * len(delays_s)] for service, total in events.items() for step_s in (60, 300, 3600, 86400)
    }
    assert answers == expected
