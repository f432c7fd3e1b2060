"""Wrong return values: a service answers as if all were well, and its callers find the answers impossible."""

from dataclasses import dataclass

from domain.window import Window
from simulator.dice import Dice
from simulator.fault import NO_EFFECT, Call, Effect, Unfolding, diagnosed
from simulator.releases import release
from simulator.shop import ENDPOINTS, Failure, callers_of
from simulator.slot import ANYWHERE, Slot


@dataclass(frozen=True, slots=True)
class Mistake:
    """An endpoint's wrong answer as its own log tells it, what a caller says of it, and the change that may have brought it."""

    endpoint: str
    remark: str
    protest: Failure
    change: str


MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        "inventory /stock",
        "stock of {sku} is -{left} after reservations of another warehouse",
        Failure(409, "STOCK_NEGATIVE", "inventory returned stock -{left} for {sku}, item refused"),
        "stock counted across warehouses",
    ),
    Mistake(
        "inventory /reserve",
        "reserved 0 of {sku} for order {order}: rounding down to full boxes",
        Failure(500, "RESERVATION_MISMATCH", "inventory returned 0 reserved instead of {wanted} of {sku}, order {order} stopped"),
        "reservations in full boxes",
    ),
    Mistake(
        "payment /charge",
        "charged 0.00 {currency} for order {order}, conversion rate 0",
        Failure(500, "AMOUNT_MISMATCH", "payment returned amount 0.00 instead of {amount} {currency} for order {order}"),
        "conversion rates from the new provider",
    ),
    Mistake(
        "catalog /product",
        "product {sku} shown without a price: price list empty",
        Failure(500, "PRICE_MISSING", "catalog returned price null for {sku}, page not rendered"),
        "prices by region",
    ),
    Mistake(
        "search /query",
        "query answered from an outdated segment of shard {shard}: total unknown",
        Failure(500, "RESULT_MALFORMED", "search returned total -1 from shard {shard}, result list not rendered"),
        "smaller segments",
    ),
    Mistake(
        "accounts /orders",
        "orders of {user} read without owner: tenant column ignored",
        Failure(500, "OWNER_MISMATCH", "accounts returned orders of another account to {user}, answer withheld"),
        "order history in one query",
    ),
    Mistake(
        "accounts /verify",
        "session accepted for {user} with an empty account",
        Failure(500, "ACCOUNT_EMPTY", "accounts returned an empty account for the session of {user}"),
        "a shorter session token",
    ),
    Mistake(
        "cart /items",
        "cart of {user} holds -{wanted} of {sku} now: quantities subtracted",
        Failure(500, "CART_INVALID", "cart returned quantity -{wanted} of {sku} for {user}"),
        "quantities as changes",
    ),
)


@dataclass(frozen=True, slots=True)
class WrongReturn:
    """One mistake for a share of an endpoint's answers; every other time a deploy brought it."""

    slot: Slot = ANYWHERE
    mistake: Mistake | None = None

    def unfold(self, window: Window, dice: Dice) -> Unfolding:
        """The wrong answers for a while."""
        spell = self.slot.drawn(window, dice)
        mistake = self.mistake or dice.pick(MISTAKES)
        endpoint = ENDPOINTS[mistake.endpoint]
        hold = _Hold(mistake, dice.between(0.55, 0.85), dice.between(0.6, 0.9))
        logs = release(endpoint.service, mistake.change, spell, dice) if dice.happens(0.5) else ()
        found = {"kind": "new_error", "services": sorted(callers_of(endpoint.service)), "error_code": mistake.protest.code}
        return Unfolding(diagnosed("wrong_return", endpoint.route, endpoint.service, spell, found), hold.on, logs=logs)


@dataclass(frozen=True, slots=True)
class _Hold:
    mistake: Mistake
    wrong: float
    noticed: float

    def on(self, call: Call, dice: Dice) -> Effect:
        if call.endpoint != self.mistake.endpoint or not dice.happens(self.wrong):
            return NO_EFFECT
        return Effect(remark=self.mistake.remark, protest=self.mistake.protest if dice.happens(self.noticed) else None)
