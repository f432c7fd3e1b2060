"""What the shop does besides serving visitors: harmless deploys, flags and configuration changes, and jobs on a clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.window import Window
from simulator.dice import Dice
from simulator.records import Record, change, later, line
from simulator.releases import AUTHORS, next_version
from simulator.shop import BY_NAME

Job = Callable[[datetime, Dice], Record]


def ordinary_operations(window: Window, deployed: frozenset[str], dice: Dice) -> list[Record]:
    """Changes that break nothing, and the lines of jobs; services already `deployed` by a fault keep their versions otherwise."""
    return [*_changes(window, deployed, dice.stream("changes")), *_jobs(window, dice.stream("jobs"))]


@dataclass(frozen=True, slots=True)
class _Change:
    event: str
    service: str
    text: str


_HARMLESS: tuple[tuple[_Change, ...], ...] = (
    (
        _Change("deploy", "search", "synonyms for furniture"),
        _Change("deploy", "catalog", "alt texts of pictures"),
        _Change("deploy", "cart", "tidier log lines"),
        _Change("deploy", "payment", "receipts in Swedish"),
    ),
    (
        _Change("flag", "catalog", "flag new-product-page set to 10 % of visitors"),
        _Change("flag", "search", "flag fuzzy-matching set to 5 % of visitors"),
        _Change("flag", "checkout", "flag gift-notes set to 20 % of visitors"),
    ),
    (
        _Change("deploy", "accounts", "longer sessions"),
        _Change("deploy", "inventory", "clearer names of warehouses"),
        _Change("deploy", "checkout", "order numbers in e-mails"),
        _Change("deploy", "gateway", "a newer TLS library"),
    ),
    (
        _Change("config", "gateway", "idle timeout of upstream connections set to 45 s"),
        _Change("config", "cart", "log level of cart set to INFO"),
        _Change("config", "search", "refresh interval of the index set to 30 s"),
    ),
)
_WHEN: tuple[tuple[float, float], ...] = ((0.1, 0.2), (0.3, 0.4), (0.5, 0.6), (0.66, 0.72))


def _changes(window: Window, deployed: frozenset[str], dice: Dice) -> list[Record]:
    found = []
    for choices, (low, high), author in zip(_HARMLESS, _WHEN, AUTHORS, strict=True):
        at = (window.start + window.length * dice.between(low, high)).replace(microsecond=0)
        possible = [done for done in choices if done.event != "deploy" or done.service not in deployed]
        found.append(_made(at, dice.pick(possible), author, dice))
    return found


def _made(at: datetime, done: _Change, author: str, dice: Dice) -> Record:
    if done.event != "deploy":
        return change(at, done.event, done.service, done.text, author=author)
    old = BY_NAME[done.service].version
    new = next_version(old, dice)
    return change(at, "deploy", done.service, f"deployed {done.service} {new} (was {old}): {done.text}", author=author, version=new)


def _jobs(window: Window, dice: Dice) -> list[Record]:
    found: list[Record] = []
    for every, job in _CLOCK:
        at = window.start + every / 2
        while at < window.end:
            found.append(job(later(at, dice.whole(0, 5_000)), dice))
            at += every
    return found


def _stock_sync(at: datetime, dice: Dice) -> Record:
    took = round(dice.around(2_400, 0.3), 1)
    return line(at, "inventory", "INFO", f"stock sync finished: {dice.whole(900, 1400)} items in {took:.0f} ms", duration_ms=took)


def _checkpoint(at: datetime, dice: Dice) -> Record:
    return line(at, dice.pick(("orders-db", "catalog-db")), "INFO", f"checkpoint complete: wrote {dice.whole(40, 900)} buffers")


def _cache_trim(at: datetime, dice: Dice) -> Record:
    return line(at, "catalog", "DEBUG", f"cache trimmed to {dice.whole(4000, 5000)} entries")


def _certificate(at: datetime, dice: Dice) -> Record:
    return line(at, "gateway", "INFO", f"certificate of shop.example checked: {dice.whole(61, 62)} days left")


_CLOCK: tuple[tuple[timedelta, Job], ...] = (
    (timedelta(minutes=30), _stock_sync),
    (timedelta(minutes=15), _checkpoint),
    (timedelta(minutes=20), _cache_trim),
    (timedelta(hours=6), _certificate),
)
