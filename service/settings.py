"""Settings: environment (`WATCHFLOOR_…`) over `config/watchfloor.toml` over defaults; read here and nowhere else."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from agents.korean import Language, language_of
from domain.analysis import Budget
from domain.errors import WrongUseError

CONFIG_FILE = Path("config/watchfloor.toml")


def _ordered(bounds: tuple[float, float]) -> tuple[float, float]:
    if not 0 < bounds[0] <= bounds[1]:
        raise ValueError(f"a range goes from a lower to a higher number above 0, not {list(bounds)}")
    return bounds


Bounds = Annotated[tuple[float, float], AfterValidator(_ordered)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
PricesByName = dict[str, tuple[Amount, Amount]]


class Settings(BaseSettings):
    """Everything that can be configured; an unset value means the embedded default."""

    model_config = SettingsConfigDict(env_prefix="WATCHFLOOR_", toml_file=CONFIG_FILE, extra="forbid", frozen=True)

    data_dir: Path = Field(Path(".watchfloor"), description="folder of the embedded stores")
    clickhouse_url: str = Field("", description="ClickHouse server; empty: chDB inside the process")
    database_url: str = Field("", description="state database (SQLAlchemy URL); empty: SQLite in the data folder")
    environment: Literal["dev", "prod"] = Field(
        "dev", description="which sampling policy to begin with: dev keeps everything, prod one in twenty of what is ordinary"
    )
    redis_url: str = Field("", description="Redis or Valkey of the queue; empty: an own Valkey child in the data folder", repr=False)
    queue: Literal["auto", "spool"] = Field("auto", description="spool: no Redis at all, the files of the spool are the queue")
    partitions: int = Field(1, ge=1, le=64, description="stream partitions of the queue; all processes on one Redis need the same number")
    spool_max_gb: float = Field(2.0, gt=0, description="disk budget of the spool, GB")
    ack_memory: str = Field(
        "", description="sources, by commas, whose pushes are answered from memory: lost if the process dies within a moment"
    )
    raw_days: int = Field(30, ge=1, le=3_650, description="days that pushed rows are kept, from their arrival; loaded files stay")
    raw_max_gb: float = Field(10.0, gt=0, description="disk for raw rows, GB; over it the days that would expire first go to the archive")
    archive_url: str = Field(
        "", description="cold archive: a folder, or s3://bucket/prefix?endpoint=http://host:port&region=…; empty: in the data folder"
    )
    quota_records_per_s: float = Field(0.0, ge=0, description="records a second that one source may send; 0: no limit")
    quota_bytes_per_s: float = Field(0.0, ge=0, description="unpacked bytes a second that one source may send; 0: no limit")
    qdrant_url: str = Field("", description="Qdrant server; empty: vectors in the data folder")
    model_base_url: str = Field("", description="OpenAI-compatible server; empty: the house judges")
    model_api_key: str = Field("", description="key of that server, if it wants one", repr=False)
    model: str = Field("", description="model name on that server")
    model_timeout_s: float = Field(60.0, gt=0, description="longest wait for one model decision, seconds")
    embed_model_dir: Path | None = Field(None, description="folder with model.onnx and tokenizer.json; empty: the bundled MiniLM")
    otlp_endpoint: str = Field("", description="OTLP/HTTP endpoint our own traces are sent to")
    briefing_webhook: str = Field("", description="URL that takes delivered briefings as JSON", repr=False)
    log_format: Literal["text", "json"] = Field("text", description="json: `serve` logs every event on stderr, one object a line")
    timezone: str = Field("UTC", description='zone of "yesterday" and of log lines without one')
    language: Literal["auto", "en", "ko"] = Field(
        "auto", description="language of answers and briefings; auto: that of the question, else en"
    )
    max_seconds: float = Field(120.0, gt=0, description="time budget of one analysis, seconds")
    max_tokens: int = Field(60_000, gt=0, description="token budget of one analysis")
    max_tool_calls: int = Field(24, gt=0, description="tool-call budget of one analysis")
    max_usd: float = Field(1.0, ge=0, description="budget in money of one analysis, US dollars; holds models whose price is known")
    model_prices: PricesByName = Field(
        {}, description="prices by model name (* and ? allowed), US dollars per million tokens [in, out], over the shipped ones"
    )
    entailment_claims: int = Field(
        0, ge=0, le=24, description="sentences a model may be asked about in the one entailment call of an answer; 0: none"
    )
    entailment_s: float = Field(20.0, gt=0, description="longest wait for that call, seconds")
    max_body_mb: int = Field(20, ge=1, le=1_024, description="largest body a push may have, unpacked, MiB")
    live_rate: float = Field(30.0, gt=0, le=6_000, description="events a minute of the live feed")
    live_anomalous: float = Field(0.15, ge=0, le=1, description="share of its events that is broken on purpose")
    live_api_ms: Bounds = Field((50, 800), description="ordinary durations of its API events, ms, lowest and highest")
    live_query_ms: Bounds = Field((10, 500), description="ordinary durations of its database events, ms")
    live_pool_connections: Bounds = Field((5, 50), description="ordinary connections in use of its databases")
    live_page_load_ms: Bounds = Field((500, 8_000), description="ordinary page loads of its frontend events, ms")
    live_cpu_pct: Bounds = Field((20, 95), description="ordinary CPU use of its hosts, %")
    live_memory_pct: Bounds = Field((40, 98), description="ordinary memory use of its hosts, %")
    live_disk_mb_s: Bounds = Field((10, 500), description="ordinary disk traffic of its hosts, MB/s")

    def budget(self) -> Budget:
        """The limits of one analysis that says nothing else."""
        return Budget(self.max_tokens, self.max_seconds, self.max_tool_calls, self.max_usd)

    def language_for(self, question: str = "") -> Language:
        """The language set, else that of the question."""
        return language_of(question) if self.language == "auto" else self.language

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def read_settings(data_dir: Path | None = None) -> Settings:
    """The settings in force. Raises WrongUseError naming the setting that is wrong."""
    try:
        return Settings(data_dir=data_dir) if data_dir else Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise WrongUseError(f"Setting {name!r} is wrong: {first['msg']}. Check WATCHFLOOR_{name.upper()} and {CONFIG_FILE}.") from error
    except ValueError as error:
        raise WrongUseError(f"{CONFIG_FILE} cannot be read as TOML: {error}") from error
