"""Credential stuffing: leaked passwords tried on many accounts, a few tries each, from many addresses that share one program."""

from dataclasses import dataclass
from datetime import timedelta

from domain.window import Window
from simulator.dice import Dice
from simulator.fault import NO_EFFECT, Call, Effect, Label, Unfolding
from simulator.shop import PAGES, Failure
from simulator.slot import ANYWHERE, Slot
from simulator.visitors import REGIONS, Arrival, Visitor, population

LOGIN = next(page for page in PAGES if page.endpoint == "gateway /login")
ENTRY = "accounts /sessions"
WRONG = Failure(401, "BAD_CREDENTIALS", "wrong password for account {user}")
PROGRAMS: tuple[str, ...] = (
    "python-requests/2.31.0",
    "okhttp/4.9.3",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/79.0.3945.88 Safari/537.36",
    "Go-http-client/2.0",
)
NETS: tuple[str, ...] = ("198.51.100", "203.0.113", "192.0.2")


@dataclass(frozen=True, slots=True)
class CredentialStuffing:
    """Some hundred tries; two in a hundred accounts open."""

    slot: Slot = ANYWHERE

    def unfold(self, window: Window, dice: Dice) -> Unfolding:
        """The tries, spread over addresses and time."""
        spell = self.slot.drawn(window, dice)
        program = dice.pick(PROGRAMS)
        bots = tuple(f"{net}.{host}" for net in NETS for host in dice.some(range(60, 250), dice.whole(9, 16)))
        accounts = _accounts(dice)
        opened = frozenset(dice.some([name for name in accounts if name.startswith("u-1")], dice.whole(2, 5)))
        tries = [Visitor(name, dice.pick(REGIONS).name, dice.pick(bots), program) for name in accounts for _ in range(dice.whole(1, 3))]
        lasting = tuple(tries[place] for place in dice.some(range(len(tries)), len(tries)))
        arrivals = tuple(_arrival(spell, number / len(lasting), who) for number, who in enumerate(lasting))
        finding = _finding(program, lasting, opened)
        label = Label("credential_stuffing", "credential_stuffing", "accounts", "/login", spell, expected_findings=(finding,))
        return Unfolding(label, _Hold(program, opened, frozenset(bots)).on, arrivals=arrivals)


@dataclass(frozen=True, slots=True)
class _Hold:
    program: str
    opened: frozenset[str]
    bots: frozenset[str]

    def on(self, call: Call, _dice: Dice) -> Effect:
        who = call.visitor
        if call.endpoint != ENTRY or who.browser != self.program or who.client not in self.bots:
            return NO_EFFECT
        return Effect(is_spared=True, failure=None if who.user in self.opened else WRONG)


def _accounts(dice: Dice) -> list[str]:
    known = [visitor.user for people in population(dice.seed).values() for visitor in people]
    return [*dice.some(known, dice.whole(90, 140)), *(f"u-{number}" for number in dice.some(range(20_000, 90_000), dice.whole(80, 120)))]


def _arrival(spell: Window, share: float, who: Visitor) -> Arrival:
    at = spell.start + spell.length * share
    return Arrival(at - timedelta(microseconds=at.microsecond % 1000), who, LOGIN)


def _finding(program: str, tries: tuple[Visitor, ...], opened: frozenset[str]) -> dict[str, object]:
    return {
        "kind": "credential_stuffing",
        "entity": {"type": "user_agent", "value": program},
        "count": len(tries),
        "failed": sum(who.user not in opened for who in tries),
        "accounts": len({who.user for who in tries}),
        "addresses": len({who.client for who in tries}),
        "succeeded": sorted(opened),
        "technique": "T1110.004",
    }
