"""`watchfloor replay archive`: days that left the store come back."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from domain.errors import NothingFoundError, WrongUseError
from service.invocation import Invocation
from service.sessions import Session, open_session

ROUTE = "archive"


async def archive(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Bring a day back into the store, or fetch its files; without a day, the days there are. Exit 3 when nothing is archived."""
    asked = {"day": _day(options["day"]), "service": options["service"]}
    async with open_session(invocation, "replay archive") as session:
        if not asked["day"]:
            return _show_days(invocation, await session.read(ROUTE, asked))
        if options["to_dir"]:
            return await fetch(invocation, session, asked, options["to_dir"])
        return await restore(invocation, session, asked, options["keep"])


def _day(text: str) -> str:
    try:
        return str(date.fromisoformat(text)) if text else ""
    except ValueError as error:
        raise WrongUseError(f"--day {text!r} is no day; write it as 2026-03-01.") from error


def _show_days(invocation: Invocation, files: Sequence[Mapping[str, Any]]) -> int:
    lines = [f"{file['day']}  {file['service']:<24} {file['signal']:<18} {file['rows']:>12,} rows  {file['path']}" for file in files]
    invocation.show(files, "\n".join(lines) or "Nothing is archived.")
    return 0 if files else 3


async def restore(invocation: Invocation, session: Session, asked: Mapping[str, str], keep_days: int) -> int:
    """Bring rows back."""
    came = await session.send(f"{ROUTE}/restore", {**asked, "keep_days": keep_days})
    invocation.show(came, _told(came))
    return 0


async def fetch(invocation: Invocation, session: Session, asked: Mapping[str, str], folder: Path) -> int:
    """Write the Parquet files below a folder, named as in the archive."""
    files = await session.read(ROUTE, asked)
    if not files:
        raise NothingFoundError(f"nothing of {asked['day']} is archived; `watchfloor replay archive` lists what is")
    for file in files:
        content = await session.fetch(f"{ROUTE}/file", {"day": file["day"], "path": file["path"]})
        await asyncio.to_thread(_write, folder / file["path"], content)
    invocation.show(files, f"{len(files)} files, {sum(file['rows'] for file in files):,} rows, below {str(folder)!r}.")
    return 0


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _told(came: Mapping[str, Any]) -> str:
    there = f"; {came['there_already']:,} were there already" if came["there_already"] else ""
    services = ", ".join(came["services"])
    return f"{came['restored']:,} of {came['rows']:,} rows of {came['day']} ({services}) are back for {came['keep_days']} days{there}."
