"""What a stopped store holds, read by a process of the product and sorted by stream."""

import json
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from domain.errors import WatchfloorError
from evals.soak.records import Stream
from evals.soak.sender import Journal
from evals.soak.verdict import Stored


def read(reader: Sequence[str], folder: Path, sent: Iterable[tuple[Stream, Journal]]) -> Mapping[str, Stored]:
    """The rows of each stream by its name; `reader` and a folder make the command that prints them. Raises WatchfloorError."""
    found = {stream.name: Stored(stream, journal.issued) for stream, journal in sent}
    for relation, first, *rest in _printed([*reader, str(folder)]):
        if relation == "counts":
            if first in found:
                found[first].events += rest[0]
            continue
        if rest[1] in found:
            found[rest[1]].put(first, tuple(rest))
    return found


def _printed(command: Sequence[str]) -> Iterator[list[Any]]:
    with subprocess.Popen(list(command), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:  # noqa: S603 (ours)
        if process.stdout is None or process.stderr is None:
            raise WatchfloorError("the reader of the store has no output")
        for line in process.stdout:
            yield json.loads(line)
        said = process.stderr.read().decode(errors="replace")
    if process.returncode:
        raise WatchfloorError(f"the store of {folder_of(command)!r} cannot be read: {said.strip()[-600:]}")


def folder_of(command: Sequence[str]) -> str:
    """The folder a reading command is about."""
    return command[-1]
