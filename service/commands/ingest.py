"""`watchfloor ingest`: files or stdin through the pipeline, with progress on stderr and one report a file."""

import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from domain.errors import NothingFoundError, WatchfloorError, WrongUseError
from domain.window import rfc3339
from service.invocation import Invocation
from service.sessions import ReportBytes, Session, open_session

STDIN = "-"
CHUNK = 1 << 20
SHOWN_REJECTIONS = 5


async def main(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Load each file; a file that fails does not stop the others. The exit code is the worst of theirs."""
    files: Sequence[str] = options["files"]
    async with open_session(invocation, "ingest") as session:
        reports = [await _loaded(invocation, session, name, options) for name in files]
    document = reports[0] if len(reports) == 1 else combined(reports)
    invocation.show(document, "\n".join(text_of(report) for report in reports))
    return max(_code(report) for report in reports)


def _code(report: Mapping[str, Any]) -> int:
    """A file of which nothing could be taken has failed, though it was read."""
    return int(report.get("exit_code", 0 if report["accepted"] else 1))


async def _loaded(invocation: Invocation, session: Session, name: str, options: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        async with _as_file(name) as path:
            with _progress(invocation, name, path) as report:
                return {**await session.ingest(path, request_of(options, name, path), report), "file": name}
    except WatchfloorError as error:
        invocation.say(f"watchfloor: {name}: {error}")
        return {"file": name, "error": str(error), "exit_code": error.exit_code, "accepted": 0, "rejected": []}


def request_of(options: Mapping[str, Any], name: str, path: Path | None = None) -> Mapping[str, Any]:
    """The options of a load as the API takes them."""
    kept = {key: options[key] for key in ("format", "service", "signal", "year", "tz", "again", "keep_days")}
    modified = {"modified_at": rfc3339(datetime.fromtimestamp(path.stat().st_mtime, UTC))} if path else {}
    return {**kept, **modified, "name": "stdin" if name == STDIN else Path(name).name}


@asynccontextmanager
async def _as_file(name: str) -> AsyncIterator[Path]:
    """The path to load; stdin is spooled to a file first, so that it can be read twice (year inference) and is hashed."""
    if name != STDIN:
        yield readable(Path(name))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stdin"
        with path.open("wb") as file:
            while block := sys.stdin.buffer.read(CHUNK):
                file.write(block)
        yield path


def readable(path: Path) -> Path:
    """The path if it is a file we may read. Raises WrongUseError saying what it is instead."""
    if not path.exists():
        raise NothingFoundError(f"There is no file {str(path)!r}.")
    if path.is_dir():
        raise WrongUseError(f"{str(path)!r} is a folder; name its files, for example {str(path / '*.log')!r}.")
    try:
        with path.open("rb"):
            return path
    except OSError as error:
        raise WrongUseError(f"{str(path)!r} cannot be read: {error.strerror}.") from error


@contextmanager
def _progress(invocation: Invocation, name: str, path: Path) -> Iterator[ReportBytes]:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(Path(name).name, total=path.stat().st_size)
        yield lambda done: bar.update(task, completed=done)
    invocation.say(f"read {name}")


def combined(reports: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """One document for several files."""
    starts = [str(report["from"]) for report in reports if report.get("from")]
    ends = [str(report["to"]) for report in reports if report.get("to")]
    return {
        "accepted": sum(int(report["accepted"]) for report in reports),
        "rejected": [{**item, "file": report["file"]} for report in reports for item in report["rejected"]],
        "from": min(starts, default=None),
        "to": max(ends, default=None),
        "rows_per_s": max((float(report.get("rows_per_s", 0.0)) for report in reports), default=0.0),
        "files": list(reports),
    }


def text_of(report: Mapping[str, Any]) -> str:
    """One report for a terminal."""
    if "error" in report:
        return f"{report['file']}: not loaded: {report['error']}"
    rejected = int(report.get("rejected_total", len(report["rejected"])))
    span = f" from {report['from']} to {report['to']}" if report.get("from") else ""
    head = f"{report['file']}: {report['accepted']:,} accepted, {rejected:,} rejected{span} ({report['rows_per_s']:,.0f} rows/s)"
    bad = [f"  line {item['line']}: {item['reason']}" for item in report["rejected"][:SHOWN_REJECTIONS]]
    more = [f"  … {rejected - len(bad):,} more; see watchfloor dlq list"] if rejected > len(bad) else []
    return "\n".join([head, *bad, *more, *(f"  note: {note}" for note in report.get("notes", []))])
