"""A sampling policy as data; every rate is 1/n, so that a kept row stands for a whole number of events."""

from collections.abc import Mapping
from dataclasses import dataclass, field

DEFAULT_SLOW_MS = 1_000.0
ANY = "*"


@dataclass(frozen=True, slots=True)
class Slow:
    """From which duration on (ms) a record is slow: by route, else by service, else for all. Routes may end in `*`."""

    default: float = DEFAULT_SLOW_MS
    services: Mapping[str, float] = field(default_factory=dict)
    routes: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HighValue:
    """What is always kept: routes (may end in `*`), customers (or users) by id, attributes with one of some values (`*`: any)."""

    routes: frozenset[str] = frozenset()
    customers: frozenset[str] = frozenset()
    attributes: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Drop:
    """Records that are never stored: all that is said must hold. `below` is a severity number (logs only; 0: not asked)."""

    service: str = ""
    route: str = ""
    below: int = 0
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Storm:
    """Errors after the first `first_m` a minute of one service, route, code and template are kept at 1/`rate_n`; 0: there is no cap."""

    first_m: int = 0
    rate_n: int = 100


@dataclass(frozen=True, slots=True)
class Dynamic:
    """Under backlog (as a share of what may wait) of at least `engage_at`, rates other than 1/1 are divided by `factor`.

    It ends at `release_at` or below; a `factor` of 1 changes nothing.
    """

    factor: int = 1
    engage_at: float = 0.5
    release_at: float = 0.2


@dataclass(frozen=True, slots=True)
class Policy:
    """What is kept in one environment.

    `services` and `routes` (may end in `*`) name an n of 1/n, the route before the service; `default_rate_n` is for the rest.
    `wide_services` send one log with duration and status a request and nothing else.
    """

    version: int = 0
    environment: str = "dev"
    default_rate_n: int = 1
    services: Mapping[str, int] = field(default_factory=dict)
    routes: Mapping[str, int] = field(default_factory=dict)
    drop: tuple[Drop, ...] = ()
    slow_ms: Slow = Slow()
    high_value: HighValue = HighValue()
    storm: Storm = Storm()
    dynamic: Dynamic = Dynamic()
    wide_services: frozenset[str] = frozenset()

    @property
    def is_plain(self) -> bool:
        """Whether everything is kept: no rate but 1/1, nothing dropped, no cap."""
        rates = (self.default_rate_n, *self.services.values(), *self.routes.values())
        return not self.drop and not self.storm.first_m and max(rates) == 1
