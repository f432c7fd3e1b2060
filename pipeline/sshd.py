"""What an sshd line says: who tried to log in, from where, by which method, and how often."""

import re
from typing import Any

SERVICES = frozenset({"sshd", "sshd-session", "sshd-auth"})

_REPEATED = re.compile(r"message repeated (\d+) times: \[ ?(.*?)\]?\s*$", re.DOTALL)
# The greedy name takes the last "from ADDRESS port N": a name that holds such words cannot forge the source.
_SOURCE = r"(?P<user>.*) from (?P<client>\S+)(?: port \d+)?"
_ATTEMPT = re.compile(r"(?P<verb>Failed|Accepted) (?P<method>\S+) for (?:(?:invalid|illegal) user )?" + _SOURCE)
_UNKNOWN = re.compile(r"(?:Invalid|Illegal) user " + _SOURCE)
_SILENT = re.compile(r"Did not receive identification string from (?P<client>\S+)")
_INSIDE = re.compile(r"\bsshd(?:-session|-auth)?(?:\([^)]*\))?(?:\[\d+\])?: (.*)", re.DOTALL)
_FAILED_EVENTS = {"password": "ssh.failed_password", "none": "ssh.failed_none"}


def message_of(service: str, body: str) -> str:
    """The part of a body that sshd wrote; empty when sshd did not write it."""
    inside = _INSIDE.search(body) if "sshd" in body else None
    if inside is not None and service not in SERVICES:
        return inside[1]
    return body if service in SERVICES else ""


def login_event(message: str) -> dict[str, Any]:
    """Hot fields of a log-in event (`event`, `client`, `user`, `occurrences`, `method`); empty for other messages."""
    repeated = _REPEATED.match(message)
    found = _event(repeated[2] if repeated else message)
    return {**found, "occurrences": int(repeated[1])} if repeated and found else found


def plain_address(address: str) -> str:
    """An address without the prefix of an IPv4 one mapped into IPv6."""
    return address.removeprefix("::ffff:")


def _event(message: str) -> dict[str, str]:
    if attempt := _ATTEMPT.match(message):
        method = attempt["method"]
        failed = _FAILED_EVENTS.get(method, "ssh.failed_other")
        return {**_who(attempt), "event": failed if attempt["verb"] == "Failed" else "ssh.accepted", "method": method}
    if unknown := _UNKNOWN.match(message):
        return {**_who(unknown), "event": "ssh.invalid_user"}
    if silent := _SILENT.match(message):
        return {"client": plain_address(silent["client"]), "event": "ssh.no_identification"}
    return {}


def _who(found: re.Match[str]) -> dict[str, str]:
    return {"client": plain_address(found["client"]), "user": found["user"].strip()}
