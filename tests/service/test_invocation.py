"""Errors of a command become one line and an exit code."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from domain.errors import DataFolderError, NothingFoundError, WatchfloorError, WrongUseError
from service.invocation import Invocation, run


def failing(error: BaseException) -> Any:
    async def main(_invocation: Invocation, _options: Mapping[str, Any]) -> int:
        raise error

    return main


@pytest.mark.parametrize(
    ("error", "code"), [(WrongUseError("x"), 2), (NothingFoundError("x"), 3), (DataFolderError("x"), 1), (WatchfloorError("x"), 1)]
)
def test_each_error_has_its_exit_code(error: WatchfloorError, code: int) -> None:
    assert run(failing(error), Invocation(None, as_json=False), {}) == code


def test_with_json_the_error_is_a_document_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    run(failing(WrongUseError("the question is empty")), Invocation(None, as_json=True), {})
    shown = capsys.readouterr()
    assert json.loads(shown.out) == {"error": "the question is empty", "exit_code": 2}
    assert "the question is empty" in shown.err


def test_without_json_stdout_stays_empty(capsys: pytest.CaptureFixture[str]) -> None:
    run(failing(WrongUseError("no")), Invocation(None, as_json=False), {})
    assert capsys.readouterr().out == ""


def test_an_interrupt_ends_with_130() -> None:
    assert run(failing(KeyboardInterrupt()), Invocation(None, as_json=False), {}) == 130


def test_a_bug_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        run(failing(ZeroDivisionError()), Invocation(None, as_json=False), {})
