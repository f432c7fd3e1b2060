"""What is true is counted right: each number here was counted by hand."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from domain.errors import WrongUseError
from evals.facts import Absent, Either, Extreme, Fact, Found, Moment, Named, Value
from evals.truth.registry import truth_of
from evals.truth.source import Source
from evals.truth.wording import wording

AUTH = """\
Dec 31 23:58:00 h sshd[1]: Failed password for root from 192.0.2.7 port 22 ssh2
Dec 31 23:58:05 h sshd[1]: message repeated 4 times: [ Failed password for root from 192.0.2.7 port 22 ssh2]
Dec 31 23:58:06 h sshd[1]: Failed none for invalid user x from 192.0.2.7 port 22 ssh2
Dec 31 23:58:07 h sshd[1]: input_userauth_request: invalid user x [preauth]
Dec 31 23:59:00 h sshd[2]: Failed password for alice from 192.0.2.8 port 22 ssh2
Dec 31 23:59:09 h sshd[2]: Accepted publickey for alice from 192.0.2.8 port 22 ssh2: RSA aa
Jan  1 00:01:00 h sshd[3]: Accepted password for root from 192.0.2.7 port 22 ssh2
Jan  1 00:02:00 h sshd[4]: Invalid user  0101 from 192.0.2.9
Jan  1 00:02:01 h CRON[5]: pam_unix(cron:session): session opened for user root by (uid=0)
"""
ACCESS = """\
192.0.2.1 - - [02/Mar/2026:06:59:59 +0000] "GET /a?x=1 HTTP/1.1" 200 100 "-" "Firefox"
192.0.2.1 - - [02/Mar/2026:07:00:00 +0000] "GET /a HTTP/1.1" 404 50 "-" "Firefox"
192.0.2.2 - bob [02/Mar/2026:09:30:00 +0200] "POST /b HTTP/1.1" 502 - "-" "curl/8"
192.0.2.2 - - [02/Mar/2026:07:31:00 +0000] "GET /a HTTP/1.1" 404 1000 "-" "evil \\"quoted\\" agent"
not a line of an access log
"""
APP = """\
{"timestamp":"2026-03-02T00:00:00Z","service":"a","severity":"INFO","body":"fine","route":"/r","duration_ms":1}
{"timestamp":"2026-03-02T01:00:00Z","service":"a","severity":"ERROR","body":"old trouble 1","error_code":"OLD","route":"/r","duration_ms":3}
{"timestamp":"2026-03-02T02:00:00Z","service":"b","severity":"INFO","event":"deploy","version":"2.0","body":"deployed b"}
{"timestamp":"2026-03-02T23:00:00Z","service":"b","severity":"ERROR","body":"new trouble in order A1","error_code":"NEW","status_code":500}
{"timestamp":"2026-03-02T23:30:00Z","service":"b","severity":"FATAL","body":"new trouble in order B2","error_code":"NEW"}
{"timestamp":"2026-03-03T00:00:00Z","service":"a","severity":"WARN","body":"Old trouble 2","error_code":"OLD"}
"""
SPANS = """\
{"trace_id":"t","span_id":"1","service":"a","name":"GET /","start_time":"2026-03-02T00:00:00Z","duration_ms":50,"status":"Ok"}
{"trace_id":"t","span_id":"2","parent_span_id":"1","service":"b","name":"work","start_time":"2026-03-02T00:00:00Z","duration_ms":40,"status":"Error"}
{"trace_id":"t","span_id":"3","parent_span_id":"2","service":"b","name":"inner","start_time":"2026-03-02T00:00:00Z","duration_ms":5,"status":"Ok"}
{"trace_id":"u","span_id":"2","parent_span_id":"1","service":"b","name":"work","start_time":"2026-03-02T00:00:00Z","duration_ms":45,"status":"Ok"}
"""
METRICS = """\
{"timestamp":"2026-03-02T00:00:00Z","service":"a","name":"cpu","value":40.5,"unit":"%"}
{"timestamp":"2026-03-02T00:10:00Z","service":"a","name":"cpu","value":61.25,"unit":"%"}
{"timestamp":"2026-03-02T00:10:00Z","service":"b","name":"cpu","value":99,"unit":"%"}
"""
TEXT = """\
2015-10-18 18:00:00,000 INFO [main] org.x.A: started
2015-10-18 18:01:00,000 ERROR [main] org.x.A: ERROR IN CONTACTING RM.
2015-10-18 18:09:00,000 ERROR [main] org.x.A: ERROR IN CONTACTING RM.
2015-10-18 18:10:00,000 FATAL [main] org.x.A: Task: attempt_1 - exited badly today
"""
RAW = {"auth": AUTH, "access": ACCESS, "app": APP, "traces": SPANS, "metrics": METRICS, "text": TEXT}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for role, text in RAW.items():
        (tmp_path / role).write_text(text, encoding="utf-8")
    return tmp_path


def _required(folder: Path, name: str, **params: Any) -> tuple[Fact, ...]:
    return truth_of(name)(Source({role: folder / role for role in RAW}, 2025, params)).required


def test_repeated_messages_count_as_often_as_they_say(folder: Path) -> None:
    assert _required(folder, "sshd.attempts_of", client="192.0.2.7")[0] == Value(
        ("192.0.2.7",), ("fail", "attempt", "guess", "password"), 5
    )


def test_failed_none_and_unknown_users_are_no_attempts(folder: Path) -> None:
    (total,) = _required(folder, "sshd.total_attempts")
    assert isinstance(total, Value)
    assert total.value == 6


def test_brute_force_that_gets_in_is_told_with_its_account(folder: Path) -> None:
    assert _required(folder, "sshd.break_ins") == (Found("192.0.2.7", ("brute_force",), 5, succeeded=True, accounts=("root",)),)


def test_an_operator_who_mistyped_must_not_be_called_an_attacker(folder: Path) -> None:
    source = Source({"auth": folder / "auth"}, 2025)
    assert truth_of("sshd.break_ins")(source).forbidden == (Found("192.0.2.8", ("brute_force",)),)


def test_the_year_turns_between_december_and_january(folder: Path) -> None:
    assert _required(folder, "sshd.successful_guess")[1] == Moment(("192.0.2.7",), datetime(2026, 1, 1, 0, 1, tzinfo=UTC))


def test_who_never_logged_in_is_absent(folder: Path) -> None:
    assert isinstance(_required(folder, "sshd.accepted_of", user="mallory")[0], Absent)


def test_routes_are_counted_without_their_query_and_hours_in_utc(folder: Path) -> None:
    first, *counts = _required(folder, "access.failing_routes")
    assert first == Extreme("/a", ("route", "path", "url"), ("fail", "error"))
    assert [(fact.subject, fact.value) for fact in counts if isinstance(fact, Value)] == [(("/a",), 2), (("/b",), 1)]
    hour, count = _required(folder, "access.busiest_hour")
    assert isinstance(hour, Extreme)
    assert isinstance(count, Value)
    assert (hour.value, count.value) == ("2026-03-02T07:00:00Z", 3)


def test_a_missing_size_is_no_bytes_and_escaped_quotes_are_read(folder: Path) -> None:
    most, size = _required(folder, "access.most_bytes")
    assert isinstance(most, Extreme)
    assert isinstance(size, Value)
    assert (most.value, size.value, size.unit) == ("192.0.2.2", 1000, "B")


def test_errors_that_were_there_before_are_not_new(folder: Path) -> None:
    assert _required(folder, "application.new_errors") == (Named(r"new\s+trouble\s+in\s+order", like=True),)


def test_error_counts_and_shares_are_by_service(folder: Path) -> None:
    (b,) = [fact for fact in _required(folder, "application.errors_by_service") if isinstance(fact, Value) and fact.subject == ("b",)]
    assert b.value == 2
    worst, share = _required(folder, "application.error_rate")
    assert isinstance(worst, Extreme)
    assert isinstance(share, Value)
    assert (worst.value, round(share.value, 2)) == ("b", 66.67)


def test_quantiles_carry_their_neighbours(folder: Path) -> None:
    assert _required(folder, "application.latency_of_route", route="/r") == (
        Value(("/r",), ("p95",), 3, "ms", tolerance=0.05, also=(1, 3)),
    )


def test_changes_and_texts_are_found(folder: Path) -> None:
    assert _required(folder, "application.changes") == (Moment(("b",), datetime(2026, 3, 2, 2, tzinfo=UTC)),)
    (count,) = _required(folder, "application.mentions", text="OLD trouble")
    assert isinstance(count, Value)
    assert count.value == 2


def test_calls_are_counted_across_services_and_inside_one_trace_only(folder: Path) -> None:
    assert _required(folder, "signals.callees", service="a") == (Value(("a", "b"), ("call",), 1),)


def test_slow_operations_and_gauges_are_measured(folder: Path) -> None:
    slowest, _ = _required(folder, "signals.slowest_operation")
    assert isinstance(slowest, Extreme)
    assert slowest.value == "GET /"
    (gauge,) = _required(folder, "signals.highest_gauge", service="a", metric="cpu")
    assert isinstance(gauge, Value)
    assert (gauge.value, gauge.unit) == (61.25, "%")


def test_plain_text_logs_tell_levels_and_what_is_new_in_their_second_half(folder: Path) -> None:
    (either,) = _required(folder, "text.level_count", level="ERROR")
    assert isinstance(either, Either)
    assert [fact.value for fact in either.facts if isinstance(fact, Value)] == [2, 2]
    assert _required(folder, "text.new_errors") == (Named(r"\-\s+exited\s+badly\s+today", like=True),)


def test_wording_keeps_the_words_that_all_texts_share() -> None:
    assert wording("card 12 declined by bank A", "card 7 declined by bank B").value == r"declined\s+by\s+bank"


def test_an_unknown_truth_is_named() -> None:
    with pytest.raises(WrongUseError, match=r"sshd\.nothing"):
        truth_of("sshd.nothing")
    with pytest.raises(WrongUseError, match="other"):
        truth_of("other.thing")
