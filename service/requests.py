"""Request bodies of the API and the CLI, checked once for both."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.telemetry import Signal

FIRST_YEAR, LAST_YEAR = 1900, 2261  # what a store's nanoseconds can hold
MOST_EVENTS_A_MINUTE = 6_000


class BudgetRequest(BaseModel):
    """Limits of one analysis; unset ones are the settings'."""

    model_config = ConfigDict(extra="forbid")
    tokens: int | None = Field(None, gt=0)
    seconds: float | None = Field(None, gt=0)
    usd: float | None = Field(None, ge=0)
    tool_calls: int | None = Field(None, gt=0)


class ChatRequest(BaseModel):
    """A question; times are RFC 3339 or relative (`-1h`, `now`)."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    question: str
    thread_id: str | None = None
    start: Annotated[str, Field(alias="from")] = ""
    end: Annotated[str, Field(alias="to")] = ""
    tz: str = ""
    desk: str = ""
    lang: Literal["en", "ko"] | None = None
    budget: BudgetRequest | None = None


class IngestRequest(BaseModel):
    """How the bytes of a load are to be read."""

    model_config = ConfigDict(extra="forbid")
    name: str = "stdin"
    format: Literal["auto", "ndjson", "otlp-json", "otlp-protobuf", "access", "syslog", "text"] = "auto"
    service: str = ""
    signal: Signal = "logs"
    year: int = Field(0, ge=0, le=LAST_YEAR)
    tz: str = ""
    again: bool = False
    keep_days: int = Field(0, ge=0, le=36_500, description="days from now after which the rows may go; 0: they stay")
    modified_at: str = ""


class MetricRequest(BaseModel):
    """One run of a metric template."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    parameters: dict[str, str] = Field(default_factory=dict)
    start: Annotated[str, Field(alias="from")] = ""
    end: Annotated[str, Field(alias="to")] = ""


class RateRequest(BaseModel):
    """How many events a minute the live feed makes."""

    model_config = ConfigDict(extra="forbid")
    rate: float = Field(gt=0, le=MOST_EVENTS_A_MINUTE)


class StartRequest(BaseModel):
    """How the live feed is to start; without a rate, at its last one."""

    model_config = ConfigDict(extra="forbid")
    rate: float | None = Field(None, gt=0, le=MOST_EVENTS_A_MINUTE)


class AnomalyRequest(BaseModel):
    """The anomaly to force: without a kind a cascade, without a service somewhere."""

    model_config = ConfigDict(extra="forbid")
    kind: str = ""
    service: str = ""


class EventsRequest(BaseModel):
    """Which of the last events to show."""

    model_config = ConfigDict(extra="forbid")
    limit: int = Field(50, ge=1, le=2_000)
    flagged: bool | None = None
    service: str = ""
    event_type: str = ""
