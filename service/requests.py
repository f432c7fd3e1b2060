"""Request bodies of the API and the CLI, checked once for both."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.telemetry import Signal

FIRST_YEAR, LAST_YEAR = 1900, 2261  # what a store's nanoseconds can hold


class BudgetRequest(BaseModel):
    """Limits of one analysis; unset ones are the settings'."""

    model_config = ConfigDict(extra="forbid")
    tokens: int | None = Field(None, gt=0)
    seconds: float | None = Field(None, gt=0)
    usd: float | None = Field(None, ge=0)


class ChatRequest(BaseModel):
    """A question; times are RFC 3339 or relative (`-1h`, `now`)."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    question: str
    thread_id: str | None = None
    start: Annotated[str, Field(alias="from")] = ""
    end: Annotated[str, Field(alias="to")] = ""
    tz: str = ""
    desk: str = ""
    lang: Literal["en"] | None = None
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
    modified_at: str = ""


class MetricRequest(BaseModel):
    """One run of a metric template."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    parameters: dict[str, str] = Field(default_factory=dict)
    start: Annotated[str, Field(alias="from")] = ""
    end: Annotated[str, Field(alias="to")] = ""
