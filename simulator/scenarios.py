"""Scenarios by name: which faults a world has."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from simulator.dice import Dice
from simulator.fault import Fault
from simulator.faults.bad_deploy import BadDeploy
from simulator.faults.batch_job import BatchJob
from simulator.faults.cache_loss import CacheLoss
from simulator.faults.certificate_expiry import CertificateExpiry
from simulator.faults.cpu import CpuSaturation
from simulator.faults.crashes import CRASHES, PAYMENT_CRASH
from simulator.faults.credential_stuffing import CredentialStuffing
from simulator.faults.daily_peak import DailyPeak
from simulator.faults.disk_full import ORDERS_DISK, DiskFull
from simulator.faults.marketing_burst import MarketingBurst
from simulator.faults.memory_leak import MemoryLeak
from simulator.faults.n_plus_one import NPlusOne
from simulator.faults.path_scan import PathScan
from simulator.faults.pool_exhaustion import PoolExhaustion
from simulator.faults.slow_dependency import SlowDependency
from simulator.faults.ssh_guessing import SshGuessing
from simulator.faults.wrong_return import WrongReturn
from simulator.slot import Slot

Cast = Callable[[Dice], tuple[Fault, ...]]
_SAMPLE_DEPLOY = Slot(earliest=0.52, latest=0.98, shortest=0.4, longest=0.4, at_most=timedelta(minutes=120))
_SAMPLE_SCAN = Slot(earliest=0.2, latest=0.48, shortest=0.25, longest=0.25, at_most=timedelta(minutes=7))


@dataclass(frozen=True, slots=True)
class Scenario:
    """What a world is about, in one line; who is in it may depend on the seed."""

    says: str
    cast: Cast
    benign: bool = False


def _only(fault: Fault) -> Cast:
    return lambda _dice: (fault,)


def _day(dice: Dice) -> tuple[Fault, ...]:
    """A grave fault of hours and two or three slight ones, one after the other with quiet between."""
    places = dice.some(_PLACES, len(_PLACES))
    grave = dice.pick(_GRAVE)(Slot(*places[0], 0.12, 0.13), dice)
    slight = dice.some(_SLIGHT_AFTER_DEPLOY if isinstance(grave, BadDeploy) else _SLIGHT, dice.whole(2, 3))
    return (grave, *(make(Slot(*place, 0.05, 0.07)) for make, place in zip(slight, places[1:], strict=False)))


def _bad_deploy(slot: Slot, dice: Dice) -> Fault:
    return BadDeploy(slot, dice.pick([crash for crash in CRASHES if crash.endpoint in _BUSY_ENDPOINTS]), (0.75, 0.95))


def _certificate(slot: Slot, dice: Dice) -> Fault:
    return CertificateExpiry(slot, dice.pick(("catalog", "search", "checkout", "payment", "inventory", "accounts")))


def _orders_disk(slot: Slot, _dice: Dice) -> Fault:
    return DiskFull(slot, ORDERS_DISK)


_PLACES: tuple[tuple[float, float], ...] = ((0.35, 0.49), (0.52, 0.65), (0.69, 0.82), (0.85, 0.98))
_BUSY_ENDPOINTS: frozenset[str] = frozenset(
    {"payment /charge", "inventory /reserve", "catalog /product", "search /query", "checkout /orders"}
)
_GRAVE: tuple[Callable[[Slot, Dice], Fault], ...] = (_bad_deploy, _certificate, _orders_disk)
_SLIGHT_AFTER_DEPLOY: tuple[Callable[[Slot], Fault], ...] = (CpuSaturation, MemoryLeak, SlowDependency, CacheLoss)
_SLIGHT: tuple[Callable[[Slot], Fault], ...] = (*_SLIGHT_AFTER_DEPLOY, NPlusOne)

SCENARIOS: Mapping[str, Scenario] = {
    "cpu": Scenario("a service runs out of CPU", _only(CpuSaturation())),
    "memory_leak": Scenario("a service leaks memory until it is killed", _only(MemoryLeak())),
    "slow_dependency": Scenario("a database or the acquirer answers slowly", _only(SlowDependency())),
    "pool_exhaustion": Scenario("a service uses up its database connections", _only(PoolExhaustion())),
    "bad_deploy": Scenario("a new version throws", _only(BadDeploy())),
    "wrong_return": Scenario("a service answers wrongly with status 200", _only(WrongReturn())),
    "disk_full": Scenario("a disk fills up and writes fail", _only(DiskFull())),
    "certificate_expiry": Scenario("the certificate of a service expires", _only(CertificateExpiry())),
    "cache_loss": Scenario("the cache loses its entries and the databases are stampeded", _only(CacheLoss())),
    "n_plus_one": Scenario("since a deploy an endpoint queries once an item", _only(NPlusOne())),
    "credential_stuffing": Scenario("leaked passwords are tried on many accounts", _only(CredentialStuffing())),
    "path_scan": Scenario("a scanner probes the gateway for paths", _only(PathScan())),
    "daily_peak": Scenario("the evening peak", _only(DailyPeak()), benign=True),
    "marketing_burst": Scenario("a campaign sends visitors to product pages", _only(MarketingBurst()), benign=True),
    "batch_job": Scenario("a nightly job", _only(BatchJob()), benign=True),
    "day": Scenario("three or four faults in one day, one clearly the worst", _day),
    "sample": Scenario(
        "a bad deploy of payment, a path scan and password guessing",
        lambda _dice: (
            BadDeploy(_SAMPLE_DEPLOY, PAYMENT_CRASH, (0.55, 0.65), (3.2, 3.6)),
            PathScan(_SAMPLE_SCAN, "203.0.113.66"),
            SshGuessing(),
        ),
    ),
    "quiet": Scenario("nothing", lambda _dice: ()),
}
