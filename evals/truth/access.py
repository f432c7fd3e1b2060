"""Access logs: routes (paths without their query), hours, status codes, bytes and clients counted from the lines."""

import csv
import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

from evals.facts import Absent, Expectation, Extreme, Fact, Found, Named, Value
from evals.truth.source import Source

LINE = re.compile(
    r'(?P<ip>\S+) \S+ .*? ?\[(?P<at>[^\]]+)\] "(?P<request>(?:[^"\\]|\\.)*)" (?P<status>\d{3}) (?P<size>\d+|-)'
    r'(?: "(?P<referrer>(?:[^"\\]|\\.)*)" "(?P<agent>(?:[^"\\]|\\.)*)")?'
)
REQUESTS = ("request", "hit", "event", "response", "access", "count")
FAILURES = ("fail", "error")
BYTES = ("byte", "size", "traffic")
FIRST_FAILURE = 400
FIRST_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Hit:
    """One request."""

    ip: str
    at: datetime
    route: str
    status: int
    size: int
    agent: str


def hits(source: Source) -> list[Hit]:
    """Every request of the file."""
    return [_hit(matched) for line in source.lines("access") if (matched := LINE.match(line))]


def _hit(matched: re.Match[str]) -> Hit:
    words = matched["request"].split(" ")
    target = words[1] if len(words) > 1 else matched["request"]
    return Hit(
        ip=matched["ip"],
        at=datetime.strptime(matched["at"], "%d/%b/%Y:%H:%M:%S %z").astimezone(UTC),
        route=target.split("?")[0],
        status=int(matched["status"]),
        size=0 if matched["size"] == "-" else int(matched["size"]),
        agent=matched["agent"] or "",
    )


def _leaders(counts: Counter[str], most: int) -> list[tuple[str, int]]:
    """The first entries whose place is not shared with one that is left out."""
    ranked = counts.most_common(most + 1)
    cut = ranked[most][1] if len(ranked) > most else 0
    return [entry for entry in ranked[:most] if entry[1] > cut]


def failing_routes(source: Source) -> Expectation:
    """The routes with most responses of status 400 or higher."""
    counts = Counter(hit.route for hit in hits(source) if hit.status >= FIRST_FAILURE)
    leaders = _leaders(counts, 3)
    first = Extreme(leaders[0][0], ("route", "path", "url"), FAILURES)
    return Expectation((first, *(Value((route,), FAILURES, count) for route, count in leaders)))


def server_errors(source: Source) -> Expectation:
    """The route with most responses of status 500 or higher."""
    counts = Counter(hit.route for hit in hits(source) if hit.status >= FIRST_SERVER_ERROR)
    return Expectation(tuple(Value((route,), (*FAILURES, "5xx"), count) for route, count in _leaders(counts, 1)))


def busiest_hour(source: Source) -> Expectation:
    """The clock hour (UTC) with most requests, and how many."""
    counts = Counter(hit.at.strftime("%Y-%m-%dT%H:00:00Z") for hit in hits(source))
    (hour, count), *_ = _leaders(counts, 1)
    return Expectation((Extreme(hour, ("hour", "time"), REQUESTS), Value((hour,), REQUESTS, count)))


def busiest_route(source: Source) -> Expectation:
    """The route requested most, and how often."""
    (route, count), *_ = _leaders(Counter(hit.route for hit in hits(source)), 1)
    return Expectation((Extreme(route, ("route", "path", "url"), REQUESTS), Value((route,), REQUESTS, count)))


def status_counts(source: Source) -> Expectation:
    """How many responses had each of the four commonest status codes."""
    counts = Counter(str(hit.status) for hit in hits(source))
    return Expectation(tuple(Value((status,), REQUESTS, count) for status, count in _leaders(counts, 4)))


def status_count(source: Source) -> Expectation:
    """How many responses had one status code."""
    status = str(source.params["status"])
    count = sum(str(hit.status) == status for hit in hits(source))
    return Expectation((Value((status,), REQUESTS, count) if count else Absent((status,), REQUESTS),))


def total_requests(source: Source) -> Expectation:
    """How many requests there were."""
    return Expectation((Value((), REQUESTS, len(hits(source))),))


def most_bytes(source: Source) -> Expectation:
    """The client that was sent most bytes, and how many."""
    sent: Counter[str] = Counter()
    for hit in hits(source):
        sent[hit.ip] += hit.size
    (ip, size), *_ = _leaders(sent, 1)
    return Expectation((Extreme(ip, ("client", "address", "ip"), BYTES), Value((ip,), BYTES, size, "B")))


def total_bytes(source: Source) -> Expectation:
    """How many bytes were sent in all."""
    return Expectation((Value((), BYTES, sum(hit.size for hit in hits(source)), "B"),))


def busiest_client(source: Source) -> Expectation:
    """The client with most requests, and how many."""
    (ip, count), *_ = _leaders(Counter(hit.ip for hit in hits(source)), 1)
    return Expectation((Extreme(ip, ("client", "address", "ip"), REQUESTS), Value((ip,), REQUESTS, count)))


def agents(source: Source) -> Expectation:
    """The two commonest user agents and their requests."""
    counts = Counter(hit.agent for hit in hits(source) if hit.agent not in {"", "-"})
    return Expectation(tuple(Value((agent,), REQUESTS, count) for agent, count in _leaders(counts, 2)))


def scanners(source: Source) -> Expectation:
    """Clients of many missing pages: `least` different routes answered 404, and most of their requests so. Search engines are none."""
    least = int(source.params["least"])
    all_hits = hits(source)
    missing: dict[str, set[str]] = {}
    for hit in all_hits:
        if hit.status == 404:  # noqa: PLR2004 (not found)
            missing.setdefault(hit.ip, set()).add(hit.route)
    totals = Counter(hit.ip for hit in all_hits)
    failed = Counter(hit.ip for hit in all_hits if hit.status >= FIRST_FAILURE)
    guilty = [ip for ip, routes in missing.items() if len(routes) >= least and failed[ip] > totals[ip] / 2]
    crawlers = {hit.ip for hit in all_hits if "bot" in hit.agent.lower()} - set(guilty)
    return Expectation(tuple(Named(ip) for ip in sorted(guilty)), tuple(_scan(ip) for ip in sorted(crawlers)))


def labelled_scanners(source: Source) -> Expectation:
    """Sources with at least `least` requests that people labelled as attacks; sources without any label are not scanners."""
    least = int(source.params["least"])
    with source.paths["labels"].open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    attacks = Counter(row["ip"] for row in rows if row["label"] != "ambiguous")
    labelled = {row["ip"] for row in rows}
    innocent = sorted({hit.ip for hit in hits(source)} - labelled)
    return Expectation(tuple(Named(ip) for ip, count in sorted(attacks.items()) if count >= least), tuple(_scan(ip) for ip in innocent))


def _scan(ip: str) -> Fact:
    return Found(ip, ("web_scanning", "web_scan", "path_scan", "scan", "scanner"))
