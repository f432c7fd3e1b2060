"""How a command runs: its data folder and output form, and errors as one clear line with an exit code."""

import asyncio
import importlib
import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from domain.errors import WatchfloorError
from grounding.sanitising import escaped, terminal

INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call of the command line."""

    data_dir: Path | None
    as_json: bool

    def show(self, document: Any, text: str) -> None:
        """Print the JSON document or the text, whichever was asked for."""
        told = escaped(json.dumps(document, ensure_ascii=False, indent=2, default=str)) if self.as_json else terminal(text)
        print(told)  # noqa: T201 (the output)

    def say(self, text: str) -> None:
        """Tell the person at the terminal something beside the output."""
        print(terminal(text), file=sys.stderr)  # noqa: T201 (the terminal)

    def announce(self, text: str) -> None:
        """Tell the person what is ours alone, whole: an address of our own can be opened."""
        print(text, file=sys.stderr)  # noqa: T201 (the terminal)


Main = Callable[[Invocation, Mapping[str, Any]], Awaitable[int]]


def run(main: Main, invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Run a command to its exit code; our errors become one line on stderr (and a document with --json)."""
    try:
        code = asyncio.run(_awaited(main, invocation, options))
        sys.stdout.flush()
    except WatchfloorError as error:
        return _failed(invocation, str(error), error.exit_code)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code


def call(context: typer.Context, command: str, json: bool, **options: Any) -> None:
    """Run `module.function` of service.commands, loaded only now, and end with its exit code."""
    module, function = command.split(".")
    main = getattr(importlib.import_module(f"service.commands.{module}"), function)
    raise typer.Exit(run(main, Invocation(context.obj, json), options))


async def _awaited(main: Main, invocation: Invocation, options: Mapping[str, Any]) -> int:
    return await main(invocation, options)


def _failed(invocation: Invocation, message: str, code: int) -> int:
    invocation.say(f"watchfloor: {message}")
    if invocation.as_json:
        invocation.show({"error": message, "exit_code": code}, "")
    return code
