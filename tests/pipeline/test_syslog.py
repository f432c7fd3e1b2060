"""Syslog files."""

from pathlib import Path

import pytest

from tests.pipeline.files import WRITTEN, opened, times, write

AUTH = "Feb 10 06:55:46 host1 sshd[24200]: Failed password for root from 1.2.3.4 port 22 ssh2\n"


def test_a_bsd_line_gives_time_host_program_and_text(tmp_path: Path) -> None:
    found, (log,), _ = opened(write(tmp_path, AUTH, "auth.log"))
    assert (found.format, log.service, log.host, log.attributes["process.pid"]) == ("syslog", "sshd", "host1", "24200")
    assert log.body == "Failed password for root from 1.2.3.4 port 22 ssh2"
    assert times([log]) == ["2026-02-10T06:55:46Z"]


@pytest.mark.parametrize(
    ("message", "service", "body"),
    [
        ("su(pam_unix)[12]: session opened", "su", "session opened"),
        ("syslogd 1.4.1: restart.", "syslogd", "restart."),
        ("kernel: [12.3] eth0: up", "kernel", "[12.3] eth0: up"),
        ("/usr/sbin/cron[7]: (root) CMD (x)", "cron", "(root) CMD (x)"),
        ("com.apple.xpc.launchd[1] (com.apple.x): Service exited", "com.apple.xpc.launchd", "Service exited"),
        ("last message repeated 2 times", "auth", "last message repeated 2 times"),
        ("sudo:   ann : TTY=pts/0 ; COMMAND=/bin/ls", "sudo", "  ann : TTY=pts/0 ; COMMAND=/bin/ls"),
    ],
)
def test_programs_of_every_spelling(tmp_path: Path, message: str, service: str, body: str) -> None:
    _, (_, log), _ = opened(write(tmp_path, f"{AUTH}Feb 10 06:55:47 host1 {message}\n", "auth.log"))
    assert (log.service, log.body.strip()) == (service, body.strip())


def test_a_given_service_stands_for_all(tmp_path: Path) -> None:
    assert opened(write(tmp_path, AUTH), service="bastion")[1][0].service == "bastion"


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ("<34>Oct 11 22:14:15 m su: x", "2025-10-11T22:14:15Z"),
        ("Oct 11 2003 22:14:15 m su: x", "2003-10-11T22:14:15Z"),
        ("Oct 11 22:14:15 2003 m su: x", "2003-10-11T22:14:15Z"),
        ("2026-11-21T10:00:00.123456+01:00 m su[1]: x", "2026-11-21T09:00:00.123456Z"),
        ('<165>1 2003-10-11T22:14:15.003Z m su 7 ID47 [a@1 k="v \\" w"] x', "2003-10-11T22:14:15.003Z"),
    ],
)
def test_stamps_of_every_kind(tmp_path: Path, line: str, at: str) -> None:
    found, logs, rejected = opened(write(tmp_path, line + "\n"))
    assert (found.format, rejected) == ("syslog", [])
    assert (times(logs), logs[0].service, logs[0].host, logs[0].body) == ([at], "su", "m", "x")


def test_the_priority_is_the_severity_and_structured_data_are_attributes(tmp_path: Path) -> None:
    _, (log,), _ = opened(write(tmp_path, '<11>1 2003-10-11T22:14:15.003Z m su 7 ID47 [a@1 k="v"][b l="w"] x\n'))
    assert log.severity_number == 17
    assert (log.attributes["k"], log.attributes["l"], log.attributes["process.pid"]) == ("v", "w", "7")


def test_a_level_in_the_message_is_the_severity(tmp_path: Path) -> None:
    _, logs, _ = opened(write(tmp_path, "Feb 10 06:55:46 h sshd[1]: error: no\nFeb 10 06:55:46 h sshd[1]: fatal: no\n"))
    assert [log.severity_number for log in logs] == [17, 21]


def test_the_year_comes_from_the_file_s_time_and_the_notes_say_so(tmp_path: Path) -> None:
    found, logs, _ = opened(write(tmp_path, "Dec 31 23:59:59 h a: x\nJan  1 00:00:01 h a: y\n"))
    assert times(logs) == ["2025-12-31T23:59:59Z", "2026-01-01T00:00:01Z"]
    assert any("2025" in note and f"{WRITTEN:%Y-%m-%d}" in note for note in found.reading.notes)


def test_a_given_year_is_that_of_the_first_line(tmp_path: Path) -> None:
    found, logs, _ = opened(write(tmp_path, "Dec 31 23:59:59 h a: x\nJan  1 00:00:01 h a: y\n"), year=2004)
    assert times(logs) == ["2004-12-31T23:59:59Z", "2005-01-01T00:00:01Z"]
    assert any("2004, as given" in note for note in found.reading.notes)


def test_a_given_zone_is_that_of_stamps_without_one(tmp_path: Path) -> None:
    found, logs, _ = opened(write(tmp_path, "Jul 10 06:00:00 h a: x\n"), tz="Europe/Berlin")
    assert times(logs) == ["2025-07-10T04:00:00Z"]
    assert any("Europe/Berlin" in note for note in found.reading.notes)


def test_the_29th_of_february_of_no_leap_year_is_rejected_with_a_reason(tmp_path: Path) -> None:
    _, logs, rejected = opened(write(tmp_path, "Feb 28 10:00:00 h a: x\nFeb 29 10:00:00 h a: y\n"), year=2025)
    assert len(logs) == 1
    assert (rejected[0].line, "no 29 February" in rejected[0].reason) == (2, True)


def test_an_indented_line_joins_and_a_strange_line_is_rejected(tmp_path: Path) -> None:
    found, logs, rejected = opened(write(tmp_path, f"{AUTH}\tmore of it\n@@@ what\n  lonely\n{AUTH}"))
    assert logs[0].body.endswith("ssh2\n\tmore of it")
    assert [rejection.line for rejection in rejected] == [3, 4]
    assert found.reading.lines == 5
