"""The cold archive: what it holds, its files, and days brought back."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from domain.archive import ArchivedFile
from domain.documents import document
from domain.errors import NothingFoundError
from domain.ports import Clock
from pipeline.retention.job import Retention

KEEP_DAYS = 7
PARQUET = "application/vnd.apache.parquet"


class Wired(Protocol):
    """The parts that are needed here."""

    @property
    def retention(self) -> Retention: ...
    @property
    def clock(self) -> Clock: ...


class RestoreRequest(BaseModel):
    """Which archived day comes back, of which service (empty: all), and for how many days from now it stays."""

    model_config = ConfigDict(extra="forbid")
    day: date
    service: str = ""
    keep_days: int = Field(KEEP_DAYS, ge=1, le=3_650)


def archive_routes(parts: Wired) -> APIRouter:
    """The manifest, a file, and a day brought back."""
    router = APIRouter(prefix="/api/archive", tags=["archive"])

    @router.get("", summary="The manifest of the cold archive, of one day and service or of all")
    async def manifest(day: date | None = None, service: str = "") -> list[Mapping[str, Any]]:
        return [document(file) for file in await asyncio.to_thread(parts.retention.archived, day, service)]

    @router.get("/file", summary="One archived Parquet file, by its path in the manifest")
    async def one(day: date, path: Annotated[str, Query(min_length=1)]) -> Response:
        file = next((file for file in await asyncio.to_thread(parts.retention.archived, day) if file.path == path), None)
        if not file:
            raise NothingFoundError(f"no file {path!r} of {day} is in the archive; `watchfloor replay archive --day {day}` lists what is")
        return Response(await asyncio.to_thread(parts.retention.fetched, file), media_type=PARQUET)

    @router.post("/restore", summary="Bring an archived day back into the store; what is there already is left alone")
    async def restore(body: RestoreRequest) -> Mapping[str, Any]:
        return await restored(parts.retention, body, parts.clock)

    return router


async def restored(retention: Retention, asked: RestoreRequest, clock: Clock) -> Mapping[str, Any]:
    """What came back. Raises NothingFoundError naming the days there are."""
    files = await asyncio.to_thread(retention.archived, asked.day, asked.service)
    if not files:
        raise NothingFoundError(_nothing(asked, await asyncio.to_thread(retention.archived)))
    rows = sum(file.rows for file in files)
    came = await asyncio.to_thread(retention.restored, files, clock.now(), asked.keep_days)
    return {
        "day": str(asked.day),
        "services": sorted({file.service for file in files}),
        "files": len(files),
        "rows": rows,
        "restored": came,
        "there_already": rows - came,
        "keep_days": asked.keep_days,
    }


def _nothing(asked: RestoreRequest, files: Sequence[ArchivedFile]) -> str:
    wanted = f"{asked.service!r} on {asked.day}" if asked.service else str(asked.day)
    days = sorted({file.day for file in files})
    known = f"the archive goes from {days[0]} to {days[-1]}" if days else "the archive is empty"
    return f"nothing of {wanted} is archived; {known}"
