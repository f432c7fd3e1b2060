"""What a fault is: something that unfolds inside a window and leaves a truth label."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Protocol

from domain.window import Window, rfc3339
from simulator.dice import Dice
from simulator.records import Record, SyslogLine, Visit
from simulator.shop import Failure
from simulator.visitors import Arrival, Visitor


@dataclass(frozen=True, slots=True)
class Call:
    """A call about to be made: the key of its endpoint (`payment /charge`), when, and for whom."""

    endpoint: str
    at: datetime
    visitor: Visitor

    @property
    def service(self) -> str:
        """The service called."""
        return self.endpoint.split(" ", 1)[0]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a fault does to one call.

    Its own time is multiplied by `slow` after `wait_ms`. It may fail after calling below (`failure`), before (`refusal`), or never
    arrive (`unreachable`: the caller fails so, and the callee knows nothing). A wrong answer logs `remark` and makes the caller fail
    with `protest`. Each query below is made `repeats` times, and a cache loses a share `misses` of its hits. A call that `is_spared`
    has no ordinary mishap.
    """

    slow: float = 1.0
    wait_ms: float = 0.0
    failure: Failure | None = None
    refusal: Failure | None = None
    unreachable: Failure | None = None
    remark: str = ""
    protest: Failure | None = None
    repeats: int = 1
    misses: float = 0.0
    is_spared: bool = False

    def joined(self, other: "Effect") -> "Effect":
        """Both at once: slowness multiplies, waits add up, and the first failure of a kind decides."""
        return Effect(
            slow=self.slow * other.slow,
            wait_ms=self.wait_ms + other.wait_ms,
            failure=self.failure or other.failure,
            refusal=self.refusal or other.refusal,
            unreachable=self.unreachable or other.unreachable,
            remark=self.remark or other.remark,
            protest=self.protest or other.protest,
            repeats=max(self.repeats, other.repeats),
            misses=max(self.misses, other.misses),
            is_spared=self.is_spared or other.is_spared,
        )


@dataclass(frozen=True, slots=True)
class Strain:
    """What a fault adds to a service's gauges.

    CPU and disk in percentage points, memory in MiB, queued jobs, disk traffic in MB/s, connections in use, the share of cache hits lost.
    """

    cpu: float = 0.0
    memory: float = 0.0
    queue: float = 0.0
    disk: float = 0.0
    disk_io: float = 0.0
    pool: float = 0.0
    misses: float = 0.0

    def joined(self, other: "Strain") -> "Strain":
        """Both at once: strains add up."""
        return Strain(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))


NO_EFFECT = Effect()
NO_STRAIN = Strain()


def no_effect(_call: Call, _dice: Dice) -> Effect:
    """Leaves every call alone."""
    return NO_EFFECT


def no_strain(_service: str, _at: datetime) -> Strain:
    """Leaves every gauge alone."""
    return NO_STRAIN


@dataclass(frozen=True, slots=True)
class Label:
    """The truth about one fault, as `truth.json` carries it."""

    id: str
    kind: str
    service: str
    component: str
    window: Window
    benign: bool = False
    expected_findings: tuple[Mapping[str, Any], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The label as the file carries it."""
        plain = {name: getattr(self, name) for name in ("id", "kind", "service", "component")}
        times = {"start": rfc3339(self.window.start), "end": rfc3339(self.window.end)}
        return {**plain, **times, "benign": self.benign, "expected_findings": [dict(finding) for finding in self.expected_findings]}


@dataclass(frozen=True, slots=True)
class Unfolding:
    """A fault at work in one world: its label, its hold on calls and gauges (in its window only), and what it adds by itself."""

    label: Label
    effect: Callable[[Call, Dice], Effect] = no_effect
    strain: Callable[[str, datetime], Strain] = no_strain
    logs: tuple[Record, ...] = ()
    spans: tuple[Record, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    visits: tuple[Visit, ...] = ()
    logins: tuple[SyslogLine, ...] = ()


class Fault(Protocol):
    """Anything that can be broken on purpose; one module of `simulator/faults/` each."""

    def unfold(self, window: Window, dice: Dice) -> Unfolding:
        """The fault placed somewhere inside the world's window."""
        ...


def diagnosed(kind: str, component: str, service: str, window: Window, *findings: Mapping[str, Any]) -> Label:
    """The label of a fault whose cause is to be found: in this service, in this endpoint or resource."""
    cause = {"kind": "root_cause", "entity": {"type": "service", "value": service}, "component": component}
    return Label(kind, kind, service, component, window, expected_findings=(cause, *findings))


def harmless(kind: str, component: str, service: str, window: Window) -> Label:
    """The label of something that looks like a fault and is none."""
    return Label(kind, kind, service, component, window, benign=True)
