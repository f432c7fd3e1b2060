"""Versions: what a deploy brings, and what takes it back."""

from domain.window import Window
from simulator.dice import Dice
from simulator.records import Record, change
from simulator.shop import BY_NAME

AUTHORS: tuple[str, ...] = ("mina", "noor", "bjorn", "chiara")
ON_CALL = "alice"


def next_version(version: str, dice: Dice) -> str:
    """The version that is deployed after this one: a patch, or a minor release."""
    major, minor, patch = (int(number) for number in version.split("."))
    return f"{major}.{minor}.{patch + 1}" if dice.happens(0.5) else f"{major}.{minor + 1}.0"


def release(service: str, why: str, spell: Window, dice: Dice) -> tuple[Record, Record]:
    """A deploy at the beginning of a window, and its roll-back at the end."""
    old = BY_NAME[service].version
    new = next_version(old, dice)
    shipped, rolled_back = f"deployed {service} {new} (was {old}): {why}", f"rolled {service} back to {old} (was {new})"
    return (
        change(spell.start, "deploy", service, shipped, author=dice.pick(AUTHORS), version=new),
        change(spell.end, "deploy", service, rolled_back, author=ON_CALL, version=old),
    )
