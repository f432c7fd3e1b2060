"""Lines without a secret that look as if there were one."""

import base64
import string
import uuid
from collections.abc import Iterator
from random import Random

from evals.redaction.vendors import HEX, UPPER, drawn

_LINES = (
    "trace_id={hex32} span_id={hex16} GET /cart 200 12ms",
    "request {uuid} took 31 ms",
    "order {digits16} paid with invoice {digits19}",
    "commit {hex40} by bob",
    "sha256:{hex64} pulled image registry.example/shop@sha256:{hex64}",
    "md5 of a.bin is {hex32}",
    '{{"image":"data:image/png;base64,{picture}"}}',
    "token expired for user bob",
    "password: incorrect",
    "Failed password for invalid user admin from 10.0.0.{byte} port 40{byte} ssh2",
    "Access denied for user 'bob'@'10.0.0.{byte}' (using password: YES)",
    "max_tokens=4096 prompt_tokens: {byte} completion_tokens={byte}",
    "next_page_token={upper20}",
    "ts=1772600000{digits9} offset={digits16} partition=3",
    "blk_-{digits19} replicated to 10.0.0.{byte}:50010",
    "object 0x{hex16} freed, session 0x{hex16} closed",
    "api_key is missing", "secret not found: default/db",
    "password_reset=true auth=none token_type=bearer",
    "pool-{byte}-thread-{byte} INFO c.e.Auth - authorization: granted",
    "Unexpected token '<' at position {byte}",
    "PWD=~/work HOME=~bob",
    "PasswordFile=/etc/ldap.secret loaded",
    "user bob@example.com from 192.0.2.{byte} logged in",
    "git describe v1.2.{byte}-14-g{hex7}",
    'etag "{hex32}" if-none-match W/"{hex16}"',
    "pod shop-{hex10}-x{hex4} scheduled, uid {uuid}",
    "phone +49 30 {digits9}",
    "versions 4.1.{byte}.{byte} and 5.2.{byte}",
    "password policy: at least 12 letters",
    "cookie consent accepted by visitor {byte}",
    "session opened for user root by (uid=0)",
    "Basic authentication failed", "Bearer token is required",
    "secret rotation finished in {byte} s",
    "key: user:{byte} miss, key={hex32} hit",
    "password=${{DB_PASSWORD}} token=$TOKEN secret={{{{ vault }}}}",
    "password=******** token=<masked> api_key=[FILTERED]",
    "INSERT INTO users (name, password) VALUES (?, ?)",
    'fields: ["user", "password", "email"]',
    "url http://example.com:8080/a?email=x@example.com",
    "0x{hex40} {hex64} {hex32}",
    "snowflake {digits18} isbn 978-3-16-148410-0",
    "integrity sha512-{sha512}",
)  # fmt: skip


def benign(seed: int, lines: int) -> list[str]:
    """So many lines, the templates in turn."""
    rng = Random(seed)
    return [_LINES[number % len(_LINES)].format_map(dict(_values(rng))) for number in range(lines)]


def _values(rng: Random) -> Iterator[tuple[str, object]]:
    for size in (4, 7, 10, 16, 32, 40, 64):
        yield f"hex{size}", drawn(rng, HEX, size)
    for size in (9, 16, 18, 19):
        yield f"digits{size}", str(rng.randrange(1, 10)) + drawn(rng, string.digits, size - 1)
    yield "uuid", uuid.UUID(int=rng.getrandbits(128), version=4)
    yield "byte", rng.randrange(1, 255)
    yield "upper20", drawn(rng, UPPER, 20)
    yield "picture", base64.b64encode(rng.randbytes(300)).decode()
    yield "sha512", base64.b64encode(rng.randbytes(64)).decode()
