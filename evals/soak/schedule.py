"""Schedules of faults: what breaks when, drawn from a seed; equal seeds and modes give equal schedules."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Literal, get_args

Mode = Literal["embedded", "redis", "spool"]
MODES: tuple[Mode, ...] = get_args(Mode)
Kind = Literal["kill", "spooled", "tight", "torn", "flip", "marks", "rot", "freeze", "full", "cut"]
QUEUE = "queue"
# Those that a kill -9 may hit; the first fault of a schedule hits the next of these, so ten seeds in a row hit all.
PARTS: Mapping[Mode, tuple[str, ...]] = {
    "embedded": ("plane", QUEUE),
    "redis": ("worker", QUEUE, "receiver-1", "receiver-2"),
    "spool": ("plane",),
}
_CRASHES: Mapping[Mode, tuple[Kind, ...]] = {
    "embedded": ("kill", "kill", "spooled", "tight", "torn"),
    "redis": ("kill", "kill", "spooled", "tight"),
    "spool": ("kill", "kill", "torn", "flip", "marks", "tight", "rot"),
}
_LAPSES: Mapping[Mode, tuple[Kind, ...]] = {
    "embedded": ("freeze", "freeze", "full", "cut", "kill"),
    "redis": ("freeze", "freeze", "full", "cut", "kill"),
    "spool": ("freeze", "freeze", "kill"),
}
_TELLING: Mapping[Kind, str] = {
    "kill": "kill -9, started again",
    "freeze": "SIGSTOP, then SIGCONT",
    "full": "maxmemory reached",
    "cut": "all its connections cut",
    "spooled": "kill -9 while its queue is frozen and its spool stands in",
    "tight": "started again with almost no room for its spool, and its queue frozen",
    "torn": "kill -9, an append torn off at the end of its spool",
    "flip": "kill -9, a bit flipped in what its spool is done with",
    "marks": "kill -9, a bit flipped in the marks of what is done",
    "rot": "kill -9, a bit flipped in what is acknowledged and not done: outside the guarantee, must be reported",
}
PROD_SHARE, ROAM_SHARE = 0.25, 0.5
AFTER_S = 0.3  # traffic goes on so long after the last fault


@dataclass(frozen=True, slots=True)
class Fault:
    """What befalls a part, so many seconds after the first event, for so long."""

    at_s: float
    kind: Kind
    target: str
    for_s: float

    def __str__(self) -> str:
        return f"{self.at_s:5.2f} s  {self.target}: {_TELLING[self.kind]} ({self.for_s:.2f} s)"


@dataclass(frozen=True, slots=True)
class Schedule:
    """Everything about a run that is not up to the machine.

    `per_s`: requests a second; `repeats`: share of them sent once more after they are acknowledged; `roams`: each try to another receiver.
    """

    seed: int
    mode: Mode
    environment: Literal["dev", "prod"]
    batches: int
    connections: int
    per_s: float
    repeats: float
    roams: bool
    faults: tuple[Fault, ...]

    @property
    def is_tight(self) -> bool:
        """Whether records may be shed."""
        return any(fault.kind in {"tight", "full"} for fault in self.faults)

    def __str__(self) -> str:
        ways = f"{self.connections} {'roaming ' if self.roams else ''}connections"
        head = f"seed {self.seed}, {self.mode}, {self.environment}: {self.batches} requests over {ways}"
        command = f"again: watchfloor eval soak --mode {self.mode} --seed {self.seed} --schedules 1"
        return "\n".join([head, *(f"  {fault}" for fault in self.faults), f"  {command}"])


def schedule(seed: int, mode: Mode) -> Schedule:
    """The schedule of a seed: two to four faults within a few seconds of traffic."""
    dice = Random(f"{mode}/{seed}")
    batches, connections = dice.randint(10, 24), dice.randint(2, 4)
    faults = tuple(_faults(dice, mode, PARTS[mode][seed % len(PARTS[mode])]))
    return Schedule(
        seed=seed,
        mode=mode,
        environment="prod" if dice.random() < PROD_SHARE else "dev",
        batches=batches,
        connections=connections,
        per_s=batches / (faults[-1].at_s + faults[-1].for_s + AFTER_S),
        repeats=0.15,
        roams=mode == "redis" and dice.random() < ROAM_SHARE,
        faults=faults,
    )


def _faults(dice: Random, mode: Mode, target: str) -> Iterator[Fault]:
    """A crash of this part and one to three lapses, in any order, one after the other so that each hits parts that run."""
    crash = "kill" if target in {QUEUE, "worker"} else dice.choice(_CRASHES[mode])
    lapses = [(kind, _target(dice, mode, kind)) for kind in dice.sample(_LAPSES[mode], dice.randint(1, 3))]
    at_s = 0.0
    for kind, hit in dice.sample([(crash, target), *lapses], len(lapses) + 1):
        fault = Fault(at_s + dice.uniform(0.05, 0.6), kind, hit, _length_s(dice, kind))
        at_s = fault.at_s + fault.for_s
        yield fault


def _target(dice: Random, mode: Mode, kind: Kind) -> str:
    """Whom a lapse hits. A killed queue costs a test little, a killed process much: only crashes choose those, where there is a choice."""
    if mode == "spool":
        return "plane"
    return dice.choice(PARTS[mode]) if kind == "freeze" else QUEUE


def _length_s(dice: Random, kind: Kind) -> float:
    if kind in {"cut", "kill", "torn", "flip", "marks", "rot"}:
        return 0.0 if kind == "cut" else dice.uniform(0, 0.5)
    return dice.uniform(2.0, 3.5) if kind == "spooled" else dice.uniform(0.3, 2.6)
