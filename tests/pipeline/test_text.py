"""Generic text with stamps."""

from pathlib import Path

import pytest

from tests.pipeline.files import opened, times, write

TRACE = """2026-01-05 10:00:00,123 ERROR [main] com.acme.Foo - boom
java.lang.IllegalStateException: nope
\tat com.acme.Foo.bar(Foo.java:12)
Caused by: java.io.IOException: disk

2026-01-05 10:00:01,500 INFO  [main] com.acme.Foo - fine
"""


def test_lines_without_a_stamp_join_their_record(tmp_path: Path) -> None:
    found, logs, rejected = opened(write(tmp_path, TRACE))
    assert (found.format, len(logs), rejected) == ("text", 2, [])
    assert logs[0].body.splitlines()[0] == "[main] com.acme.Foo - boom"
    assert logs[0].body.splitlines()[-1] == "Caused by: java.io.IOException: disk"
    assert (logs[0].severity_number, logs[1].severity_number) == (17, 9)
    assert found.reading.blank_lines == 1


def test_windows_line_ends_leave_nothing_behind(tmp_path: Path) -> None:
    _, logs, _ = opened(write(tmp_path, TRACE.replace("\n", "\r\n")))
    assert "\r" not in "".join(log.body for log in logs)


@pytest.mark.parametrize(
    ("line", "severity", "body"),
    [
        ("[Sun Dec 04 04:47:44 2005] [error] mod_jk in error state 6", 17, "mod_jk in error state 6"),
        ("[Sun Dec 04 04:47:44 2005] [core:warn] [pid 3] x", 13, "[pid 3] x"),
        ("081109 203615 148 INFO dfs.Node: block 1", 9, "dfs.Node: block 1"),
        ("03-17 16:13:38.811  1702  2395 D WindowManager: x", 5, "WindowManager: x"),
        ("2016-09-28 04:30:30, Warning          CBS    Loaded", 13, "CBS    Loaded"),
        ("2015-07-29 17:41:44,747 - FATAL [Q] - Notification", 21, "[Q] - Notification"),
        ("E1121 10:00:00.123456       1 main.go:42] failed", 17, "main.go:42] failed"),
        ('time="2026-11-21T10:00:00Z" level=warning msg="slow"', 13, 'level=warning msg="slow"'),
        ("2026-11-21 10:00:00 app.mod - ERROR - bad", 17, "app.mod - bad"),
        ("2026-11-21 10:00:00 all is well, no error here", 9, "all is well, no error here"),
        ("134681 node-246 unix.hw 1077804742 1 Component down", 9, "134681 node-246 unix.hw 1 Component down"),
        ("- 1117838570 2005.06.03 R02 2005-06-03-15.42.50.363779 R02 RAS KERNEL FATAL cache", 21, "R02 R02 RAS KERNEL cache"),
        ("- 1131566461 2005.11.09 dn228 Nov 9 12:01:01 dn228/dn228 crond[29]: closed", 9, "dn228 dn228/dn228 crond[29]: closed"),
    ],
)
def test_stamp_level_and_process_ids_leave_the_body(tmp_path: Path, line: str, severity: int, body: str) -> None:
    _, (log,), _ = opened(write(tmp_path, line + "\n"), format="text")
    assert (log.severity_number, log.body) == (severity, body)


def test_a_file_name_before_the_stamp_is_an_attribute(tmp_path: Path) -> None:
    _, (log,), _ = opened(write(tmp_path, "nova-api.log.1.2017-05-16_13:53:08 2017-05-16 00:00:00.008 25746 INFO nova.x [-] up\n"))
    assert log.attributes == {"log.file.name": "nova-api.log.1.2017-05-16_13:53:08", "process.pid": "25746"}
    assert (log.body, times([log])) == ("nova.x [-] up", ["2017-05-16T00:00:00.008Z"])


def test_a_level_on_the_second_line_counts(tmp_path: Path) -> None:
    _, logs, _ = opened(
        write(tmp_path, "Nov 21, 2025 1:00:00 PM org.Foo bar\nSEVERE: Bad\nNov 21, 2025 1:00:01 PM org.Foo bar\nINFO: ok\n")
    )
    assert [log.severity_number for log in logs] == [17, 9]


def test_without_stamps_every_line_is_a_record_at_the_file_s_time(tmp_path: Path) -> None:
    found, logs, _ = opened(write(tmp_path, "hello\nERROR broken\n\nbye\n", "job.out"))
    assert times(logs) == ["2026-03-01T12:00:00Z"] * 3
    assert [(log.service, log.severity_number) for log in logs] == [("job", 9), ("job", 17), ("job", 9)]
    assert any("no time stamps" in note for note in found.reading.notes)


def test_old_times_are_kept_and_a_zone_applies(tmp_path: Path) -> None:
    _, logs, _ = opened(write(tmp_path, "2005-12-04 04:47:44 x\n"), tz="America/New_York")
    assert times(logs) == ["2005-12-04T09:47:44Z"]


def test_a_line_before_the_first_stamp_is_rejected(tmp_path: Path) -> None:
    _, logs, rejected = opened(write(tmp_path, "# header\n2026-01-05 10:00:00 a\n2026-01-05 10:00:01 b\n"))
    assert len(logs) == 2
    assert [(rejection.line, rejection.text) for rejection in rejected] == [(1, "# header")]


def test_a_body_is_bounded_and_its_lines_still_counted(tmp_path: Path) -> None:
    _, logs, _ = opened(write(tmp_path, "2026-01-05 10:00:00 a\n" + "x" * 999 + "\n" + ("y" * 999 + "\n") * 400))
    assert len(logs) == 1
    assert len(logs[0].body) <= 262_144
