"""What is spent for nothing in the small world, in amounts that can be worked out by hand, and log-ins that were stuffed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

from domain.telemetry import LogRecord, MetricPoint, SpanRecord
from domain.window import to_nanos

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
MS = 1_000_000
BROWSER, STUFFER = "Mozilla/5.0 (people)", "okhttp/9.1"
OPENED = ("user3", "user7")


def _at(minute: float) -> int:
    return to_nanos(START + timedelta(minutes=minute))


class Traces:
    """Makes spans with ids of their own."""

    def __init__(self) -> None:
        self._ids = count(1)

    def span(self, minute: float, service: str, name: str, ms: float, under: SpanRecord | None = None, **fields: str) -> SpanRecord:
        """A span of `ms` milliseconds, a request of its own or `under` another; further fields are attributes, `kind` or `status`."""
        number = next(self._ids)
        trace, parent = (under.trace_id, under.span_id) if under else (f"w{number}", "")
        kind, status = fields.pop("kind", "Server"), fields.pop("status", "Ok")
        attributes = {name.replace("__", "."): value for name, value in fields.items()}
        at = _at(minute)
        return SpanRecord(trace, f"s{number}", parent, service, name, at, int(ms * MS), kind=kind, status=status, attributes=attributes)

    def query(self, minute: float, statement: str, ms: float, under: SpanRecord) -> SpanRecord:
        """A statement run under a span, by a database that shows as a service."""
        return self.span(minute, "shop-db", "query", ms, under, kind="Client", db__system__name="postgresql", db__query__text=statement)


def spans() -> Iterator[SpanRecord]:
    """Every kind of waste that traces show."""
    make = Traces()
    yield from _looping(make)
    yield from _looping_inside(make)
    yield from _job(make)
    yield from _chatty(make)
    yield from _retrying(make)
    yield from _cached(make)


def _looping(make: Traces) -> Iterator[SpanRecord]:
    """Ten lists that ask for their 20 items one by one, and ten single items: 190 runs too many at 2 ms."""
    for number in range(10):
        yield (listing := make.span(number, "orders", "GET /list", 100))
        yield from (make.query(number, f"SELECT * FROM items WHERE id = {item}", 2, listing) for item in range(20))
        yield (one := make.span(number, "orders", "GET /one", 10))
        yield make.query(number, "SELECT * FROM items WHERE id = 'a17'", 2, one)


def _looping_inside(make: Traces) -> Iterator[SpanRecord]:
    """Four requests whose six equal queries each have an inner span around them: 20 runs too many."""
    for number in range(4):
        yield (request := make.span(number, "basket", "GET /basket", 50))
        for _ in range(6):
            yield (inner := make.span(number, "basket", "repository", 5, request, kind="Internal"))
            yield make.query(number, "SELECT price FROM prices WHERE sku = ?", 4, inner)


def _job(make: Traces) -> Iterator[SpanRecord]:
    """Five runs of a job that nobody called, with 30 equal queries each: no request repeats them."""
    for number in range(5):
        yield (job := make.span(number, "nightly", "job", 500, kind="Internal"))
        yield from (make.query(number, "SELECT * FROM orders WHERE day = ?", 4, job) for _ in range(30))


def _chatty(make: Traces) -> Iterator[SpanRecord]:
    """Four feeds that fetch nine profiles each: 32 calls too many at 3 ms."""
    for number in range(4):
        yield (feed := make.span(number, "feed", "GET /feed", 40))
        yield from (make.span(number, "profile", "GET /profile", 3, feed) for _ in range(9))


def _retrying(make: Traces) -> Iterator[SpanRecord]:
    """Five bills whose payment fails twice (50 and 60 ms) and then goes through, and one that is given up."""
    for number in range(5):
        yield (bill := make.span(number, "billing", "POST /bill", 200))
        for step, (ms, status) in enumerate(((50, "Error"), (60, "Error"), (10, "Ok"))):
            yield make.span(number + step / 100, "bank", "POST /pay", ms, bill, status=status)
    yield (lost := make.span(9, "billing", "POST /bill", 90))
    yield make.span(9, "bank", "POST /pay", 50, lost, status="Error")


def _cached(make: Traces) -> Iterator[SpanRecord]:
    """Ten times five minutes with 40 lookups: 4 miss, in one of them 36, which is 32 too many; a miss takes 30 ms more."""
    for slot in range(10):
        for number in range(40):
            minute, missed = 5 * slot + number / 10, number < (36 if slot == 6 else 4)
            yield (page := make.span(minute, "site", "GET /page", 40 if missed else 10))
            yield make.span(minute, "store", "GET page", 1, page, kind="Client", cache__hit=str(not missed).lower())


def logs() -> Iterator[LogRecord]:
    """Oversized answers, debug output, a route that became slow, and log-ins."""
    for number in range(5):
        yield _line(number, "files", "GET /export 200", route="/export", status=200, response_bytes=3_000_000)
    for number in range(150):
        yield _line(number / 10, "files", f"chunk {number:03} " + "x" * 400, severity_number=5, template_id="chunk")
    for number in range(120):
        yield _line(-119 + 2 * number, "files", "done", route="/list", status=200, duration_ms=20.0 if number < 60 else 50.0)
    yield from _logins()


def _logins() -> Iterator[LogRecord]:
    """Forty accounts tried twice from ten addresses, two of them opened; forty people, four of whom mistype and then get in."""
    for number in range(40):
        user, client = f"user{number}", f"198.51.100.{number % 10}"
        status = 200 if user in OPENED else 401
        yield from (_login(30 + number + turn / 2, user, client, status, STUFFER) for turn in range(2))
        person, home = f"person{number}", f"192.0.2.{number}"
        if number < 4:
            yield _login(20 + number, person, home, 401, BROWSER)
        yield _login(20.5 + number, person, home, 200, BROWSER)


def _login(minute: float, user: str, client: str, status: int, agent: str) -> LogRecord:
    known = {"user_agent.original": agent}
    return _line(minute, "web", f"POST /login {status}", route="/login", user=user, client=client, status=status, attributes=known)


def _line(minute: float, service: str, body: str, **fields: object) -> LogRecord:
    return LogRecord(_at(minute), service, body, **fields)  # type: ignore[arg-type]


def metrics() -> Iterator[MetricPoint]:
    """An idle service, and a cache whose hit ratio falls once."""
    for number in range(60):
        yield MetricPoint(_at(number), "attic", "cpu.utilization", 6.0 + number % 7, "%")
        yield MetricPoint(_at(number), "attic", "memory.utilization", 31.0, "%")
        yield MetricPoint(_at(number), "store", "cache.hit_ratio", 0.2 if number == 33 else 0.9, "1")
