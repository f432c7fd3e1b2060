"""The memory of the engine inside the process: small buffers for merges, and what they left given back."""

from clickhouse_connect.driver.exceptions import DatabaseError

from adapters.clickhouse_memory import PURGE_S, SETTINGS, Purge, settle


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


def test_memory_is_given_back_twice_a_second_at_most() -> None:
    engine, clock = Engine(), Hand()
    purge = Purge(engine, clock)
    for clock.now_s in (0.9 * PURGE_S, PURGE_S, 1.5 * PURGE_S, 1.9 * PURGE_S, 2 * PURGE_S):
        purge()
    assert engine.told == ["SYSTEM JEMALLOC PURGE"] * 2


def test_an_engine_that_cannot_is_asked_once() -> None:
    engine, clock = Engine(is_able=False), Hand()
    purge = Purge(engine, clock)
    for clock.now_s in (PURGE_S, 5 * PURGE_S):
        purge()
    assert len(engine.told) == 1


class Tables(Engine):
    """An engine with two tables that lack a setting."""

    result_rows = (("otel_logs",), ("wf_counts",))

    def query(self, _sql: str, parameters: dict[str, str]) -> "Tables":
        assert parameters["database"] == "otel"
        assert parameters["name"] in SETTINGS
        return self


def test_tables_that_lack_a_setting_are_given_it() -> None:
    engine = Tables()
    settle(engine, "otel")
    tables = ("otel_logs", "wf_counts")
    assert engine.told == [
        f"ALTER TABLE otel.`{table}` MODIFY SETTING {name} = {value}" for name, value in SETTINGS.items() for table in tables
    ]
