"""One source that floods cannot crowd out what others say."""

from collections import Counter

from domain.ids import Tenant
from domain.ports import TelemetryStore
from domain.telemetry import LogRecord
from domain.window import to_nanos
from tests.tools import world
from tools.registry import Registry
from tools.toolbox import Toolbox


async def test_a_flooding_service_leaves_room_for_the_others(store: TelemetryStore, tenant: Tenant) -> None:
    at = to_nanos(world.START)
    flood = [LogRecord(at + 10_000 + number, "loud", f"it broke {number}", client=f"10.0.0.{number % 250}") for number in range(900)]
    quiet = [LogRecord(at + number, name, f"it broke in {name}") for number, name in enumerate(("cart", "search", "mail"))]
    await store.write_logs([*flood, *quiet], tenant)
    evidence = (await world.ask(Toolbox(store, Registry.load()), "search_logs", tenant, text="it broke")).evidence
    shown = Counter(row["service"] for row in evidence.rows)
    assert shown == {"loud": 17, "cart": 1, "search": 1, "mail": 1}
    assert [row["service"] for row in evidence.rows[:8]].count("loud") == 5
    assert {row["service"]: row["of_service"] for row in evidence.rows} == {"loud": 900, "cart": 1, "search": 1, "mail": 1}
    assert evidence.message == "20 of 903 rows shown"


async def test_a_flooding_client_leaves_room_within_its_service(store: TelemetryStore, tenant: Tenant) -> None:
    at = to_nanos(world.START)
    flood = [LogRecord(at + 10_000 + number, "web", f"denied {number}", client="198.51.100.9") for number in range(900)]
    await store.write_logs([*flood, LogRecord(at, "web", "denied once", client="203.0.113.4")], tenant)
    evidence = (await world.ask(Toolbox(store, Registry.load()), "search_logs", tenant, text="denied")).evidence
    assert "203.0.113.4" in {row["client"] for row in evidence.rows}
