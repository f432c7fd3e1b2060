"""The shop as data: services, their endpoints, who calls whom, and how calls go wrong on an ordinary day."""

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.fault import Failure


@dataclass(frozen=True, slots=True)
class Service:
    """A service: its hosts, its version before anything is deployed, and its gauges at rest (percent, MiB, jobs) and under load."""

    name: str
    hosts: int
    version: str
    cpu: float
    cpu_gain: float
    memory: float
    queue: float = 0.0
    kind: str = "Server"


@dataclass(frozen=True, slots=True)
class Mishap:
    """An ordinary failure of an endpoint with its probability; `stall_ms` is waited before it shows."""

    probability: float
    failure: Failure
    stall_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One operation of a service: its own time, what it calls in order, what it logs, how it fails."""

    service: str
    route: str
    method: str
    own_ms: float
    calls: tuple[str, ...] = ()
    says: str = ""
    mishaps: tuple[Mishap, ...] = ()
    success: int = 200
    statement: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A route of the gateway as visitors ask for it: its share of traffic, a query string, and its size in bytes."""

    endpoint: str
    share: float
    query: str = ""
    size: int = 8_000
    needs_login: bool = False


SERVICES: tuple[Service, ...] = (
    Service("gateway", 2, "7.4.1", 18, 22, 410),
    Service("catalog", 2, "5.2.0", 20, 20, 620),
    Service("search", 2, "3.9.3", 26, 28, 1480),
    Service("cart", 2, "2.14.0", 14, 16, 350),
    Service("checkout", 2, "4.6.2", 16, 18, 540, queue=4),
    Service("payment", 2, "3.17.4", 15, 15, 480, queue=2),
    Service("inventory", 1, "1.22.0", 17, 14, 390, queue=6),
    Service("accounts", 2, "6.1.5", 19, 17, 460),
    Service("orders-db", 1, "15.6", 24, 26, 5200, kind="Client"),
    Service("catalog-db", 1, "15.6", 21, 23, 4100, kind="Client"),
)

_DECLINED = Mishap(0.03, Failure(402, "CARD_DECLINED", "card declined by issuer for order {order}"))
_ACQUIRER = Mishap(0.004, Failure(504, "ACQUIRER_TIMEOUT", "acquirer did not answer within 3000 ms for order {order}"), 3000)
_NO_PRODUCT = Mishap(0.02, Failure(404, "NO_SUCH_PRODUCT", "no product {sku}"))
_SHORT_QUERY = Mishap(0.015, Failure(400, "QUERY_TOO_SHORT", "search query has fewer than 2 letters"))
_SHARD = Mishap(0.003, Failure(503, "SHARD_BUSY", "search shard {shard} is busy, request shed"))
_BAD_PASSWORD = Mishap(0.09, Failure(401, "BAD_CREDENTIALS", "wrong password for account {user}"))
_SOLD_OUT = Mishap(0.02, Failure(409, "OUT_OF_STOCK", "only {left} of {sku} left, {wanted} wanted"))
_DEADLOCK = Mishap(0.0015, Failure(500, "DEADLOCK", "deadlock detected, transaction of order {order} rolled back"))

_ALL: tuple[Endpoint, ...] = (
    Endpoint("gateway", "/", "GET", 3, ("catalog /featured",)),
    Endpoint("gateway", "/search", "GET", 3, ("search /query",)),
    Endpoint("gateway", "/product", "GET", 3, ("catalog /product",)),
    Endpoint("gateway", "/cart", "POST", 4, ("cart /items",)),
    Endpoint("gateway", "/api/checkout", "POST", 6, ("checkout /orders",), success=201),
    Endpoint("gateway", "/login", "POST", 4, ("accounts /sessions",)),
    Endpoint("gateway", "/account/orders", "GET", 4, ("accounts /orders",)),
    Endpoint("catalog", "/featured", "GET", 14, (), "served {left} featured products to {region}"),
    Endpoint("catalog", "/product", "GET", 11, ("catalog-db products",), "product {sku} shown", (_NO_PRODUCT,)),
    Endpoint(
        "search", "/query", "GET", 62, ("catalog-db products",), "query matched {hits} products on shard {shard}", (_SHORT_QUERY, _SHARD)
    ),
    Endpoint("cart", "/items", "POST", 12, ("inventory /stock",), "{wanted} of {sku} put in cart of {user}"),
    Endpoint(
        "checkout",
        "/orders",
        "POST",
        34,
        ("inventory /reserve", "payment /charge", "orders-db insert"),
        "order {order} placed by {user}",
        success=201,
    ),
    Endpoint(
        "payment", "/charge", "POST", 88, ("orders-db ledger",), "charged {amount} {currency} for order {order}", (_DECLINED, _ACQUIRER)
    ),
    Endpoint("inventory", "/stock", "GET", 9, ("catalog-db stock",), "stock of {sku} is {hits}"),
    Endpoint("inventory", "/reserve", "POST", 16, ("catalog-db stock",), "reserved {wanted} of {sku} for order {order}", (_SOLD_OUT,)),
    Endpoint("accounts", "/sessions", "POST", 46, ("orders-db accounts",), "session opened for {user}", (_BAD_PASSWORD,)),
    Endpoint("accounts", "/orders", "GET", 13, ("orders-db accounts",), "listed {left} orders of {user}"),
    Endpoint("orders-db", "insert", "INSERT", 8, mishaps=(_DEADLOCK,), statement="INSERT INTO orders VALUES (?, ?, ?)"),
    Endpoint("orders-db", "ledger", "INSERT", 6, statement="INSERT INTO ledger VALUES (?, ?, ?)"),
    Endpoint("orders-db", "accounts", "SELECT", 5, statement="SELECT * FROM accounts WHERE id = ?"),
    Endpoint("catalog-db", "products", "SELECT", 7, statement="SELECT * FROM products WHERE sku = ?"),
    Endpoint("catalog-db", "stock", "SELECT", 4, statement="SELECT on_hand FROM stock WHERE sku = ?"),
)

ENDPOINTS: Mapping[str, Endpoint] = {f"{endpoint.service} {endpoint.route}": endpoint for endpoint in _ALL}
DATABASES: frozenset[str] = frozenset(service.name for service in SERVICES if service.kind == "Client")

PAGES: tuple[Page, ...] = (
    Page("gateway /", 0.17, size=14_200),
    Page("gateway /search", 0.19, "q={word}", 11_800),
    Page("gateway /product", 0.25, "sku={sku}", 9_400),
    Page("gateway /cart", 0.12, size=1_900, needs_login=True),
    Page("gateway /api/checkout", 0.18, size=1_250, needs_login=True),
    Page("gateway /login", 0.05, size=900, needs_login=True),
    Page("gateway /account/orders", 0.04, size=6_100, needs_login=True),
)
