"""What sshd lines say."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.telemetry import LogRecord
from pipeline.semantics import enriched
from pipeline.sshd import login_event, message_of

FAILED = "ssh.failed_password"


@pytest.mark.parametrize(
    ("message", "event", "client", "user", "occurrences"),
    [
        ("Failed password for root from 10.0.0.1 port 22 ssh2", FAILED, "10.0.0.1", "root", 1),
        ("Failed password for invalid user admin from 10.0.0.1 port 22 ssh2", FAILED, "10.0.0.1", "admin", 1),
        ("Failed password for illegal user admin from ::ffff:10.0.0.1 port 22", FAILED, "10.0.0.1", "admin", 1),
        ("Failed password for invalid user  0101 from 5.6.7.8 port 1 ssh2", FAILED, "5.6.7.8", "0101", 1),
        ("Failed password for invalid user  from 5.6.7.8 port 1 ssh2", FAILED, "5.6.7.8", "", 1),
        ("Failed password for invalid user a b from 5.6.7.8 port 1 ssh2", FAILED, "5.6.7.8", "a b", 1),
        ("message repeated 5 times: [ Failed password for root from 1.2.3.4 port 9 ssh2]", FAILED, "1.2.3.4", "root", 5),
        ("Failed none for invalid user x from 1.2.3.4 port 9 ssh2", "ssh.failed_none", "1.2.3.4", "x", 1),
        ("Failed publickey for x from 2001:db8::1 port 9 ssh2: RSA SHA256:abc", "ssh.failed_other", "2001:db8::1", "x", 1),
        ("Failed keyboard-interactive/pam for x from 1.2.3.4 port 9 ssh2", "ssh.failed_other", "1.2.3.4", "x", 1),
        ("Accepted publickey for x from 1.2.3.4 port 9 ssh2: RSA SHA256:abc", "ssh.accepted", "1.2.3.4", "x", 1),
        ("Invalid user admin from 1.2.3.4", "ssh.invalid_user", "1.2.3.4", "admin", 1),
        ("Invalid user  from 1.2.3.4 port 77", "ssh.invalid_user", "1.2.3.4", "", 1),
        ("Illegal user admin from 1.2.3.4", "ssh.invalid_user", "1.2.3.4", "admin", 1),
        ("Did not receive identification string from ::ffff:1.2.3.4 port 9", "ssh.no_identification", "1.2.3.4", None, 1),
    ],
)
def test_an_event_is_read_from_the_message(message: str, event: str, client: str, user: str | None, occurrences: int) -> None:
    found = login_event(message)
    assert (found["event"], found["client"], found.get("user"), found.get("occurrences", 1)) == (event, client, user, occurrences)


@pytest.mark.parametrize(
    "message",
    [
        "input_userauth_request: invalid user admin [preauth]",
        "error: maximum authentication attempts exceeded for invalid user admin from 1.2.3.4 port 5 ssh2 [preauth]",
        "Connection closed by 1.2.3.4 [preauth]",
        "pam_unix(sshd:auth): authentication failure; logname= uid=0 rhost=1.2.3.4 user=root",
        "message repeated 3 times: [ Connection closed by 1.2.3.4]",
        "",
    ],
)
def test_other_messages_are_no_event(message: str) -> None:
    assert login_event(message) == {}


@given(st.text(st.characters(blacklist_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=60))
def test_no_user_name_can_forge_the_source(name: str) -> None:
    for hostile in (name, f"{name} from 6.6.6.6 port 6 ssh2", f"x from 6.6.6.6 port 6 ssh2{name}"):
        found = login_event(f"Failed password for invalid user {hostile} from 1.2.3.4 port 22 ssh2")
        assert found["client"] == "1.2.3.4"
        assert login_event(f"Invalid user {hostile} from 1.2.3.4")["client"] == "1.2.3.4"


def test_only_what_sshd_wrote_counts() -> None:
    body = "Failed password for root from 10.0.0.1 port 22 ssh2"
    assert message_of("sshd", body) == body
    assert message_of("sshd-session", body) == body
    assert message_of("app", f"h1 sshd[12]: {body}") == body
    assert message_of("app", f"h1 sshd(pam_unix)[12]: {body}") == body
    assert message_of("app", body) == ""


def enrich(service: str, body: str, **attributes: str) -> LogRecord:
    return enriched(LogRecord(1, service, body, attributes=attributes))


def test_a_record_gets_the_event_with_its_method() -> None:
    log = enrich("sshd", "Accepted password for ann from 1.2.3.4 port 9 ssh2")
    assert (log.event, log.user, log.client, log.attributes["auth.method"]) == ("ssh.accepted", "ann", "1.2.3.4", "password")


def test_the_program_may_stand_in_an_attribute_or_in_the_body() -> None:
    body = "Failed password for root from 10.0.0.1 port 22 ssh2"
    assert enrich("bastion", body, **{"process.executable.name": "/usr/sbin/sshd"}).event == FAILED
    assert enrich("bastion", f"host sshd[3]: {body}").event == FAILED
    assert enrich("bastion", body).event == ""


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"http.route": "/a", "url.path": "/a/1", "http.request.method": "GET"}, {"route": "/a", "method": "GET"}),
        ({"http.target": "/a?x=1", "http.method": "PUT", "http.status_code": "404"}, {"route": "/a", "method": "PUT", "status": 404}),
        ({"http.response.status_code": "503", "error.type": "timeout"}, {"status": 503, "error_code": "timeout"}),
        ({"client.address": "::ffff:1.2.3.4", "user.name": "ann"}, {"client": "1.2.3.4", "user": "ann"}),
        ({"net.peer.ip": "1.2.3.4", "enduser.id": "7"}, {"client": "1.2.3.4", "user": "7"}),
        ({"http.response.body.size": "12", "duration_ms": "1.5"}, {"response_bytes": 12, "duration_ms": 1.5}),
        ({"http.response.body.size": "many", "http.status_code": "ok"}, {"response_bytes": None, "status": 0}),
        ({"sample_rate": "10"}, {"weight": 10}),
        ({"http.status_code": "inf", "sample_rate": "0"}, {"status": 0, "weight": 1}),
    ],
)
def test_attributes_fill_the_hot_fields(attributes: dict[str, str], expected: dict[str, Any]) -> None:
    log = enrich("pay", "x", **attributes)
    assert {name: getattr(log, name) for name in expected} == expected


def test_what_is_set_stays() -> None:
    log = enriched(LogRecord(1, "pay", "x", status=200, route="/kept", attributes={"http.route": "/a", "http.status_code": "500"}))
    assert (log.status, log.route) == (200, "/kept")


def test_error_logs_of_web_servers_name_the_client_in_the_body() -> None:
    assert enrich("error_log", "[client 1.2.3.4] File does not exist: /x").client == "1.2.3.4"
    assert enrich("error_log", "[client 1.2.3.4:5555] AH00128: no file").client == "1.2.3.4"
    assert enrich("nginx", 'open() "/x" failed, client: 1.2.3.4, server: a').client == "1.2.3.4"


def test_the_host_comes_from_the_resource() -> None:
    assert enriched(LogRecord(1, "pay", "x", resource={"host.name": "h1"})).host == "h1"
