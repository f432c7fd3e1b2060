"""The shop as data: services, their endpoints, who calls whom, and how calls go wrong on an ordinary day."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Failure:
    """How a call goes wrong: what it answers, what its log says, and a stack trace where there is one."""

    status: int
    code: str
    message: str
    stack: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    """A service: its hosts, its version before anything is deployed, and its gauges at rest and under load.

    `cpu` and `cpu_gain` and `disk` are percent, `memory` and `limit` MiB, `disk_io` MB/s, `pool` connections, `queue` jobs.
    `system` is the kind of store (`db.system.name`); a service without a memory limit is somebody else's and shows only in spans.
    """

    name: str
    hosts: int
    version: str
    cpu: float
    cpu_gain: float
    memory: float
    limit: float
    disk: float = 34
    disk_io: float = 2
    pool: int = 0
    queue: float = 0
    kind: str = "Server"
    system: str = ""

    @property
    def is_ours(self) -> bool:
        """Whether the shop runs it, so that it has logs and gauges."""
        return self.limit > 0


@dataclass(frozen=True, slots=True)
class Mishap:
    """An ordinary failure of an endpoint with its probability; `stall_ms` is waited before it shows."""

    probability: float
    failure: Failure
    stall_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One operation of a service: its own time, what it calls in order, what it logs, how it fails.

    With `cached_by` the calls are made only when that cache endpoint (which finds a share `hits`) finds nothing.
    Callers wait `deadline_ms` for it; of a store or an outside service that takes longer, `late` is what is logged.
    """

    service: str
    route: str
    method: str
    own_ms: float
    calls: tuple[str, ...] = ()
    says: str = ""
    mishaps: tuple[Mishap, ...] = ()
    success: int = 200
    statement: str = ""
    cached_by: str = ""
    hits: float = 0.0
    deadline_ms: float = 8_000
    late: Failure | None = None

    @property
    def key(self) -> str:
        """How calls name it."""
        return f"{self.service} {self.route}"


@dataclass(frozen=True, slots=True)
class Page:
    """A route of the gateway as visitors ask for it: its share of traffic, a query string, and its size in bytes."""

    endpoint: str
    share: float
    query: str = ""
    size: int = 8_000
    needs_login: bool = False


SERVICES: tuple[Service, ...] = (
    Service("gateway", 2, "7.4.1", 18, 22, 410, 1024, 41),
    Service("catalog", 2, "5.2.0", 20, 20, 620, 1536, 29, pool=16),
    Service("search", 2, "3.9.3", 26, 28, 1480, 3072, 58, disk_io=14, pool=12),
    Service("cart", 2, "2.14.0", 14, 16, 350, 768, 37, disk_io=4),
    Service("checkout", 2, "4.6.2", 16, 18, 540, 1280, 33, pool=20, queue=4),
    Service("payment", 2, "3.17.4", 15, 15, 480, 1024, 44, disk_io=3, pool=20, queue=2),
    Service("inventory", 1, "1.22.0", 17, 14, 390, 1024, 31, pool=10, queue=6),
    Service("accounts", 2, "6.1.5", 19, 17, 460, 1024, 27, pool=15),
    Service("orders-db", 1, "15.6", 24, 26, 5200, 8192, 62, disk_io=38, kind="Client", system="postgresql"),
    Service("catalog-db", 1, "15.6", 21, 23, 4100, 6144, 55, disk_io=26, kind="Client", system="postgresql"),
    Service("cache", 1, "7.2.4", 12, 14, 1900, 3072, 18, kind="Client", system="redis"),
    Service("acquirer", 1, "", 0, 0, 0, 0, kind="Client"),
)
BY_NAME: Mapping[str, Service] = {service.name: service for service in SERVICES}

_CANCELLED = Failure(500, "57014", "canceling statement due to statement timeout")
_NO_ANSWER = Failure(504, "ACQUIRER_TIMEOUT", "acquirer did not answer within 3000 ms for order {order}")
_DECLINED = Mishap(0.03, Failure(402, "CARD_DECLINED", "card declined by issuer for order {order}"))
_STALLED = Mishap(0.004, _NO_ANSWER, 3_500)
_NO_PRODUCT = Mishap(0.02, Failure(404, "NO_SUCH_PRODUCT", "no product {sku}"))
_SHORT_QUERY = Mishap(0.015, Failure(400, "QUERY_TOO_SHORT", "search query has fewer than 2 letters"))
_SHARD = Mishap(0.003, Failure(503, "SHARD_BUSY", "search shard {shard} is busy, request shed"))
_BAD_PASSWORD = Mishap(0.09, Failure(401, "BAD_CREDENTIALS", "wrong password for account {user}"))
_SOLD_OUT = Mishap(0.02, Failure(409, "OUT_OF_STOCK", "only {left} of {sku} left, {wanted} wanted"))
_DEADLOCK = Mishap(0.0015, Failure(500, "DEADLOCK", "deadlock detected, transaction of order {order} rolled back"))


def _query(service: str, name: str, own_ms: float, statement: str, mishaps: tuple[Mishap, ...] = ()) -> Endpoint:
    method = statement.split(maxsplit=1)[0]
    return Endpoint(service, name, method, own_ms, mishaps=mishaps, statement=statement, deadline_ms=2_000, late=_CANCELLED)


def _lookup(name: str, hits: float) -> Endpoint:
    return Endpoint("cache", name, "GET", 0.9, statement=f"GET {name}:?", hits=hits, deadline_ms=250, late=_CANCELLED)


