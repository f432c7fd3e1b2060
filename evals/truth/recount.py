"""The cells of a briefing's evidence, counted again from raw events; a template that is not here is not recounted, and reports say so."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evals.truth.application import quantile
from evals.truth.raw import Call, Line, Raw, moment
from evals.truth.sshd import ENOUGH

Evidence = Mapping[str, Any]
Value = float | str | None
MISSING_PATHS = 20
NOT_THERE = frozenset({403, 404})
FIRST_FAILURE = 400
CHANGES = frozenset({"deploy", "flag", "config"})


@dataclass(frozen=True, slots=True)
class Cell:
    """The column or total asked for, the row it stands in (nothing for a total), and what happened in the evidence's window."""

    name: str
    row: Mapping[str, Any]
    raw: Raw
    rows: Sequence[Mapping[str, Any]] = ()

    @property
    def service(self) -> str:
        """The service the row is about."""
        return str(self.row.get("service", ""))


def recounted(evidence: Evidence, path: str, whole: Raw) -> Value:
    """What the raw events give for a cell: a number, or a time; None where no definition is known here."""
    recount = RECOUNTS.get(evidence["template"])
    if recount is None:
        return None
    window = evidence["window"]
    raw = whole.between(moment(window["start"]), moment(window["end"])).of(str(evidence["params"].get("service", "")))
    found = re.fullmatch(r"rows\[(\d+)\]\.(\w+)", path)
    row = evidence["rows"][int(found[1])] if found else {}
    return recount(Cell(found[2] if found else path.removeprefix("aggregates."), row, raw, evidence["rows"]))


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _of_calls(calls: Sequence[Call], names: Mapping[str, str], name: str) -> Value:
    """Counts and times of some calls; `names` says which column is which."""
    failed = sum(call.failed for call in calls)
    kind = names.get(name, name)
    if kind == "count":
        return len(calls)
    if kind == "failed":
        return failed
    if kind in {"share", "percent"}:
        share = _share(failed, len(calls))
        return share if share is None or kind == "share" else 100 * share
    return quantile([call.duration_ms for call in calls], 0.95) if kind == "p95" and calls else None


def _user_requests(cell: Cell) -> Value:
    names = {
        "user_requests": "count", "requests": "count", "failed_user_requests": "failed", "failures": "failed",
        "share_of_failed_user_requests": "share", "failure_rate": "percent", "p95_user_wait_ms": "p95", "p95_ms": "p95",
    }  # fmt: skip
    return _of_calls([call for call in cell.raw.requested if cell.service in ("", call.service)], names, cell.name)


def _calls_of_services(cell: Cell) -> Value:
    names = {
        "calls": "count",
        "calls_in_all": "count",
        "errors": "failed",
        "failed_calls": "failed",
        "error_rate": "percent",
        "p95_ms": "p95",
    }
    return _of_calls([call for call in cell.raw.served if cell.service in ("", call.service)], names, cell.name)


def _errors_of_services(cell: Cell) -> Value:
    lines = [line for line in cell.raw.lines if cell.service in ("", line.service)]
    errors = sum(line.is_error for line in lines)
    known = {"events": len(lines), "events_in_all": len(lines), "errors": errors, "errors_in_all": errors}
    share = _share(errors, len(lines))
    return 100 * share if cell.name == "error_rate" and share is not None else known.get(cell.name)


def _latency_of_services(cell: Cell) -> Value:
    times = [line.duration_ms for line in cell.raw.lines if line.service == cell.service and line.duration_ms is not None]
    return quantile(times, 0.95) if cell.name == "p95_ms" and times else None


def _severities(cell: Cell) -> Value:
    known = {"log_events": len(cell.raw.lines), "error_events": sum(line.is_severe for line in cell.raw.lines)}
    return known.get(cell.name)


def _requests(cell: Cell) -> Value:
    asked = _asked(cell.raw)
    known = {"requests_in_all": len(asked), "failed_requests": sum(line.status >= FIRST_FAILURE for line in asked)}
    return known.get(cell.name)


def _asked(raw: Raw) -> list[Line]:
    """What clients asked for; where no client is known, everything that was answered with a status."""
    lines = [line for line in raw.lines if line.status]
    return [line for line in lines if line.client] or lines


def _hours(cell: Cell) -> Value:
    """The hour with most (or, in the row with fewest, least) requests."""
    counts = Counter(line.at.replace(minute=0, second=0, microsecond=0) for line in _asked(cell.raw))
    extremes = {counts.most_common()[0][0], counts.most_common()[-1][0]} if counts else set()
    named = moment(str(cell.row["hour"]))
    return str(cell.row["hour"]) if cell.name == "hour" and named in extremes else "another hour"


