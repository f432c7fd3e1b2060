"""Secrets are replaced before anything persists, and look-alikes are left alone."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import WrongUseError
from domain.telemetry import LogRecord, MetricPoint, SpanRecord
from pipeline.redaction import Redactor
from pipeline.redaction.finder import Finder
from pipeline.redaction.names import Class
from pipeline.redaction.values import Reader, Value

REDACTOR = Redactor(b"a key of this installation")
SECRETS = {
    "aws_key_id": "AKIAQ7XJ2MNP4RSTUV6W",
    "gcp_api_key": "AIzaSyB1c2D3e4F5g6H7i8J9k0L1m2N3o4P5q6R",
    "github": "ghp_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8",
    "gitlab": "glpat-a1B2c3D4e5F6g7H8i9J0",
    "slack": "xoxb-123456789012-123456789013-a1B2c3D4e5F6g7H8i9J0k1L2",
    "stripe": "sk_live_a1B2c3D4e5F6g7H8i9J0k1L2",
    "twilio": "SK0123456789abcdef0123456789abcdef",
    "sendgrid": "SG.a1B2c3D4e5F6g7H8i9J0kL.a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V",
    "npm": "npm_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8",
    "pypi": "pypi-AgEIcHlwaS5vcmca1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8",
    "anthropic": "sk-ant-api03-a1B2c3D4e5F6g7H8i9J0k1L2m3N4",
    "openai": "sk-proj-a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6",
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
    "card": "4111 1111 1111 1111",
    "iban": "DE89 3704 0044 0532 0130 00",
    "azure_secret": "abc8Q~a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7",
}
NAMED = (
    "password=hunter2x",
    '{"password": "hunter2x"}',
    r"{\"password\":\"hunter2x\",\"n\":1}",
    "DB_PASSWORD: 'hunter2x'",
    "--password hunter2x --verbose",
    '["--password", "hunter2x"]',
    "/a?user=bob&password=hunter2x&n=1",
    "to=%2Fa%3Fpassword%3Dhunter2x%26n%3D1",
    "<password>hunter2x</password>",
    '{"name": "DB_PASSWORD", "value": "hunter2x"}',
    "postgres://bob:hunter2x@db:5432/shop",
    "Server=db;User ID=sa;Password=hunter2x;Encrypt=True",
    "mysql -u root -phunter2x shop",
    "CREATE USER bob IDENTIFIED BY 'hunter2x'",
    "Authorization: Bearer hunter2xhunter2xhunter2x",
    "Cookie: theme=dark; sid=hunter2x",
    "PASSWORD “hunter2x”",
    "пароль: hunter2x",
    "password: |\n  hunter2x\nport: 1",
)
HARMLESS = (
    "Failed password for invalid user admin from 10.0.0.1 port 22 ssh2",
    "password: incorrect",
    "Access denied for user 'bob'@'10.0.0.1' (using password: YES)",
    "max_tokens=4096 next_page_token=CAEQAhgD1f2e3d4c5b6a",
    "trace 0af7651916cd43dd8448eb211c80319c span b7ad6b7169203331",
    "commit 6dcb09b5b57875f334f61aebed695e2e4193db5e",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "request 123e4567-e89b-42d3-a456-426614174000 took 31 ms",
    "order 4111111111111111 shipped",
    "card 4111 1111 1111 1112 is mistyped",
    "account DE88 3704 0044 0532 0130 00 is mistyped",
    "PWD=/home/bob/work",
    "password=${DB_PASSWORD} token=<masked> api_key=[FILTERED] secret=********",
    "mail from bob@example.com, 192.0.2.1",
    "pam_unix(sshd:auth): authentication failure; logname= uid=0",
    "session opened for user root",
    "token expired",
)


@pytest.mark.parametrize("kind", SECRETS)
@pytest.mark.parametrize("around", ["{}", "got '{}', refused", '{{"x":"{}"}}', "x%3D{}%26", "\\n{}\\n", "密{}钥"])
def test_secrets_of_a_known_shape_are_replaced(kind: str, around: str) -> None:
    cleaned = REDACTOR.text(around.format(SECRETS[kind]))
    assert SECRETS[kind] not in cleaned
    assert f"[REDACTED:{kind}:" in cleaned


@pytest.mark.parametrize("line", NAMED)
def test_values_beside_a_telling_name_are_replaced(line: str) -> None:
    assert "hunter2x" not in REDACTOR.text(line)


@pytest.mark.parametrize("line", HARMLESS)
def test_look_alikes_are_left_alone(line: str) -> None:
    assert REDACTOR.text(line) == line


@pytest.mark.parametrize("line", [*NAMED, *SECRETS.values(), "PASSWD:4111 1111 1111 1111\x1b"])
def test_redacting_twice_changes_nothing(line: str) -> None:
    once = REDACTOR.text(line)
    assert REDACTOR.text(once) == once


def test_a_private_key_goes_whole_also_with_escaped_line_ends() -> None:
    pem = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nAAAA\n-----END RSA PRIVATE KEY-----"
    for text in (pem, pem.replace("\n", "\\n"), pem.replace("\n", "\\\\n")):
        assert REDACTOR.text(f"loaded {text} now").startswith("loaded [REDACTED:private_key:")
        assert REDACTOR.text(f"loaded {text} now").endswith(" now")


def test_equal_secrets_have_equal_marks_under_one_key_only() -> None:
    first, second = REDACTOR.text("password=hunter2x"), REDACTOR.text("DB_PASSWORD=hunter2x")
    assert first.rpartition("=")[2] == second.rpartition("=")[2]
    assert Redactor(b"another").text("password=hunter2x") != first


def test_an_empty_key_is_refused() -> None:
    with pytest.raises(WrongUseError, match="key"):
        Redactor(b"")


def test_every_field_of_every_signal_is_cleaned() -> None:
    secret = SECRETS["github"]
    log = LogRecord(1, secret, f"x {secret}", user=secret, route=f"/{secret}", attributes={"a": secret}, resource={"b": secret})
    span = SpanRecord("0a", "0b", "", "s", secret, 1, 1, status_message=secret, attributes={secret: "c"})
    metric = MetricPoint(1, "s", "n", 1.0, attributes={"d": secret})
    assert [secret in repr(record) for record in REDACTOR.clean([log, span, metric])] == [False, False, False]


@pytest.mark.parametrize("key", ["password", "http.request.header.authorization", "API_KEY", "clientSecret", "set-cookie", "private_key"])
def test_the_name_of_an_attribute_decides(key: str) -> None:
    kept = REDACTOR.clean([LogRecord(1, "s", "b", attributes={key: "sid=a1b2c3d4e5", "http.method": "GET"})])[0]
    assert kept.attributes[key].startswith("[REDACTED:")
    assert kept.attributes["http.method"] == "GET"
    assert REDACTOR.clean([kept]) == [kept]


def test_records_without_a_secret_are_the_same_objects() -> None:
    records = [LogRecord(1, "s", line, attributes={"tokens": "12", "gen_ai.usage.input_tokens": "5"}) for line in HARMLESS]
    assert all(old is new for old, new in zip(records, REDACTOR.clean(records), strict=True))


def test_decimal_span_ids_stay() -> None:
    span = SpanRecord("0a", "4111111111111111", "", "s", "n", 1, 1, status_message="password=hunter2x")
    assert REDACTOR.clean([span])[0].span_id == "4111111111111111"  # type: ignore[union-attr]


def test_a_batch_is_cleaned_as_its_records_one_by_one() -> None:
    lines = [line for pair in zip(NAMED, HARMLESS, strict=False) for line in pair] + ["ü password=hunter2x", "\0", ""]
    records = [LogRecord(1, "s", line) for line in lines]
    assert REDACTOR.clean(records) == [REDACTOR.clean([record])[0] for record in records]


def test_what_was_replaced_is_counted_by_kind() -> None:
    redactor = Redactor(b"k")
    redactor.text("password=hunter2x and AKIAQ7XJ2MNP4RSTUV6W")
    assert redactor.counts == Counter(password=1, aws_key_id=1)


PIECES = st.sampled_from(
    [*NAMED, *SECRETS.values(), "password=", '"', "\\", "'", "token: ", "-----BEGIN PRIVATE KEY-----", "[REDACTED:", "\ud800", "“"]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(st.text(), PIECES), max_size=8).map("".join))
def test_any_text_is_taken_and_is_settled_after_one_pass(text: str) -> None:
    once = REDACTOR.text(text)
    assert REDACTOR.text(once) == once


@pytest.mark.parametrize("piece", ["password=", 'password="a ', "password=“a ", "-----BEGIN PRIVATE KEY-----", "token: ", "4111 "])
def test_twice_the_text_is_about_twice_the_work(piece: str) -> None:
    """Counted in bytes handed to searches, not in time."""
    small, large = (_searched(piece * n) for n in (2_000, 4_000))
    assert large <= 2.5 * small + 100_000


def _searched(text: str) -> int:
    """Bytes that the values of one text made the reader look at."""
    reader = CountingReader()
    list(Finder(reader).findings(text.encode()))
    return reader.read


class CountingReader(Reader):
    """Counts the bytes between where a value begins and where it ends."""

    def __init__(self) -> None:
        super().__init__()
        self.read = 0

    def value(self, text: bytes, start: int, kind: Class) -> Value:
        value = super().value(text, start, kind)
        self.read += value.end - start
        return value
