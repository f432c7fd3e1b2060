"""Clients of a web site that look for weak spots: scanning of paths and attempts to inject code."""

from collections.abc import Iterable, Sequence

from analytics.flags import Flag, moment, ranked
from domain.evidence import Row
from domain.findings import Entity, Finding, Severity

MIN_MISSING_SCRIPTS = 2
MIN_MISSING_PATHS = 20
MANY_PROBES = 20
MANY_INJECTIONS = 10
SCANNING, EXPLOITING = "T1595.002", "T1190"


def is_scanning(row: Row) -> bool:
    """Known weak spots, scripts that the site has not (several, posted to, or of a kind it serves nowhere), or many missing paths."""
    scripts = row["missing_scripts"] >= MIN_MISSING_SCRIPTS or row["foreign_scripts"] > 0
    return bool(row["known_probes"]) or scripts or row["missing_paths"] >= MIN_MISSING_PATHS


def web_scanning(rows: Sequence[Row]) -> tuple[Flag, ...]:
    """Findings for each client (rows of `scanning_clients`), the gravest first; a client may have one of each kind."""
    return ranked(flag for index, row in enumerate(rows) for flag in _flags(index, row))


def _flags(index: int, row: Row) -> Iterable[Flag]:
    if row["injections"]:
        severity: Severity = "high" if row["injections"] >= MANY_INJECTIONS else "medium"
        finding = _finding(row, "injection_attempt", row["injections"], severity, EXPLOITING)
        yield Flag(index, finding, ("injections", *_shown(row, "answered")))
    if is_scanning(row):
        count = row["probes"] or row["missing_paths"]
        finding = _finding(row, "path_scanning", count, "medium" if count >= MANY_PROBES else "low", SCANNING)
        yield Flag(index, finding, _shown(row, "probes", "missing_paths"))


def _shown(row: Row, *names: str) -> tuple[str, ...]:
    return tuple(name for name in names if row[name])


def _finding(row: Row, kind: str, count: int, severity: Severity, technique: str) -> Finding:
    names = ("probes", "probe_paths", "injections", "missing_scripts", "missing_paths", "answered", "requests", "example", "agent")
    return Finding(
        id="",
        desk="security",
        kind=kind,
        entity=Entity("ip", row["client"]),
        count=count,
        severity=severity,
        first_seen=moment(row["first_seen"]),
        last_seen=moment(row["last_seen"]),
        technique=technique,
        details={name: row[name] for name in names},
    )
