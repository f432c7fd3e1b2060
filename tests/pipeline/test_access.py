"""Access logs."""

from pathlib import Path

import pytest

from domain.telemetry import LogRecord
from tests.pipeline.files import opened, times, write

COMMON = '10.0.0.1 - ann [17/May/2015:10:05:03 +0200] "GET /a/b?x=1&y=2 HTTP/1.1" 404 512'
COMBINED = f'{COMMON} "http://ref.example/" "Agent/1.0 (a; b)"'


def one(tmp_path: Path, line: str) -> LogRecord:
    _, (log,), rejected = opened(write(tmp_path, line + "\n", "shop.access.log"), format="access")
    assert rejected == []
    return log


def test_a_combined_line_fills_the_hot_fields(tmp_path: Path) -> None:
    log = one(tmp_path, COMBINED)
    assert times([log]) == ["2015-05-17T08:05:03Z"]
    assert (log.service, log.event, log.client, log.user, log.severity_number) == ("shop", "http.access", "10.0.0.1", "ann", 13)
    assert (log.method, log.route, log.status, log.response_bytes, log.duration_ms) == ("GET", "/a/b", 404, 512, None)
    assert log.attributes == {
        "url.path": "/a/b",
        "url.query": "x=1&y=2",
        "user_agent.original": "Agent/1.0 (a; b)",
        "http.request.header.referer": "http://ref.example/",
    }


@pytest.mark.parametrize(("status", "severity"), [("200", 9), ("302", 9), ("400", 13), ("499", 13), ("500", 17), ("503", 17), ("-", 9)])
def test_severity_follows_the_status(tmp_path: Path, status: str, severity: int) -> None:
    assert one(tmp_path, COMMON.replace("404", status)).severity_number == severity


@pytest.mark.parametrize(
    ("rest", "duration_ms"), [(" 0.250", 250.0), (" 1500", 1.5), (' "0.010"', 10.0), (" rt=2.0", 2000.0), (' "1.2.3.4"', None)]
)
def test_a_trailing_number_is_a_duration(tmp_path: Path, rest: str, duration_ms: float | None) -> None:
    assert one(tmp_path, COMBINED + rest).duration_ms == duration_ms


def test_a_virtual_host_may_stand_in_front(tmp_path: Path) -> None:
    log = one(tmp_path, f"shop.example:443 {COMBINED}")
    assert (log.host, log.client) == ("shop.example:443", "10.0.0.1")


@pytest.mark.parametrize(
    ("request_line", "method", "route"),
    [
        ("GET http://other.example/p?q HTTP/1.0", "GET", "/p"),
        ("CONNECT mail.example:25 HTTP/1.0", "CONNECT", "mail.example:25"),
        ("GET /with space HTTP/1.1", "GET", "/with space"),
        (r"\x16\x03\x01", "", ""),
        ("-", "", ""),
        ("", "", ""),
        ("GET /", "GET", "/"),
        (r"GET /a\"b HTTP/1.1", "GET", r"/a\"b"),
        ('GET /raw"quote HTTP/1.1', "GET", '/raw"quote'),
    ],
)
def test_any_request_line_is_taken(tmp_path: Path, request_line: str, method: str, route: str) -> None:
    log = one(tmp_path, f'10.0.0.1 - - [17/May/2015:10:05:03 +0000] "{request_line}" 200 5 "-" "-"')
    assert (log.method, log.route, log.status) == (method, route, 200)


def test_an_escaped_quote_cannot_forge_the_status(tmp_path: Path) -> None:
    log = one(tmp_path, r'10.0.0.1 - - [17/May/2015:10:05:03 +0000] "GET /\" 200 5 HTTP/1.1" 404 7 "-" "x"')
    assert log.status == 404


def test_a_cut_user_agent_and_a_user_with_a_blank_are_taken(tmp_path: Path) -> None:
    assert one(tmp_path, COMBINED[:-5]).attributes["user_agent.original"] == "Agent/1.0 (a"
    assert one(tmp_path, COMBINED.replace("- ann", "- ann b")).user == "ann b"


def test_a_bad_line_is_rejected_with_its_number(tmp_path: Path) -> None:
    source = write(tmp_path, f"{COMBINED}\nrubbish\n{COMBINED.replace('17/May', '31/Feb')}\n{COMBINED}\n")
    found, logs, rejected = opened(source)
    assert found.format == "access"
    assert len(logs) == 2
    assert [rejection.line for rejection in rejected] == [2, 3]
