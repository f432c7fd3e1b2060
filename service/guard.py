"""The loopback guard: any web page can reach a local port, so hosts, origins and content types are checked."""

import ipaddress
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from service.problems import problem_response

READS = frozenset({"GET", "HEAD", "OPTIONS"})
# None of these can be sent cross-origin by a page without a preflight, which we never answer.
CONTENT_TYPES = frozenset({"application/json", "application/x-protobuf", "application/x-ndjson", "application/octet-stream"})


class LoopbackGuard:
    """Refuses foreign hosts (DNS rebinding), foreign origins, and forms posing as API calls."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reason = self._refusal(scope) if scope["type"] == "http" else None
        if reason is None:
            await self._app(scope, receive, send)
            return
        await problem_response(*reason)(scope, receive, send)

    def _refusal(self, scope: Scope) -> tuple[HTTPStatus, str] | None:
        headers = Headers(scope=scope)
        host = _host_name(headers.get("host", ""))
        if not is_loopback(host):
            return HTTPStatus.MISDIRECTED_REQUEST, f"Host {host!r} is not served here; use 127.0.0.1, [::1] or localhost."
        if scope["method"] in READS:
            return None
        return self._write_refusal(headers)

    def _write_refusal(self, headers: Headers) -> tuple[HTTPStatus, str] | None:
        origin = headers.get("origin")
        if origin and urlsplit(origin).netloc != headers.get("host"):
            return HTTPStatus.FORBIDDEN, f"Origin {origin!r} may not change anything here."
        kind = headers.get("content-type", "").split(";")[0].strip().lower()
        if kind not in CONTENT_TYPES and not _is_bare(headers):
            return HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Content type {kind!r} is not taken; use one of {sorted(CONTENT_TYPES)}."
        return None


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine; a page elsewhere cannot make a name of its own mean that."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_bare(headers: Headers) -> bool:
    """Whether a change has no body at all and comes from no other page: `curl -X POST`. Browsers send an Origin with every POST."""
    named = "content-type" in headers or "transfer-encoding" in headers
    return not named and headers.get("content-length", "0") == "0" and headers.get("sec-fetch-site", "none") in {"none", "same-origin"}


def _host_name(netloc: str) -> str:
    try:
        return urlsplit(f"//{netloc}").hostname or ""
    except ValueError:
        return netloc
