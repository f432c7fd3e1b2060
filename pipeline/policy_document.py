"""A sampling policy as JSON or YAML: checked on the way in."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from analytics.sampling.policy import DEFAULT_SLOW_MS, Drop, Dynamic, HighValue, Policy, Slow, Storm
from domain.errors import WrongUseError
from domain.telemetry import SEVERITY_NUMBERS

MOST_N = 1_000_000
MOST_NAMES = 1_000
RateN = Annotated[int, Field(ge=1, le=MOST_N, strict=True)]
Ms = Annotated[float, Field(gt=0)]
Severity = Annotated[str, Field(pattern=f"^({'|'.join(SEVERITY_NUMBERS)})?$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SlowPart(_Part):
    """Durations in ms."""

    default: Ms = DEFAULT_SLOW_MS
    services: dict[str, Ms] = Field(default_factory=dict, max_length=MOST_NAMES)
    routes: dict[str, Ms] = Field(default_factory=dict, max_length=MOST_NAMES)


class HighValuePart(_Part):
    """What is always kept."""

    routes: list[str] = Field(default_factory=list, max_length=MOST_NAMES)
    customers: list[str] = Field(default_factory=list, max_length=100 * MOST_NAMES)
    attributes: dict[str, list[str]] = Field(default_factory=dict, max_length=MOST_NAMES)


class DropPart(_Part):
    """Records never stored; a rule that asks for nothing would drop everything."""

    service: str = ""
    route: str = ""
    below: Severity = ""
    attributes: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if not (self.service or self.route or self.below or self.attributes):
            raise ValueError("a drop rule names a service, a route, a severity (`below`) or attributes")
        return self


class StormPart(_Part):
    """The cap on equal errors."""

    first_m: int = Field(0, ge=0)
    rate_n: RateN = 100


class DynamicPart(_Part):
    """Rates under backlog; `engage_at` above `release_at`, so that they do not flutter."""

    factor: RateN = 1
    engage_at: float = Field(0.5, gt=0, le=1)
    release_at: float = Field(0.2, ge=0, lt=1)

    @model_validator(mode="after")
    def _is_ordered(self) -> Self:
        if self.release_at >= self.engage_at:
            raise ValueError(f"release_at {self.release_at!r} must be below engage_at {self.engage_at!r}")
        return self


class PolicyPart(_Part):
    """The document. `version` is the one it was made from (0: whichever is in force); the book gives the new one."""

    version: int = Field(0, ge=0)
    environment: str = ""
    default_rate_n: RateN = 1
    services: dict[str, RateN] = Field(default_factory=dict, max_length=MOST_NAMES)
    routes: dict[str, RateN] = Field(default_factory=dict, max_length=MOST_NAMES)
    drop: list[DropPart] = Field(default_factory=list, max_length=MOST_NAMES)
    slow_ms: SlowPart = SlowPart()
    high_value: HighValuePart = HighValuePart()
    storm: StormPart = StormPart()
    dynamic: DynamicPart = DynamicPart()
    wide_services: list[str] = Field(default_factory=list, max_length=MOST_NAMES)


def policy_of(document: Mapping[str, Any]) -> Policy:
    """The policy of a document. Raises WrongUseError naming the field that is wrong."""
    try:
        part = PolicyPart.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(place) for place in first["loc"]) or "policy"
        raise WrongUseError(f"{name!r} of the sampling policy is wrong: {first['msg']} (given: {first['input']!r:.80})") from error
    return Policy(
        version=part.version,
        environment=part.environment,
        default_rate_n=part.default_rate_n,
        services=part.services,
        routes=part.routes,
        drop=tuple(Drop(one.service, one.route, SEVERITY_NUMBERS.get(one.below, 0), one.attributes) for one in part.drop),
        slow_ms=Slow(part.slow_ms.default, part.slow_ms.services, part.slow_ms.routes),
        high_value=_high_value(part.high_value),
        storm=Storm(part.storm.first_m, part.storm.rate_n),
        dynamic=Dynamic(part.dynamic.factor, part.dynamic.engage_at, part.dynamic.release_at),
        wide_services=frozenset(part.wide_services),
    )


def policy_document(policy: Policy) -> dict[str, Any]:
    """A policy as `policy_of` reads it."""
    names = {number: name for name, number in SEVERITY_NUMBERS.items()}
    high = policy.high_value
    return {
        **{name: getattr(policy, name) for name in ("version", "environment", "default_rate_n")},
        "services": dict(policy.services),
        "routes": dict(policy.routes),
        "drop": [{**asdict(rule), "below": names.get(rule.below, "")} for rule in policy.drop],
        "slow_ms": asdict(policy.slow_ms),
        "high_value": {
            "routes": sorted(high.routes),
            "customers": sorted(high.customers),
            "attributes": {name: sorted(values) for name, values in high.attributes.items()},
        },
        "storm": asdict(policy.storm),
        "dynamic": asdict(policy.dynamic),
        "wide_services": sorted(policy.wide_services),
    }


def _high_value(part: HighValuePart) -> HighValue:
    attributes = {name: frozenset(values) for name, values in part.attributes.items()}
    return HighValue(frozenset(part.routes), frozenset(part.customers), attributes)
