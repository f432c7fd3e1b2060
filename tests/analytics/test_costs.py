from typing import Any

import pytest

from analytics.costs import CACHE_MISSES, CHATTY_CALLS, DEBUG_LOGGING, IDLE_CAPACITY, N_PLUS_ONE


def loop(**cells: Any) -> dict[str, Any]:
    ran = {
        "requests": 10,
        "calls": 200,
        "repeating_requests": 10,
        "calls_per_request": 20,
        "extra_calls": 190,
        "p50_ms": 2.0,
        "avoidable_s": 0.38,
    }
    return {"service": "orders", "operation": "GET /list", "statement": "SELECT 1", **ran, **cells}


def idle(**cells: Any) -> dict[str, Any]:
    return {"service": "attic", "points": 60, "cpu_peak": 12.0, "memory_peak": 40.0, "spare": 80.0, **cells}


def test_a_finding_says_what_could_be_saved_and_how_that_was_worked_out() -> None:
    (flag,) = N_PLUS_ONE([loop()])
    assert (flag.finding.desk, flag.finding.kind, flag.finding.entity.value, flag.finding.count) == (
        "efficiency",
        "n_plus_one",
        "orders",
        190,
    )
    assert flag.finding.saving == {
        "value": 0.38,
        "unit": "s",
        "per": "window",
        "how": "runs that one run could replace x median of the statement: 190 x 2 ms",
    }
    assert flag.finding.technique == ""
    assert flag.finding.details["statement"] == "SELECT 1"


def test_one_request_with_a_loop_is_not_yet_a_habit() -> None:
    assert [bool(N_PLUS_ONE([loop(repeating_requests=number)])) for number in (0, 2, 3)] == [False, False, True]


def test_the_gravest_waste_comes_first() -> None:
    slight, grave = loop(service="slight", calls_per_request=6), loop(service="grave")
    assert [(flag.row, flag.finding.severity) for flag in N_PLUS_ONE([slight, grave])] == [(1, "medium"), (0, "low")]


def test_a_finding_rests_on_the_cells_that_say_something() -> None:
    (flag,) = N_PLUS_ONE([loop(avoidable_s=0.0)])
    assert flag.rests_on == ("calls_per_request", "repeating_requests", "extra_calls")


@pytest.mark.parametrize(
    ("cells", "expected"),
    [({}, True), ({"cpu_peak": 26.0}, False), ({"memory_peak": 61.0}, False), ({"memory_peak": None}, True), ({"points": 29}, False)],
)
def test_idle_is_what_never_was_busy_over_enough_readings(cells: dict[str, Any], expected: bool) -> None:
    assert IDLE_CAPACITY.is_waste(idle(**cells)) is expected


def test_calls_of_a_database_are_not_chatty_a_second_time() -> None:
    row = {"chatty_requests": 4, "is_database": True}
    assert not CHATTY_CALLS.is_waste(row)
    assert CHATTY_CALLS.is_waste({**row, "is_database": False})


def test_only_debug_output_is_debug_logging() -> None:
    row = {"share": 40.0, "events": 500, "level": "DEBUG"}
    assert DEBUG_LOGGING.is_waste(row)
    assert not DEBUG_LOGGING.is_waste({**row, "level": "INFO"})


def test_misses_without_a_known_number_are_none() -> None:
    assert not CACHE_MISSES.is_waste({"excess_misses": None})
