"""The memory of the engine inside the process: small buffers for merges, and what they left given back."""

from pathlib import Path

from clickhouse_connect.driver.exceptions import DatabaseError

from adapters.clickhouse import open_embedded
from adapters.clickhouse_client import embedded
from adapters.clickhouse_memory import PURGE_S, SETTINGS, Purge
from domain.telemetry import LogRecord

NOW_NS = 1_790_000_000_000_000_000


class Engine:
    """Counts what it is told, and refuses it on demand."""

    def __init__(self, *, is_able: bool = True) -> None:
        self.told: list[str] = []
        self.is_able = is_able

    def command(self, text: str) -> None:
        self.told.append(text)
        if not self.is_able:
            raise DatabaseError("no such command")


class Hand:
    """A clock set by hand, in seconds."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_memory_is_given_back_every_ten_seconds_at_most() -> None:
    engine, clock = Engine(), Hand()
    purge = Purge(engine, clock)
    for clock.now_s in (1.0, PURGE_S, PURGE_S + 1, 2 * PURGE_S - 0.1, 2 * PURGE_S):
        purge()
    assert engine.told == ["SYSTEM JEMALLOC PURGE"] * 2


def test_an_engine_that_cannot_is_asked_once() -> None:
    engine, clock = Engine(is_able=False), Hand()
    purge = Purge(engine, clock)
    for clock.now_s in (PURGE_S, 5 * PURGE_S):
        purge()
    assert len(engine.told) == 1


async def test_the_tables_of_a_folder_have_the_settings_that_keep_memory_level(tmp_path: Path) -> None:
    store = open_embedded(tmp_path / "telemetry")
    try:
        await store.write_logs([LogRecord(timestamp_ns=NOW_NS, service="pay", body="paid")])
        reader = embedded(tmp_path / "telemetry")()
        made = reader.query("SELECT name, engine_full FROM system.tables WHERE database = 'otel' AND engine = 'MergeTree'").result_rows
        reader.close()
    finally:
        await store.close()
    assert len(made) > 5
    assert [name for name, engine in made for setting in SETTINGS if f"{setting} = {SETTINGS[setting]}" not in engine] == []