_ALL: tuple[Endpoint, ...] = (
    Endpoint("gateway", "/", "GET", 3, ("catalog /featured",)),
    Endpoint("gateway", "/search", "GET", 3, ("search /query",)),
    Endpoint("gateway", "/product", "GET", 3, ("catalog /product",)),
    Endpoint("gateway", "/cart", "POST", 4, ("accounts /verify", "cart /items")),
    Endpoint("gateway", "/api/checkout", "POST", 6, ("accounts /verify", "checkout /orders"), success=201),
    Endpoint("gateway", "/login", "POST", 4, ("accounts /sessions",)),
    Endpoint("gateway", "/account/orders", "GET", 4, ("accounts /verify", "accounts /orders")),
    Endpoint("catalog", "/featured", "GET", 14, ("catalog-db featured",), "served {left} featured products to {region}",
             cached_by="cache featured"),
    Endpoint("catalog", "/product", "GET", 11, ("catalog-db products",), "product {sku} shown", (_NO_PRODUCT,), cached_by="cache product"),
    Endpoint("search", "/query", "GET", 62, ("catalog-db products",), "query matched {hits} products on shard {shard}",
             (_SHORT_QUERY, _SHARD)),
    Endpoint("cart", "/items", "POST", 12, ("inventory /stock",), "{wanted} of {sku} put in cart of {user}"),
    Endpoint("checkout", "/orders", "POST", 34, ("inventory /reserve", "payment /charge", "orders-db insert"),
             "order {order} placed by {user}", success=201),
    Endpoint("payment", "/charge", "POST", 52, ("acquirer /authorize", "orders-db ledger"),
             "charged {amount} {currency} for order {order}", (_DECLINED,)),
    Endpoint("inventory", "/stock", "GET", 9, ("catalog-db stock",), "stock of {sku} is {hits}"),
    Endpoint("inventory", "/reserve", "POST", 16, ("catalog-db reserve",), "reserved {wanted} of {sku} for order {order}", (_SOLD_OUT,)),
    Endpoint("accounts", "/sessions", "POST", 46, ("orders-db accounts",), "session opened for {user}", (_BAD_PASSWORD,)),
    Endpoint("accounts", "/verify", "GET", 5, ("orders-db sessions",), cached_by="cache session"),
    Endpoint("accounts", "/orders", "GET", 13, ("orders-db history",), "listed {left} orders of {user}"),
    Endpoint("acquirer", "/authorize", "POST", 40, mishaps=(_STALLED,), deadline_ms=3_000, late=_NO_ANSWER),
    _query("orders-db", "insert", 8, "INSERT INTO orders VALUES (?, ?, ?)", (_DEADLOCK,)),
    _query("orders-db", "ledger", 6, "INSERT INTO ledger VALUES (?, ?, ?)"),
    _query("orders-db", "accounts", 5, "SELECT * FROM accounts WHERE id = ?"),
    _query("orders-db", "sessions", 4, "SELECT account FROM sessions WHERE token = ?"),
    _query("orders-db", "history", 7, "SELECT * FROM orders WHERE account = ? ORDER BY placed_at DESC LIMIT 20"),
    _query("catalog-db", "products", 7, "SELECT * FROM products WHERE sku = ?"),
    _query("catalog-db", "featured", 12, "SELECT * FROM products WHERE featured ORDER BY rank LIMIT 12"),
    _query("catalog-db", "stock", 4, "SELECT on_hand FROM stock WHERE sku = ?"),
    _query("catalog-db", "reserve", 6, "UPDATE stock SET reserved = reserved + ? WHERE sku = ?"),
    _lookup("product", 0.93),
    _lookup("featured", 0.97),
    _lookup("session", 0.9),
)  # fmt: skip

ENDPOINTS: Mapping[str, Endpoint] = {endpoint.key: endpoint for endpoint in _ALL}
DATABASES: frozenset[str] = frozenset(service.name for service in SERVICES if service.system == "postgresql")

PAGES: tuple[Page, ...] = (
    Page("gateway /", 0.17, size=14_200),
    Page("gateway /search", 0.19, "q={word}", 11_800),
    Page("gateway /product", 0.25, "sku={sku}", 9_400),
    Page("gateway /cart", 0.12, size=1_900, needs_login=True),
    Page("gateway /api/checkout", 0.18, size=1_250, needs_login=True),
    Page("gateway /login", 0.05, size=900, needs_login=True),
    Page("gateway /account/orders", 0.04, size=6_100, needs_login=True),
)


def endpoints_of(service: str) -> tuple[Endpoint, ...]:
    """The operations of one service."""
    return tuple(endpoint for endpoint in _ALL if endpoint.service == service)


def callers_of(service: str) -> frozenset[str]:
    """The services that call it."""
    return frozenset(caller.service for caller in _ALL if any(ENDPOINTS[key].service == service for key in reached(caller)))


def reached(endpoint: Endpoint) -> tuple[str, ...]:
    """The keys that it may call by itself, its cache first."""
    return (endpoint.cached_by, *endpoint.calls) if endpoint.cached_by else endpoint.calls


def services_below(keys: tuple[str, ...]) -> frozenset[str]:
    """The services that calls of these endpoints reach, their own included."""
    below = frozenset({ENDPOINTS[key].service for key in keys})
    return below.union(*(services_below(reached(ENDPOINTS[key])) for key in keys))
