import logging
from collections.abc import Iterator

import pytest

from domain.telemetry import LogRecord
from instrument.encoding import encoded
from instrument.logs import EventHandler, severity_of
from instrument.request import Ongoing, annotate, begin, current, end
from pipeline.ndjson import record_of
from pipeline.reading import Reading
from tests.instrument.receiver import Heard


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def log(heard: Heard) -> Iterator[logging.Logger]:
    logger = logging.getLogger("shop.orders")
    added = EventHandler(heard, logging.DEBUG)
    logger.addHandler(added)
    logger.setLevel(logging.DEBUG)
    yield logger
    logger.removeHandler(added)


def test_a_record_becomes_an_event(log: logging.Logger, heard: Heard) -> None:
    log.warning("only %d left", 3, extra={"sku": "A1"})
    assert {name: heard[0][name] for name in ("severity", "body", "logger", "sku")} == {
        "severity": "WARN", "body": "only 3 left", "logger": "shop.orders", "sku": "A1",
    }  # fmt: skip


def test_an_exception_comes_with_its_stack(log: logging.Logger, heard: Heard) -> None:
    stock: dict[str, int] = {}
    try:
        stock["sku"]
    except KeyError:
        log.exception("no such thing")
    assert (heard[0]["severity"], heard[0]["error_code"], heard[0]["error_message"]) == ("ERROR", "KeyError", "'sku'")
    assert "test_logs.py" in heard[0]["exception.stacktrace"]


def test_a_record_belongs_to_its_request_which_counts_its_lines(log: logging.Logger, heard: Heard) -> None:
    ongoing = Ongoing("r1", "t1", "s1")
    token = begin(ongoing)
    log.debug("a")
    log.error("b")
    log.error("c")
    end(token)
    log.error("d")
    assert [event.get("request_id") for event in heard] == ["r1", "r1", "r1", None]
    assert heard[0]["trace_id"] == "t1"
    assert ongoing.logged == {"debug": 1, "error": 2}


def test_nothing_is_annotated_outside_of_a_request() -> None:
    annotate(user_id="ada")
    assert current() is None


def test_a_record_with_wrong_arguments_does_not_reach_the_application(heard: Heard, capsys: pytest.CaptureFixture[str]) -> None:
    EventHandler(heard).handle(logging.LogRecord("shop", 20, "f.py", 1, "%d left", ("no number",), None))
    EventHandler(heard).handle(logging.LogRecord("shop", 20, "f.py", 1, "still here", (), None))
    assert [event["body"] for event in heard] == ["still here"]
    assert "TypeError" in capsys.readouterr().err


def test_an_extra_field_cannot_take_the_place_of_one_of_ours(log: logging.Logger, heard: Heard) -> None:
    log.info("true", extra={"body": "made up", "severity": "FATAL", "timestamp": "never"})
    record = record_of(encoded(heard[0]).decode(), Reading())
    assert isinstance(record, LogRecord)
    assert (record.body, record.severity_number) == ("true", 9)


@pytest.mark.parametrize(("level", "name"), [(5, "TRACE"), (10, "DEBUG"), (25, "INFO"), (30, "WARN"), (40, "ERROR"), (50, "FATAL")])
def test_levels_have_opentelemetrys_names(level: int, name: str) -> None:
    assert severity_of(level) == name
