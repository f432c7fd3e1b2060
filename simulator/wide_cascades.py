"""How trouble spreads: from where it begins up the call graph to the page, and the anomalies that can be forced."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from domain.errors import WrongUseError
from simulator.dice import Dice
from simulator.shop import DATABASES, ENDPOINTS, PAGES, SERVICES, Endpoint
from simulator.wide import SERVERS, STOREFRONT, EventType, page_place, places

# A path of the call graph that was never climbed to its end would be a circle; the shop has none this long.
HIGHEST = 12


@dataclass(frozen=True, slots=True)
class Step:
    """One thing going wrong at one place; `wrong` names a way of `WRONGS`."""

    event_type: EventType
    place: Endpoint
    wrong: str


Chain = tuple[Step, ...]


def climb(key: str, dice: Dice) -> list[str]:
    """The endpoints from this one up to the gateway, each calling the one before; where several call, chance picks."""
    path = [key]
    while len(path) < HIGHEST:
        callers = [caller for caller, endpoint in ENDPOINTS.items() if path[-1] in endpoint.calls]
        if not callers:
            break
        path.append(dice.pick(callers))
    return path


def cascade(service: str, dice: Dice) -> Chain:
    """A failure that begins at a service (a full pool where it is a database) and rises to the page."""
    origin, *above = climb(_endpoint(service, dice), dice)
    first = Step("database", ENDPOINTS[origin], "pool_full") if service in DATABASES else Step("api", ENDPOINTS[origin], "server_error")
    wrongs = ["pool_timeout" if service in DATABASES and not at else "upstream_error" for at in range(len(above))]
    risen = tuple(Step("api", ENDPOINTS[key], wrong) for key, wrong in zip(above, wrongs, strict=True))
    return (first, *risen, *_pages(above[-1] if above else origin))


def _error_burst(service: str, dice: Dice) -> Chain:
    return tuple(step for step in cascade(service, dice) if step.event_type != "frontend")


def _latency(service: str, dice: Dice) -> Chain:
    return tuple(Step("api", ENDPOINTS[key], "slow_answer") for key in climb(_endpoint(service, dice), dice))


def _memory(service: str, dice: Dice) -> Chain:
    return (Step("infrastructure", _host(service), "memory_full"), *_error_burst(service, dice))


def _cpu(service: str, dice: Dice) -> Chain:
    return (Step("infrastructure", _host(service), "cpu_full"), *_latency(service, dice))


def _frontend(_service: str, dice: Dice) -> Chain:
    return (Step("frontend", dice.pick(places("frontend")), "script_error"),)


def _pages(key: str) -> Chain:
    return tuple(Step("frontend", page_place(page.endpoint), "script_error") for page in PAGES if page.endpoint == key)


def _host(service: str) -> Endpoint:
    return next(place for place in places("infrastructure") if place.service == service)


def _endpoint(service: str, dice: Dice) -> str:
    """An endpoint of the service that somebody calls, if there is one."""
    keys = [key for key, endpoint in ENDPOINTS.items() if endpoint.service == service]
    called = {key for endpoint in ENDPOINTS.values() for key in endpoint.calls}
    return dice.pick([key for key in keys if key in called] or keys)


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A kind of anomaly that can be forced: how it spreads, and the services it may begin at."""

    spread: Callable[[str, Dice], Chain]
    services: tuple[str, ...]


_DATABASES = tuple(service.name for service in SERVICES if service.name in DATABASES)
_SERVERS = tuple(service.name for service in SERVICES if service.name in SERVERS)

ANOMALIES: Mapping[str, Anomaly] = {
    "cascade": Anomaly(cascade, (*_DATABASES, *_SERVERS)),
    "error_burst": Anomaly(_error_burst, _SERVERS),
    "latency": Anomaly(_latency, _SERVERS),
    "database": Anomaly(_error_burst, _DATABASES),
    "memory": Anomaly(_memory, _SERVERS),
    "cpu": Anomaly(_cpu, _SERVERS),
    "frontend": Anomaly(_frontend, (STOREFRONT,)),
}


def origin_of(kind: str, service: str, dice: Dice) -> str:
    """Where an anomaly begins: the service asked for, else one by chance (a cascade by itself begins at a database).

    Raises WrongUseError for a kind or service that does not exist.
    """
    if kind not in ANOMALIES:
        raise WrongUseError(f"There is no anomaly {kind!r}; there are: {', '.join(ANOMALIES)}.")
    possible = ANOMALIES[kind].services
    if service and service not in possible:
        raise WrongUseError(f"An anomaly {kind!r} cannot begin at {service!r}; it can at: {', '.join(possible)}.")
    return service or dice.pick(_DATABASES if kind == "cascade" else possible)
