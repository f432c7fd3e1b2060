"""Dead letters: read, counted, replayed."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from domain.documents import document
from domain.letters import LetterFilter
from service.letters import letter_document, replayed_document, replayer_of
from service.parts import Parts

Kind = Literal["", "retryable", "poison", "policy"]
SHOWN, MOST = 1_000, 10_000


class ReplayRequest(BaseModel):
    """Which letters to replay: of a kind, a cause, a source, with these ids; empty: of any."""

    model_config = ConfigDict(extra="forbid")
    kind: Kind = ""
    cause: str = ""
    source: str = ""
    ids: tuple[str, ...] = Field((), max_length=MOST)
    dry_run: bool = False


def letter_routes(parts: Parts) -> APIRouter:
    """The list, its totals, and a replay."""
    router = APIRouter(prefix="/api/dlq", tags=["pipeline"])

    @router.get("", summary="Input that could not be taken, newest first")
    async def letters(
        kind: Kind = "", cause: str = "", source: str = "", limit: Annotated[int, Query(ge=1, le=MOST)] = SHOWN
    ) -> list[Mapping[str, Any]]:
        found = await parts.state.dead_letters(limit=limit, where=LetterFilter(kind, cause, source))
        return [letter_document(one) for one in found]

    @router.get("/totals", summary="Dead letters by kind and cause, and how many of them wait")
    async def totals() -> list[Mapping[str, Any]]:
        return [document(one) for one in await parts.state.letter_totals()]

    @router.post("/replay", summary="Store dead letters after all, each once; `dry_run` only says which could be tried")
    async def replay(body: ReplayRequest) -> Mapping[str, Any]:
        where = LetterFilter(body.kind, body.cause, body.source, body.ids)
        return replayed_document(await replayer_of(parts).replay(where, is_dry=body.dry_run))

    return router
