"""Detection replayed over stored history, as a command or a request asks for it."""

from pydantic import BaseModel, ConfigDict, Field

from domain.incidents import Incident
from service.parts import Parts
from service.scope import latest, window, zone


class DetectRequest(BaseModel):
    """Over which time; without one, the last 24 h that are stored."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    start: str = Field("", alias="from")
    end: str = Field("", alias="to")
    write: bool = False
    tz: str = ""


async def detect(parts: Parts, request: DetectRequest) -> tuple[Incident, ...]:
    """The incidents that the rules find in a window, oldest first. Raises NothingFoundError where nothing is stored."""
    tz = zone(request.tz or parts.settings.timezone)
    asked = await window(parts, request.start, request.end, tz) or await latest(parts, tz)
    return await parts.incidents.watcher.replay(asked, write=request.write)
