"""What opens an incident and what does not, over telemetry in the real store."""

from datetime import timedelta

import pytest

from domain.ids import Tenant
from domain.incidents import Incident
from domain.ports import TelemetryStore
from domain.telemetry import LogRecord
from tests.incidents.world import BREAKS, PER_MINUTE, Course, Minute, at, broken, desk, fill, log, steady, window


async def found(store: TelemetryStore, tenant: Tenant, course: Course) -> tuple[Incident, ...]:
    await fill(store, tenant, course)
    return await desk(store, tenant).room.watcher.replay(window(), write=False)


def rules(incident: Incident) -> set[str]:
    return {alarm.rule for alarm in incident.alarms}


async def test_a_steady_shop_has_no_incident(store: TelemetryStore, tenant: Tenant) -> None:
    assert await found(store, tenant, steady) == ()


async def test_errors_open_one_critical_incident_of_all_services_that_show_them(store: TelemetryStore, tenant: Tenant) -> None:
    (incident,) = await found(store, tenant, broken(failing=5))
    assert (incident.severity, incident.status) == ("critical", "open")
    assert set(incident.services) == {"gateway", "checkout"}
    assert at(BREAKS) - timedelta(minutes=1) <= incident.start_at <= at(BREAKS) + timedelta(minutes=1)
    assert {"error_share", "error_burst", "error_ratio"} <= rules(incident)


async def test_an_incident_says_what_it_touched(store: TelemetryStore, tenant: Tenant) -> None:
    (incident,) = await found(store, tenant, broken(failing=5))
    assert incident.requests_total == 5 * 30
    assert len(incident.request_ids) == 100
    assert incident.regions == ("eu",)
    assert len(incident.event_ids) == 100
    assert all(name.startswith("EVT-") for name in incident.event_ids)
    assert incident.template_ids == ("lost",)
    assert set(incident.trace_ids) <= {f"t{minute}-{number}" for minute in range(BREAKS, 120) for number in range(5)}


async def test_an_alarm_can_be_replayed_from_what_it_stores(store: TelemetryStore, tenant: Tenant) -> None:
    (incident,) = await found(store, tenant, broken(failing=5))
    burst = next(alarm for alarm in incident.alarms if alarm.rule == "error_burst" and alarm.service == "checkout")
    assert (burst.route, burst.error_code, burst.window_min) == ("/orders", "ORDER_LOST", 5)
    assert sum(burst.series[-burst.window_min :]) == burst.value == 25
    assert burst.value > burst.threshold >= 10
    assert burst.baseline is not None
    assert burst.baseline < 2


async def test_a_constant_background_of_errors_opens_nothing(store: TelemetryStore, tenant: Tenant) -> None:
    assert await found(store, tenant, lambda _: Minute(failing=3)) == ()


async def test_growth_with_an_unchanged_share_of_errors_opens_nothing(store: TelemetryStore, tenant: Tenant) -> None:
    def growing(minute: int) -> Minute:
        return Minute(requests=32, failing=4) if minute >= BREAKS else Minute(failing=1)

    assert await found(store, tenant, growing) == ()


async def test_slow_answers_open_an_incident(store: TelemetryStore, tenant: Tenant) -> None:
    (incident,) = await found(store, tenant, broken(slow=4))
    assert rules(incident) == {"slow_share"}
    assert set(incident.services) == {"gateway", "checkout"}
    assert incident.severity == "critical"


async def test_slightly_slower_answers_open_nothing(store: TelemetryStore, tenant: Tenant) -> None:
    assert await found(store, tenant, broken(slow=1.3)) == ()


async def test_many_queries_a_request_open_an_incident(store: TelemetryStore, tenant: Tenant) -> None:
    (incident,) = await found(store, tenant, broken(queries=12))
    (alarm,) = incident.alarms
    assert (alarm.rule, alarm.service, alarm.subject) == ("call_amplification", "checkout", "orders-db INSERT orders")


async def test_a_busy_machine_alone_is_a_candidate(store: TelemetryStore, tenant: Tenant) -> None:
    (incident,) = await found(store, tenant, broken(cpu=95))
    assert (incident.severity, incident.status) == ("medium", "candidate")


