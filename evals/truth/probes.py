"""A scanner's requests, counted in the access log; who scans stands in `truth.json`."""

from collections import Counter

from evals.facts import Absent, Either, Expectation, Flagged, Found, Moment, Named, Value
from evals.truth.access import REQUESTS, Hit, hits
from evals.truth.source import Source

SCANNING = ("path_scanning", "path_scan", "web_scanning")
NOT_THERE = frozenset({403, 404})
ATTACKS = (*SCANNING, "injection_attempt", "credential_stuffing", "brute_force", "shared_account")
PATHS = ("path", "route", "url")
EDGE_S = 60.0


def scanner(source: Source) -> Expectation:
    """The client, and how many paths it asked for in vain."""
    client, sent = _scan(source)
    paths = {hit.route for hit in sent if hit.status in NOT_THERE}
    return Expectation((Found(client, SCANNING), Value((client,), PATHS, len(paths))))


def times(source: Source) -> Expectation:
    """Its first and its last request, to a minute."""
    client, sent = _scan(source)
    start, end = min(hit.at for hit in sent), max(hit.at for hit in sent)
    return Expectation((Moment((client,), start, "first", EDGE_S), Moment((client,), end, "last", EDGE_S)))


def answers(source: Source) -> Expectation:
    """How many requests it sent, and how many of them had each of the statuses it got."""
    client, sent = _scan(source)
    counts = Counter(str(hit.status) for hit in sent)
    status, most = counts.most_common(1)[0]
    classed = Value((client,), ("not_found", "4xx", "client", "fail"), sum(hit.status // 100 == 4 for hit in sent))  # noqa: PLR2004 (client errors)
    return Expectation((Value((client,), REQUESTS, len(sent)), Either((Value((client, status), REQUESTS, most), classed, Named(status)))))


def nothing(_source: Source) -> Expectation:
    """Nobody attacks: no finding, and it is said that there is none."""
    what = ("scan", "stuff", "attack", "break", "password", "log-in", "log", "brute", "guess", "prob")
    return Expectation((Absent((), what, must_be_said=True),), (Flagged(ATTACKS),))


def _scan(source: Source) -> tuple[str, list[Hit]]:
    client = str(next(label for label in source.labels() if label["kind"] in SCANNING)["component"])
    return client, [hit for hit in hits(source) if hit.ip == client]
