"""Bodies of the routes of incidents and drafts."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from domain.errors import WrongUseError
from domain.incidents import IncidentSeverity, IncidentStatus
from service.parts import Parts
from service.scope import instant

Text = Annotated[str, Field(min_length=1, max_length=10_000)]
LONGEST_SNOOZE_MIN = 30 * 24 * 60


class Body(BaseModel):
    """A body in which a misspelt field is said."""

    model_config = ConfigDict(extra="forbid")


class ByRequest(Body):
    """Who does it; nobody has to say."""

    by: str = "somebody"


class AssignRequest(Body):
    """Who is to take it; empty for nobody."""

    to: str


class CommentRequest(ByRequest):
    """What somebody writes."""

    text: Text


class SnoozeRequest(Body):
    """For how long: minutes, or until a time."""

    minutes: int = Field(0, ge=0, le=LONGEST_SNOOZE_MIN)
    until: str = ""


class MergeRequest(Body):
    """Which incident remains."""

    into: Text


class SplitRequest(Body):
    """Which services leave."""

    services: Annotated[list[str], Field(min_length=1)]


class ChangeRequest(Body):
    """What changes; a field that is not given stays."""

    title: Text = ""
    severity: IncidentSeverity = "low"
    status: IncidentStatus = "open"
    assignee: str = ""


def by_whom(body: ByRequest | None) -> str:
    """Who does it; a request without a body is somebody's."""
    return (body or ByRequest()).by


def snooze_until(parts: Parts, body: SnoozeRequest) -> datetime:
    """When a snooze ends. Raises WrongUseError when neither or both ways are given."""
    if bool(body.minutes) == bool(body.until):
        raise WrongUseError("Say either minutes or until.")
    now = parts.clock.now()
    return instant(body.until, now) if body.until else now + timedelta(minutes=body.minutes)
