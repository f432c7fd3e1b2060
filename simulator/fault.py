"""What a fault is: something that unfolds inside a window and leaves a truth label."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from domain.window import Window, rfc3339
from simulator.dice import Dice
from simulator.records import Record, SyslogLine, Visit


@dataclass(frozen=True, slots=True)
class Failure:
    """How a call goes wrong: what it answers, what its log says, and a stack trace where there is one."""

    status: int
    code: str
    message: str
    stack: str = ""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a fault does to one call: its own time is multiplied by `slow`, and it may fail."""

    slow: float = 1.0
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Strain:
    """What a fault adds to a service's gauges: CPU in percentage points, memory in MiB, queued jobs."""

    cpu: float = 0.0
    memory: float = 0.0
    queue: float = 0.0


NO_EFFECT = Effect()
NO_STRAIN = Strain()


def no_effect(_endpoint: str, _at: datetime, _dice: Dice) -> Effect:
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
    """A fault at work in one world: its label, its hold on calls and gauges, and the records it adds by itself."""

    label: Label
    effect: Callable[[str, datetime, Dice], Effect] = no_effect
    strain: Callable[[str, datetime], Strain] = no_strain
    changes: tuple[Record, ...] = ()
    visits: tuple[Visit, ...] = ()
    logins: tuple[SyslogLine, ...] = ()


class Fault(Protocol):
    """Anything that can be broken on purpose; one module of `simulator/faults/` each."""

    def unfold(self, window: Window, dice: Dice) -> Unfolding:
        """The fault placed somewhere inside the world's window."""
        ...


def placed(window: Window, at_most: timedelta, where: float) -> Window:
    """A window of at most that length (and at most 40 % of the world), `where` of the way through the world, on whole seconds."""
    length = min(at_most, window.length * 0.4)
    start = (window.start + (window.length - length) * where).replace(microsecond=0)
    return Window(start, start + timedelta(seconds=int(length.total_seconds())))