def _changes(cell: Cell) -> Value:
    changes = [line for line in cell.raw.lines if line.event in CHANGES]
    if cell.name == "changes":
        return len(changes)
    mine = [line for line in changes if (line.service, line.event) == (cell.service, cell.row.get("kind"))]
    return next((_stamp(line) for line in mine if cell.name == "at" and _stamp(line) == cell.row["at"]), None)


def _stamp(line: Line) -> str:
    text = line.at.isoformat().replace("+00:00", "")
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}Z"


def _top_errors(cell: Cell) -> Value:
    """Severe records whose text fits the row's template, and none of the same service that says more."""
    if cell.name != "events":
        return None
    templates = sorted({str(row["pattern"]) for row in cell.rows if row["service"] == cell.service}, key=_said, reverse=True)
    kinds = [(template, _fitting(template)) for template in templates]
    texts = [line.body for line in cell.raw.lines if line.is_severe and line.service == cell.service]
    wanted = str(cell.row["pattern"])
    return sum(next((name for name, fits in kinds if fits.fullmatch(text)), "") == wanted for text in texts)


def _said(template: str) -> int:
    """How much of a template is constant."""
    return len(template.replace("<*>", ""))


def _fitting(template: str) -> re.Pattern[str]:
    return re.compile(".+?".join(re.escape(part) for part in template.split("<*>")).replace(r"\ ", r"\s+"), re.DOTALL)


def _gauges(cell: Cell) -> Value:
    mine = [one for one in cell.raw.gauges if (one["service"], one["name"]) == (cell.service, cell.row.get("series"))]
    if not mine:
        return None
    last = max(mine, key=lambda one: str(one["timestamp"]))["value"]
    return {"highest": max(one["value"] for one in mine), "lowest": min(one["value"] for one in mine), "last_value": last}.get(cell.name)


def _ssh(cell: Cell) -> Value:
    """Attempts, unknown users and log-ins, of one source or of all; sources of brute force by the definition of `sshd`."""
    source = str(cell.row.get("source", ""))
    counts = {kind: _times(cell.raw, kind, source) for kind in ("attempt", "invalid", "accepted")}
    names = {
        "attempts": "attempt", "failed_password_attempts": "attempt", "invalid_users": "invalid", "invalid_user_attempts": "invalid",
        "accepted": "accepted", "accepted_logins": "accepted",
    }  # fmt: skip
    if cell.name in names:
        return counts[names[cell.name]]
    return len(_guessers(cell.raw)) if cell.name == "addresses_that_tried_to_break_in" else None


def _times(raw: Raw, kind: str, ip: str) -> int:
    return sum(event.times for event in raw.logins if event.kind == kind and ip in ("", event.ip))


def _guessers(raw: Raw) -> set[str]:
    found = set()
    for ip in {event.ip for event in raw.logins}:
        most = max(_times(raw, "attempt", ip), _times(raw, "invalid", ip))
        if most >= ENOUGH and most > _times(raw, "accepted", ip):
            found.add(ip)
    return found


def _scanners(cell: Cell) -> Value:
    """Clients most of whose requests were for at least twenty paths that answered nobody."""
    served = {line.path for line in cell.raw.lines if line.client and line.status < FIRST_FAILURE}
    missing = [line for line in cell.raw.lines if line.client and line.status in NOT_THERE and line.path not in served]
    paths = {client: _paths(missing, client) for client in {line.client for line in missing}}
    if cell.name == "missing_paths":
        return len(paths.get(str(cell.row["client"]), ()))
    if cell.name != "clients_that_look_like_scanners":
        return None
    asked = Counter(line.client for line in cell.raw.lines if line.client)
    lost = Counter(line.client for line in missing)
    return sum(len(found) >= MISSING_PATHS and 2 * lost[client] > asked[client] for client, found in paths.items())


def _paths(lines: Iterable[Line], client: str) -> set[str]:
    return {line.path for line in lines if line.client == client}


RECOUNTS: Mapping[str, Callable[[Cell], Value]] = {
    "user_requests": _user_requests,
    "span_latency_by_service": _calls_of_services,
    "error_rate_by_service": _errors_of_services,
    "latency_by_service": _latency_of_services,
    "severity_counts": _severities,
    "requests_over_time": _requests,
    "requests_by_hour": _hours,
    "change_events": _changes,
    "top_errors": _top_errors,
    "metric_summary": _gauges,
    "ssh_logins_by_source": _ssh,
    "scanning_clients": _scanners,
}
