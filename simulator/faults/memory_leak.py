"""A memory leak: the heap fills, collections pause the service, the kernel kills it, and it starts to fill again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.window import Window
from simulator.dice import Dice
from simulator.fault import NO_EFFECT, NO_STRAIN, Call, Effect, Strain, Unfolding, diagnosed
from simulator.records import Record, line
from simulator.shop import BY_NAME, ENDPOINTS, Failure
from simulator.slot import ANYWHERE, Slot, instants, part, progress

CANDIDATES: tuple[str, ...] = ("catalog", "search", "cart", "checkout", "payment", "inventory", "accounts")
NO_MEMORY = Failure(500, "OUT_OF_MEMORY", "request given up: cannot allocate memory")
PAUSES_FROM = 0.45  # share of the leak
FAILS_FROM = 0.86


@dataclass(frozen=True, slots=True)
class MemoryLeak:
    """One service that leaks until it is killed twice; the second start is of a mended version."""

    slot: Slot = ANYWHERE
    service: str = ""

    def unfold(self, window: Window, dice: Dice) -> Unfolding:
        """Two fillings, each ended by a kill and a restart."""
        spell = self.slot.drawn(window, dice)
        service = self.service or dice.pick(CANDIDATES)
        turn = dice.between(0.48, 0.58)
        fillings = (part(spell, 0, turn), part(spell, turn, 1))
        leak = _Leak(service, fillings)
        logs = [record for filling in fillings for record in (*_pauses(service, filling, dice), *_killed(service, filling.end, dice))]
        return Unfolding(diagnosed("memory_leak", "memory", service, spell), leak.on, leak.strain, tuple(logs))


@dataclass(frozen=True, slots=True)
class _Leak:
    service: str
    fillings: tuple[Window, Window]

    def filled(self, at: datetime) -> float:
        """How much of the free memory the leak has taken, 0 to 1."""
        return next((progress(filling, at) for filling in self.fillings if filling.contains(at)), 0.0)

    def is_starting(self, at: datetime) -> bool:
        """Whether the killed service is not back yet."""
        return timedelta() <= at - self.fillings[1].start < _outage(self.fillings)

    def on(self, call: Call, dice: Dice) -> Effect:
        if call.service != self.service:
            return NO_EFFECT
        if self.is_starting(call.at) and dice.happens(1.0 if BY_NAME[self.service].hosts == 1 else 0.6):
            return Effect(unreachable=_refused(call.endpoint))
        full = self.filled(call.at)
        fails = full > FAILS_FROM and dice.happens(0.3)
        pause = dice.around(500, 0.5) if dice.happens(max(0.0, full - 0.3) * 0.6) else 0.0
        return Effect(1 + full**2, pause, refusal=NO_MEMORY if fails else None)

    def strain(self, service: str, at: datetime) -> Strain:
        if service != self.service:
            return NO_STRAIN
        leaky, full = BY_NAME[service], self.filled(at)
        return Strain(memory=full * (leaky.limit * 0.98 - leaky.memory * 1.06), cpu=26 * max(0.0, full - 0.4))


def _outage(fillings: tuple[Window, Window]) -> timedelta:
    whole = fillings[1].end - fillings[0].start
    return max(timedelta(seconds=25), whole * 0.03)


def _refused(key: str) -> Failure:
    called = ENDPOINTS[key]
    return Failure(503, "CONNECTION_REFUSED", f"call to {called.service} {called.route} failed: connection refused")


def _pauses(service: str, filling: Window, dice: Dice) -> list[Record]:
    found = []
    for at in instants(part(filling, PAUSES_FROM, 1), timedelta(minutes=3), dice):
        full = progress(filling, at)
        took, heap = dice.around(250 + 500 * full, 0.3), min(99, 60 + 38 * full)
        found.append(line(at, service, "WARN", f"garbage collection paused the process for {took:.0f} ms, heap still {heap:.0f} % full"))
    return found


def _killed(service: str, at: datetime, dice: Dice) -> tuple[Record, ...]:
    leaky, process, took = BY_NAME[service], dice.whole(1200, 31_000), dice.around(6_800, 0.2)
    kib = round(leaky.limit * 1024 * 0.985)
    last = at - timedelta(seconds=1)
    return (
        line(last, service, "FATAL", f"Out of memory: Killed process {process} ({service}) anon-rss:{kib}kB", error_code="OOM_KILLED"),
        line(last + timedelta(milliseconds=650), service, "WARN", f"container of {service} exited with code 137, starting it again"),
        line(last + timedelta(milliseconds=900), service, "INFO", f"{service} {leaky.version} is starting, ready in about {took:.0f} ms"),
    )
