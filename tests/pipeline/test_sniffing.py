"""Which format a content is in."""

import json
from pathlib import Path

import pytest

from adapters.otlp import OtlpCodec
from domain.errors import NothingFoundError, WrongUseError
from domain.telemetry import LogRecord, SpanRecord
from pipeline.mining import mine_file
from pipeline.opening import open_source
from pipeline.reading import Taken
from pipeline.report import LoadOptions
from tests.adapters.test_otlp import log_document, log_message, metric_message
from tests.pipeline.files import opened, write

SSH = "Dec 10 06:55:46 h sshd[2]: x\n"
ACCESS = '10.0.0.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 5\n'


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ('{"timestamp":"2026-01-01T00:00:00Z","body":"x"}\n', "ndjson"),
        (log_document().decode() + "\n", "otlp-json"),
        (json.dumps(json.loads(log_document()), indent=2), "otlp-json"),
        (ACCESS, "access"),
        (SSH, "syslog"),
        ("2026-11-21T10:00:00Z h sshd[2]: x\n", "syslog"),
        ("2026-11-21T10:00:00Z INFO app: x\n", "text"),
        ("[Sun Dec 04 04:47:44 2005] [error] x\n", "text"),
        ("hello\nworld\n", "text"),
    ],
)
def test_a_format_is_found(tmp_path: Path, content: str, name: str) -> None:
    found, logs, rejected = opened(write(tmp_path, content))
    assert found.format == name
    assert logs
    assert rejected == []


def test_some_bad_lines_do_not_change_the_format(tmp_path: Path) -> None:
    found, logs, rejected = opened(write(tmp_path, ACCESS * 9 + "what?\n" + ACCESS * 9))
    assert (found.format, len(logs), len(rejected)) == ("access", 18, 1)


def test_one_good_record_before_one_bad_line_is_ndjson(tmp_path: Path) -> None:
    found, logs, rejected = opened(write(tmp_path, '{"timestamp":"2026-01-01T00:00:00Z","body":"x"}\nnot json\n'))
    assert (found.format, len(logs), len(rejected)) == ("ndjson", 1, 1)


def test_a_wanted_format_wins(tmp_path: Path) -> None:
    found, logs, rejected = opened(write(tmp_path, SSH), format="access")
    assert (found.format, logs, len(rejected)) == ("access", [], 1)


def test_an_unknown_format_and_zone_are_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(WrongUseError, match="'csv'"):
        opened(write(tmp_path, SSH), format="csv")
    with pytest.raises(WrongUseError, match="'Mars/Base'"):
        opened(write(tmp_path, SSH), tz="Mars/Base")


def test_rubbish_and_nothing_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUseError, match="not text"):
        opened(write(tmp_path, bytes(range(256)) * 100))
    for empty in (b"\n \n", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00"):
        with pytest.raises(NothingFoundError, match="empty"):
            opened(write(tmp_path, empty))


@pytest.mark.parametrize("is_framed", [False, True])
def test_protobuf_files_are_found_with_their_signal(tmp_path: Path, is_framed: bool) -> None:
    body = log_message().SerializeToString()
    framed = (len(body).to_bytes(4, "big") + body) * 2 if is_framed else body
    found, logs, _ = opened(write(tmp_path, framed, "x.binpb"))
    assert (found.format, found.signal, len(logs)) == ("otlp-protobuf", "logs", 2 if is_framed else 1)


def test_protobuf_metrics_can_be_asked_for(tmp_path: Path) -> None:
    source = write(tmp_path, metric_message().SerializeToString(), "x.pb")
    one = open_source(source, LoadOptions(format="otlp-protobuf", signal="metrics"), OtlpCodec())
    assert sum(isinstance(item, Taken) for item in one.items) == 3


def test_signals_may_be_mixed_in_a_file_of_otlp_json(tmp_path: Path) -> None:
    span = {"traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": "b7ad6b7169203331", "name": "x", "startTimeUnixNano": "5"}
    spans = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]})
    source = write(tmp_path, f"{log_document().decode()}\n{spans}\n{{bad\n")
    items = list(open_source(source, LoadOptions(), OtlpCodec()).items)
    assert [type(item.record) for item in items if isinstance(item, Taken)] == [LogRecord, SpanRecord]
    assert [item.line for item in items] == [1, 2, 3]


def test_templates_of_a_file_are_mined_from_bodies(tmp_path: Path) -> None:
    rows = "".join(f"Dec 10 06:55:4{at} h sshd[{at}]: user ann paid {at}\n" for at in range(9))
    mined = list(mine_file(write(tmp_path, f"bad\n{rows}"), LoadOptions(), OtlpCodec()))
    assert [line for line, _, _ in mined] == list(range(2, 11))
    assert {template for _, _, template in mined} == {"user ann paid <*>"}
