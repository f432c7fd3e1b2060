"""The planted corpus: secrets in carriers in the fields of records, drawn from a seed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from urllib.parse import quote

from domain.telemetry import LogRecord, MetricPoint, SpanRecord
from evals.redaction.personal import PERSONAL
from evals.redaction.phrases import BLOCKS, KINDS, NAMED, Carrier
from evals.redaction.vendors import VENDORS
from pipeline.reading import Record

_PASSWORD = (
    *("password", "passwd", "PASSWORD", "db_password", "userPassword", "spring.datasource.password", "DB_PASSWD", "PGPASSWORD", "Pwd"),
    *("MYSQL_ROOT_PASSWORD", "passphrase", "new-password", "SMTP_PASS", "ldap.bind.password", "adminPassword", "password2"),
)
NAMES = {
    "password": _PASSWORD,
    "aws_secret": ("aws_secret_access_key", "AWS_SECRET_ACCESS_KEY", "secretAccessKey", "SecretAccessKey", "aws.secret-key"),
    "azure_storage_key": ("AccountKey", "AZURE_STORAGE_KEY", "storageAccountKey", "account_key"),
    "twilio_token": ("TWILIO_AUTH_TOKEN", "auth_token", "authToken"),
    "api_key": ("api_key", "apikey", "API_KEY", "X-Api-Key", "x-api-key", "DATADOG_API_KEY", "apiKey", "api-key", "maps.api.key"),
    "secret": ("client_secret", "clientSecret", "SECRET_KEY", "app.secret", "JWT_SECRET", "access_token", "refreshToken", "CSRF_TOKEN"),
    "session": ("session_id", "JSESSIONID", "cookie", "set-cookie", "http.request.header.cookie"),
    "bearer": ("authorization", "Authorization", "http.request.header.authorization"),
}
_OTHER_NAMES = ("token", "api_key", "API_TOKEN", "credential", "authToken", "access-key", "private_token")
_FLAGS = ("password", "token", "api-key", "client-secret", "auth-token", "secret-key")
_BY_KEY = (*NAMED, "session", "bearer", *(kind for kind in VENDORS if kind not in BLOCKS))
_AT_NS = 1_772_600_000_000_000_000
_SHARE_BY_KEY = 0.1


@dataclass(frozen=True, slots=True)
class Planted:
    """A record with a secret in it; `forms` are the ways in which the secret is written there."""

    kind: str
    shape: str
    forms: tuple[str, ...]
    record: Record


def plant(seed: int, secrets: int, carriers: Sequence[Carrier]) -> list[Planted]:
    """So many planted secrets, the kinds and then their carriers in turn."""
    rng = Random(seed)
    by_kind = {kind: [carrier for carrier in carriers if carrier.kind == kind] for kind in KINDS}
    order = [kind for kind in KINDS if by_kind[kind]]
    for kind in order:
        rng.shuffle(by_kind[kind])
    return [_planted(rng, kind, by_kind[kind][turn % len(by_kind[kind])]) for turn, kind in _turns(order, secrets)]


def _turns(order: Sequence[str], secrets: int) -> list[tuple[int, str]]:
    return [(number // len(order), order[number % len(order)]) for number in range(secrets)]


def _planted(rng: Random, kind: str, carrier: Carrier) -> Planted:
    secret = {**VENDORS, **PERSONAL}[kind](rng)
    name = rng.choice(NAMES.get(kind, _OTHER_NAMES))
    if kind in _BY_KEY and carrier.shape != "phrasebook" and rng.random() < _SHARE_BY_KEY:
        return Planted(kind, "attribute", (secret,), _by_name(rng, name, secret))
    escaped = json.dumps(secret, ensure_ascii=False)[1:-1]
    forms = {
        "{secret}": secret,
        "{json}": escaped,
        "{json2}": json.dumps(escaped, ensure_ascii=False)[1:-1],
        "{url}": quote(secret, safe=""),
        "{lines}": secret.replace("\n", "\n    "),
    }
    text = carrier.template.replace("{name}", name).replace("{flag}", rng.choice(_FLAGS))
    for blank, form in forms.items():
        text = text.replace(blank, form)
    return Planted(kind, carrier.shape, tuple({form for form in forms.values() if form in text}), _placed(rng, text))


def _placed(rng: Random, text: str) -> Record:
    """The text in one of the fields that a sender fills."""
    place, more = rng.randrange(10), {"http.request.method": "GET", "peer.address": "10.1.2.3"}
    if place == 0:
        return SpanRecord("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", "", "shop", "call", _AT_NS, 1000, status_message=text)
    if place == 1:
        return SpanRecord("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", "", "shop", text, _AT_NS, 1000, attributes=more)
    if place == 2:  # noqa: PLR2004
        return MetricPoint(_AT_NS, "shop", "calls", 1.0, attributes={"detail": text})
    if place == 3:  # noqa: PLR2004
        return LogRecord(_AT_NS, "shop", "denied", attributes={**more, "exception.message": text})
    if place == 4:  # noqa: PLR2004
        return LogRecord(_AT_NS, "shop", "denied", resource={"process.command_line": text})
    return LogRecord(_AT_NS, "shop", text, attributes=more)


def _by_name(rng: Random, name: str, secret: str) -> Record:
    """The secret as the value of an attribute with a telling name."""
    if rng.random() < 0.5:  # noqa: PLR2004
        return LogRecord(_AT_NS, "shop", "denied", attributes={name: secret})
    return SpanRecord("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", "", "shop", "call", _AT_NS, 1000, attributes={name: secret})
