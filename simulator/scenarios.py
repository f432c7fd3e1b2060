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
from simulator.faults.crashes import PAYMENT_CRASH
from simulator.faults.credential_stuffing import CredentialStuffing
from simulator.faults.daily_peak import DailyPeak
from simulator.faults.disk_full import DiskFull
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
    """A grave fault of hours and two or three slight ones, one after the other with hours between."""
    slots = [Slot(0.36, 0.47, 0.07, 0.08), Slot(0.50, 0.64, 0.06, 0.08), Slot(0.69, 0.80, 0.05, 0.07), Slot(0.84, 0.95, 0.05, 0.07)]
    places = dice.some(slots, 4)
    grave = dice.pick(_GRAVE)(Slot(places[0].earliest, places[0].latest, 0.1, 0.11))
    slight = [make(place) for make, place in zip(dice.some(_SLIGHT, dice.whole(2, 3)), places[1:], strict=False)]
    return (grave, *slight)


def _always_failing(slot: Slot) -> Fault:
    return BadDeploy(slot, PAYMENT_CRASH, (0.75, 0.95))


_GRAVE: tuple[Callable[[Slot], Fault], ...] = (_always_failing, CertificateExpiry, DiskFull)
_SLIGHT: tuple[Callable[[Slot], Fault], ...] = (CpuSaturation, MemoryLeak, NPlusOne, SlowDependency, CacheLoss)

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
        lambda _dice: (BadDeploy(_SAMPLE_DEPLOY, PAYMENT_CRASH, (0.55, 0.65)), PathScan(_SAMPLE_SCAN, "203.0.113.66"), SshGuessing()),
    ),
    "quiet": Scenario("nothing", lambda _dice: ()),
}
