"""What the shop does besides serving visitors: harmless deploys, flags and configuration changes, and jobs on a clock."""

from collections.abc import Callable
from datetime import datetime, timedelta

from domain.window import Window
from simulator.dice import Dice
from simulator.records import Record, change, later, stamp

Job = Callable[[datetime, Dice], Record]


def ordinary_operations(window: Window, dice: Dice) -> list[Record]:
    """Changes that break nothing, and the lines of jobs."""
    return [*_changes(window, dice.stream("changes")), *_jobs(window, dice.stream("jobs"))]


def _changes(window: Window, dice: Dice) -> list[Record]:
    def somewhere(low: float, high: float) -> datetime:
        return (window.start + window.length * dice.between(low, high)).replace(microsecond=0)

    return [
        change(
            somewhere(0.1, 0.2),
            "deploy",
            "search",
            "deployed search 3.10.0 (was 3.9.3): synonyms for furniture",
            author="noor",
            version="3.10.0",
        ),
        change(somewhere(0.3, 0.4), "flag", "catalog", "flag new-product-page set to 10 % of visitors", author="mina"),
        change(
            somewhere(0.5, 0.6),
            "deploy",
            "accounts",
            "deployed accounts 6.1.6 (was 6.1.5): longer sessions",
            author="bjorn",
            version="6.1.6",
        ),
        change(somewhere(0.66, 0.72), "config", "gateway", "idle timeout of upstream connections set to 45 s", author="chiara"),
    ]


def _jobs(window: Window, dice: Dice) -> list[Record]:
    found: list[Record] = []
    for every, job in _CLOCK:
        at = window.start + every / 2
        while at < window.end:
            found.append(job(later(at, dice.whole(0, 5_000)), dice))
            at += every
    return found


def _line(at: datetime, service: str, severity: str, body: str, duration_ms: float | None = None) -> Record:
    took = {} if duration_ms is None else {"duration_ms": duration_ms}
    return {"timestamp": stamp(at), "service": service, "severity": severity, "body": body, "host": f"{service}-1", **took}


def _stock_sync(at: datetime, dice: Dice) -> Record:
    took = round(dice.around(2_400, 0.3), 1)
    return _line(at, "inventory", "INFO", f"stock sync finished: {dice.whole(900, 1400)} items in {took:.0f} ms", took)


def _checkpoint(at: datetime, dice: Dice) -> Record:
    return _line(at, dice.pick(("orders-db", "catalog-db")), "INFO", f"checkpoint complete: wrote {dice.whole(40, 900)} buffers")


def _cache_trim(at: datetime, dice: Dice) -> Record:
    return _line(at, "catalog", "DEBUG", f"cache trimmed to {dice.whole(4000, 5000)} entries")


def _certificate(at: datetime, dice: Dice) -> Record:
    return _line(at, "gateway", "INFO", f"certificate of shop.example checked: {dice.whole(61, 62)} days left")


_CLOCK: tuple[tuple[timedelta, Job], ...] = (
    (timedelta(minutes=30), _stock_sync),
    (timedelta(minutes=15), _checkpoint),
    (timedelta(minutes=20), _cache_trim),
    (timedelta(hours=6), _certificate),
)
