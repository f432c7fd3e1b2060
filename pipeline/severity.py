"""Severity from the words, letters and numbers that logs use for it."""

import re

from domain.telemetry import SEVERITY_NUMBERS

INFO = SEVERITY_NUMBERS["INFO"]

_NAMES: dict[str, str] = {
    "trace": "TRACE", "verbose": "TRACE", "finest": "TRACE", "v": "TRACE",
    "debug": "DEBUG", "fine": "DEBUG", "finer": "DEBUG", "dbg": "DEBUG", "d": "DEBUG",
    "info": "INFO", "information": "INFO", "informational": "INFO", "notice": "INFO", "config": "INFO", "log": "INFO", "i": "INFO",
    "warn": "WARN", "warning": "WARN", "w": "WARN",
    "error": "ERROR", "err": "ERROR", "severe": "ERROR", "failure": "ERROR", "e": "ERROR",
    "fatal": "FATAL", "crit": "FATAL", "critical": "FATAL", "alert": "FATAL", "emerg": "FATAL", "emergency": "FATAL",
    "panic": "FATAL", "f": "FATAL", "c": "FATAL",
}  # fmt: skip
_SYSLOG_LEVELS = ("FATAL", "FATAL", "FATAL", "ERROR", "WARN", "INFO", "INFO", "DEBUG")

_LOUD = "TRACE|VERBOSE|DEBUG|INFO|NOTICE|WARNING|WARN|ERROR|ERR|SEVERE|FAILURE|CRITICAL|CRIT|FATAL|ALERT|EMERG|PANIC"
_ANY_CASE = _LOUD.lower().replace("failure|", "").replace("alert|", "")
_IN_HEAD = re.compile(
    rf"""(?:
      [(\[<]?(?P<first>(?i:{_ANY_CASE}))[)\]>]?(?=[\s:,|]|$)[:,|]?\s*                          # the first word, in any case
     |(?P<pids>\d+\s+\d+\s+)(?P<letter>[VDIWEF])\s+                                            # pid, tid and a letter
     |(?P<before>(?:\S+\s+){{0,5}}?)[(\[<]?(?P<loud>{_LOUD})[)\]>]?(?=[\s:,|]|$)[:,|]?\s*       # a loud word among the first six
     |(?P<ahead>(?:\S+\s+){{0,3}}?)[(\[<](?:[\w.-]+:)?(?P<boxed>(?i:{_ANY_CASE}))[)\]>][:,]?\s* # any case in brackets
    )""",
    re.VERBOSE,
)
_KEYED = re.compile(r"\b(?:level|severity|lvl)=\"?(\w+)", re.IGNORECASE)
_PREFIX = re.compile(r"(?:\w+\[\d+\]: )?(fatal|panic|error|err|severe|critical|warning|warn)\b ?:", re.IGNORECASE)


def number_of(name: str) -> int:
    """The OpenTelemetry severity number of a level's name or letter; 0 when it is none."""
    text = _NAMES.get(name.strip().lower())
    return SEVERITY_NUMBERS[text] if text else 0


def number_of_value(value: object) -> int:
    """The severity number of a JSON value: a name, an OpenTelemetry number (1-24), or a Bunyan one (10-60)."""
    if isinstance(value, int) and not isinstance(value, bool):
        if 1 <= value <= 24:  # noqa: PLR2004 (the range OpenTelemetry defines)
            return value
        return SEVERITY_NUMBERS[tuple(SEVERITY_NUMBERS)[min(max(value // 10 - 1, 0), 5)]] if value > 0 else 0
    return number_of(value) if isinstance(value, str) else 0


def number_of_priority(priority: int) -> int:
    """The severity number of a syslog PRI value (RFC 5424, 6.2.1)."""
    return SEVERITY_NUMBERS[_SYSLOG_LEVELS[priority % 8]]


def number_in_message(message: str) -> int:
    """The severity a message says of itself (`error: …`); INFO when it says nothing."""
    found = _PREFIX.match(message)
    return number_of(found[1]) if found else INFO


def split_level(rest: str) -> tuple[int, str]:
    """The severity number in the head of what follows a stamp (0 when none), and the rest without that word."""
    head = rest[:200]
    found = _IN_HEAD.match(head)
    if found is None:
        keyed = _KEYED.search(head)
        return (number_of(keyed[1]) if keyed else 0), rest
    name = found["first"] or found["letter"] or found["loud"] or found["boxed"]
    before = (found["pids"] or found["before"] or found["ahead"] or "").rstrip("-| \t")
    return number_of(name), f"{before} {rest[found.end() :]}".lstrip()
