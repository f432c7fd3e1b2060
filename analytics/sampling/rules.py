"""A policy put to work: what one record's traits mean, and what its request is kept for."""

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple, TypeVar

from analytics.sampling.policy import ANY, Drop, Policy
from analytics.sampling.traits import CUSTOMERS, Traits

Mark = Literal["", "incident", "error", "slow", "high_value"]
MARKS: tuple[Mark, ...] = ("incident", "error", "slow", "high_value")
MOST_REMEMBERED = 20_000
ValueT = TypeVar("ValueT")


class Rate(NamedTuple):
    """1/n; `is_named`: the policy names it for a route or a service."""

    n: int
    is_named: bool


class Rules:
    """A policy with what was looked up in it; the same answers as long as it lives."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.is_plain = policy.is_plain
        self._default = Rate(policy.default_rate_n, is_named=False)
        self._is_uniform = max((1, *policy.services.values(), *policy.routes.values())) == 1
        self._has_customers, self._valuable = bool(policy.high_value.customers), tuple(policy.high_value.attributes.items())
        self._looked_up: dict[tuple[str, str], tuple[Rate, float, bool]] = {}

    def mark(self, traits: Traits, incidents: frozenset[str]) -> Mark:
        """What the record alone keeps its request for, first of MARKS; empty for an ordinary one."""
        if traits.service in incidents:
            return "incident"
        if traits.is_error:
            return "error"
        _, slow_ms, is_high_route = self._of(traits.service, traits.route)
        if traits.duration_ms is not None and traits.duration_ms >= slow_ms:
            return "slow"
        return "high_value" if is_high_route or self._is_high_value(traits) else ""

    def rate(self, traits: Traits) -> Rate:
        """The rate of one record."""
        return self._of(traits.service, traits.route)[0]

    def rate_of(self, service: str, route: str) -> Rate:
        """The rate of a route, else of its service, else the default."""
        return self._of(service, route)[0]

    def is_sure(self, rate: Rate) -> bool:
        """Whether no other record of the request could lower the rate."""
        return rate.n == 1 and (rate.is_named or self._is_uniform)

    def is_whole(self, traits: Traits) -> bool:
        """Whether the record is its whole request, so that nothing is to be waited for."""
        return traits.is_wide or (traits.is_end and traits.service in self.policy.wide_services)

    def is_dropped(self, traits: Traits) -> bool:
        """Whether a rule drops this record."""
        return bool(self.policy.drop) and any(_is_meant(rule, traits) for rule in self.policy.drop)

    def _of(self, service: str, route: str) -> tuple[Rate, float, bool]:
        key = (service, route)
        found = self._looked_up.get(key)
        if found is None:
            if len(self._looked_up) >= MOST_REMEMBERED:
                self._looked_up.clear()
            found = self._looked_up[key] = self._look_up(*key)
        return found

    def _look_up(self, service: str, route: str) -> tuple[Rate, float, bool]:
        policy = self.policy
        n = _of_route(policy.routes, route) or policy.services.get(service)
        slow = policy.slow_ms
        slow_ms = _of_route(slow.routes, route) or slow.services.get(service, slow.default)
        is_high = bool(_of_route(dict.fromkeys(policy.high_value.routes, 1), route))
        return Rate(n, is_named=True) if n else self._default, slow_ms, is_high

    def _is_high_value(self, traits: Traits) -> bool:
        if self._has_customers and self._is_of_customer(traits):
            return True
        return bool(self._valuable) and self._has_value(traits.attributes)

    def _has_value(self, attributes: Mapping[str, str]) -> bool:
        return any(name in attributes and (ANY in values or attributes[name] in values) for name, values in self._valuable)

    def _is_of_customer(self, traits: Traits) -> bool:
        wanted = self.policy.high_value.customers
        return traits.user in wanted or any(traits.attributes.get(name) in wanted for name in CUSTOMERS)


def merged(rates: Iterable[Rate]) -> Rate:
    """The rate of a request: of those its records have, a named one before the default, and the one that keeps most."""
    return min(rates, key=lambda rate: (not rate.is_named, rate.n))


def strongest(marks: Iterable[Mark]) -> Mark:
    """The first of MARKS that is among these; empty when none is."""
    found = set(marks)
    return next((mark for mark in MARKS if mark in found), "")


def is_engaged(policy: Policy, share: float, *, was_engaged: bool) -> bool:
    """Whether the rates are lowered at this backlog, given whether they were."""
    dynamic = policy.dynamic
    if dynamic.factor == 1:
        return False
    return share > dynamic.release_at if was_engaged else share >= dynamic.engage_at


def _of_route(named: Mapping[str, ValueT], route: str) -> ValueT | None:
    """The value of a route: named in full, else by the longest beginning that ends in `*`."""
    if (found := named.get(route)) is not None:
        return found
    fitting = [name for name in named if name.endswith(ANY) and route.startswith(name[:-1])]
    return named[max(fitting, key=len)] if fitting else None


def _is_meant(rule: Drop, traits: Traits) -> bool:
    if rule.service not in {"", traits.service} or (rule.below and not 0 < traits.severity < rule.below):
        return False
    if rule.route and _of_route({rule.route: True}, traits.route) is None:
        return False
    return all(traits.attributes.get(name) == value for name, value in rule.attributes.items())
