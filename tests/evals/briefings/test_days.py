"""Daily briefings of simulated days, made by the product and recounted from the raw files: a grave day and a quiet one."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

# In a process of its own, as chDB opens one path a process.
SCRIPT = """
import asyncio, json, sys
from datetime import UTC, datetime
from evals.briefings.command import Bench, run
from service.runtimes import open_runtime
bench = Bench(seed=2, seeds=1, days=(("day", 1), ("quiet", 2)))
print(json.dumps(asyncio.run(run(open_runtime, bench, None, now=datetime.now(UTC), say=lambda text: None))))
"""


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=root, capture_output=True, text=True, timeout=300, check=True)
    read: dict[str, Any] = json.loads(done.stdout)
    return read


def test_every_number_equals_an_independent_count(report: dict[str, Any]) -> None:
    assert [case["wrong"] for case in report["cases"]] == [[], []]
    assert all(case["recounted"] > 60 for case in report["cases"])


def test_most_numbers_are_counted_again(report: dict[str, Any]) -> None:
    assert report["scores"]["numbers_recounted"]["value"] > 0.85


def test_the_worst_fault_of_the_day_is_the_first_issue(report: dict[str, Any]) -> None:
    assert (report["cases"][0]["names_worst"], report["cases"][0]["worst_first"]) == (True, True)


def test_a_quiet_day_is_called_quiet_and_a_grave_one_is_not(report: dict[str, Any]) -> None:
    assert [case["is_quiet"] for case in report["cases"]] == [False, True]
