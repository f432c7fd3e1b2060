from datetime import UTC, datetime
from pathlib import Path

import pytest

from evals.report import circumstances

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_the_commit_told_is_that_of_this_code_wherever_it_is_called_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = circumstances("watchfloor eval", NOON)
    monkeypatch.chdir(tmp_path)
    assert circumstances("watchfloor eval", NOON) == here
    assert here.commit