async def test_a_busy_machine_that_slows_its_service_is_one_incident(store: TelemetryStore, tenant: Tenant) -> None:
    (incident,) = await found(store, tenant, broken(cpu=95, slow=4))
    assert rules(incident) == {"slow_share", "cpu_saturation"}


def attempts(minute: int) -> tuple[LogRecord, ...]:
    return tuple(log(minute + number / 60, "accounts", "log-in", status=401, client=f"10.0.0.{number}") for number in range(6))


def probes(minute: int) -> tuple[LogRecord, ...]:
    return tuple(
        log(minute + number / 60, "gateway", "GET", status=404, route=f"/{minute}-{number}.php", client="10.9.9.9") for number in range(8)
    )


@pytest.mark.parametrize(("attack", "rule", "service"), [(attempts, "failed_logins", "accounts"), (probes, "path_probing", "gateway")])
async def test_attacks_open_incidents(store: TelemetryStore, tenant: Tenant, attack: object, rule: str, service: str) -> None:
    assert callable(attack)
    (incident,) = await found(store, tenant, lambda minute: Minute(more=attack(minute) if minute >= BREAKS else ()))
    assert rules(incident) == {rule}
    assert incident.services == (service,)


async def test_a_new_kind_of_warning_opens_an_incident(store: TelemetryStore, tenant: Tenant) -> None:
    def doubt(minute: int) -> Minute:
        code = {"severity_number": 13, "error_code": "STOCK_NEGATIVE", "status": 409}
        return Minute(
            more=tuple(log(minute + number / 10, "checkout", "stock is negative", **code) for number in range(3 * (minute >= BREAKS)))
        )

    (incident,) = await found(store, tenant, doubt)
    assert (rules(incident), incident.services) == ({"warning_share"}, ("checkout",))
    assert incident.alarms[0].error_code == "STOCK_NEGATIVE"


async def test_a_new_fatal_message_is_critical_at_once(store: TelemetryStore, tenant: Tenant) -> None:
    crash = (log(BREAKS + 0.5, "checkout", "killed", severity_number=21, template_id="killed"),)
    (incident,) = await found(store, tenant, lambda minute: Minute(more=crash if minute == BREAKS else ()))
    assert incident.severity == "critical"
    assert "new_fatal" in rules(incident)


async def test_three_flagged_events_in_a_row_are_critical(store: TelemetryStore, tenant: Tenant) -> None:
    flagged = (log(BREAKS + 0.5, "search", "slow", attributes={"watchfloor.flagged": "true", "watchfloor.critical": "true"}),)
    (incident,) = await found(store, tenant, lambda minute: Minute(more=flagged if minute == BREAKS else ()))
    assert (incident.severity, incident.services) == ("critical", ("search",))


async def test_a_service_that_falls_silent_is_missed(store: TelemetryStore, tenant: Tenant) -> None:
    def chatter(minute: int) -> Minute:
        others = tuple(log(minute + number / 10, "search", "query", status=200) for number in range(9))
        return Minute(requests=0 if minute >= BREAKS else PER_MINUTE, more=others)

    incidents = await found(store, tenant, chatter)
    assert {service for incident in incidents for service in incident.services} == {"gateway", "checkout", "orders-db"}
    assert all(rules(incident) == {"silence"} for incident in incidents)


async def test_sampled_rows_count_for_what_they_stand_for(store: TelemetryStore, tenant: Tenant) -> None:
    heavy = tuple(log(BREAKS + number / 10, "search", "broke", status=500, error_code="X", weight=20) for number in range(3))
    (incident,) = await found(store, tenant, lambda minute: Minute(more=heavy if minute == BREAKS else ()))
    burst = next(alarm for alarm in incident.alarms if alarm.rule == "error_burst")
    assert burst.value == 60


async def test_an_empty_store_has_no_incident(store: TelemetryStore, tenant: Tenant) -> None:
    assert await desk(store, tenant).room.watcher.replay(window(), write=False) == ()


async def test_an_incident_begins_where_its_trouble_does_not_at_a_stray_before(store: TelemetryStore, tenant: Tenant) -> None:
    def straying(minute: int) -> Minute:
        return Minute(failing=1) if minute == BREAKS - 12 or minute >= BREAKS else Minute()

    (incident,) = await found(store, tenant, straying)
    assert at(BREAKS) - timedelta(minutes=1) <= incident.start_at <= at(BREAKS) + timedelta(minutes=1)
