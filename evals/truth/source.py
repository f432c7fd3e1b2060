"""The raw files a truth function reads, by role."""

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evals.facts import Expectation


@dataclass(frozen=True, slots=True)
class Source:
    """The files of one world by role, the year of stamps without one, and the case's parameters."""

    paths: Mapping[str, Path]
    year: int = 0
    params: Mapping[str, Any] = field(default_factory=dict)

    def lines(self, role: str) -> Iterator[str]:
        """The lines of one file without their ends, undecodable bytes replaced."""
        path = self.paths[role]
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        yield from content.decode("utf-8", errors="replace").replace("\r\n", "\n").rstrip("\n").split("\n")

    def records(self, role: str) -> list[dict[str, Any]]:
        """The objects of an NDJSON file."""
        return [json.loads(line) for line in self.lines(role) if line.strip()]

    def labels(self) -> list[dict[str, Any]]:
        """What was broken on purpose, as `truth.json` says it."""
        return list(json.loads(self.paths["truth"].read_text(encoding="utf-8"))["faults"])


Truth = Callable[[Source], Expectation]
