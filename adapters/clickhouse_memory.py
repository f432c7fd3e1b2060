"""What keeps the memory of an engine inside this process level: small buffers while parts are merged, and what they left given back."""

import logging
from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import Any, Protocol

from adapters.clickhouse_client import stored
from domain.errors import StoreError

log = logging.getLogger(__name__)

PURGE_S = 0.5
SETTINGS = {
    # Write buffers of a megabyte a column and part otherwise: a merge of wide parts took 240 MB where its data were 10 (measured).
    "min_columns_to_activate_adaptive_write_buffer": 1,
    # A hundred outdated parts at once would start 128 threads that stay, each with a cache of the allocator's that fills in time.
    "concurrent_part_removal_threshold": 1_000_000,
    # Outdated parts would stay up to five minutes, 20 kB each: at a write a second the memory of a thousand of them comes and goes.
    "max_cleanup_delay_period": 30,
}
_LACKING = (
    "SELECT name FROM system.tables WHERE database = {database:String} AND engine LIKE '%MergeTree' "
    "AND position(engine_full, {name:String}) = 0 AND (SELECT count() FROM system.merge_tree_settings WHERE name = {name:String}) > 0"
)


class Engine(Protocol):
    """What takes a command: a client."""

    def command(self, text: str, /) -> object: ...


class Tables(Engine, Protocol):
    """What also answers a question: a client."""

    def query(self, sql: str, /, parameters: dict[str, str]) -> Any: ...


def settle(writer: Tables, database: str) -> None:
    """Give the tables the settings that keep memory level, those that the engine knows. Raises StoreError."""
    for name, value in SETTINGS.items():
        found = stored(partial(writer.query, _LACKING, parameters={"database": database, "name": name}))
        for (table,) in found.result_rows:
            stored(partial(writer.command, f"ALTER TABLE {database}.`{table}` MODIFY SETTING {name} = {value}"))


class Purge:
    """Gives memory that the engine's allocator keeps back to the system, at most twice a second (5 ms each, measured)."""

    def __init__(self, engine: Engine, now_s: Callable[[], float] = monotonic) -> None:
        self._engine = engine
        self._now_s = now_s
        self._next_s = now_s() + PURGE_S

    def __call__(self) -> None:
        """To be called after a write, by the one who writes. An engine that cannot do it is not asked again."""
        if self._now_s() < self._next_s:
            return
        self._next_s = self._now_s() + PURGE_S
        try:
            stored(partial(self._engine.command, "SYSTEM JEMALLOC PURGE"))
        except StoreError as error:
            self._next_s = float("inf")
            log.info("store.purge_refused", extra={"error": str(error)})
