"""The bugs that bad deploys bring: what each ships, where it throws, and its stack trace."""

from dataclasses import dataclass

from simulator.shop import Failure


@dataclass(frozen=True, slots=True)
class Crash:
    """A bug of one endpoint and the change that brings it."""

    endpoint: str
    shipped: str
    failure: Failure

    @property
    def service(self) -> str:
        """The service that crashes."""
        return self.endpoint.split()[0]


CRASHES: tuple[Crash, ...] = (
    Crash(
        "payment /charge",
        "rates from table v7",
        Failure(
            500,
            "RATE_MISSING",
            "charge of order {order} crashed: no exchange rate for {currency} in rate table v7",
            "Traceback (most recent call last):\n"
            '  File "/srv/payment/charge.py", line 118, in charge\n'
            "    rate = self.rates.lookup(order.currency)\n"
            '  File "/srv/payment/rates.py", line 47, in lookup\n'
            "    return table[currency].value\n"
            "KeyError: '{currency}'",
        ),
    ),
    Crash(
        "inventory /reserve",
        "reservations by warehouse",
        Failure(
            500,
            "WAREHOUSE_NULL",
            "reservation for order {order} crashed: warehouse is null",
            "java.lang.NullPointerException: warehouse is null\n"
            "\tat shop.inventory.Reservation.pick(Reservation.java:88)\n"
            "\tat shop.inventory.ReserveHandler.post(ReserveHandler.java:41)",
        ),
    ),
    Crash(
        "inventory /stock",
        "stock from the new view",
        Failure(
            500,
            "STOCK_PARSE",
            "stock of {sku} crashed: cannot read quantity 'n/a'",
            'java.lang.NumberFormatException: For input string: "n/a"\n'
            "\tat shop.inventory.StockRow.quantity(StockRow.java:27)\n"
            "\tat shop.inventory.StockHandler.get(StockHandler.java:33)",
        ),
    ),
    Crash(
        "catalog /product",
        "pictures in three sizes",
        Failure(
            500,
            "PICTURE_INDEX",
            "product page of {sku} crashed: picture 3 of 2",
            "panic: runtime error: index out of range [2] with length 2\n"
            "goroutine 4411 [running]:\n"
            "shop/catalog.(*Page).pictures(0xc000a1)\n\t/src/catalog/page.go:142",
        ),
    ),
    Crash(
        "search /query",
        "ranking model of this week",
        Failure(
            500,
            "RANKING_FEATURE",
            "query crashed in ranking: feature vector has 31 of 32 values",
            "Traceback (most recent call last):\n"
            '  File "/srv/search/rank.py", line 64, in score\n'
            "    return weights @ features(hit)\n"
            "ValueError: matmul: size 31 is different from 32",
        ),
    ),
    Crash(
        "cart /items",
        "bundles in the cart",
        Failure(
            500,
            "BUNDLE_UNDEFINED",
            "cart of {user} crashed: bundle of {sku} is undefined",
            "TypeError: Cannot read properties of undefined (reading 'bundle')\n"
            "    at addItem (/srv/cart/items.js:57:31)\n"
            "    at handle (/srv/cart/server.js:19:12)",
        ),
    ),
    Crash(
        "accounts /sessions",
        "sessions signed with the new key",
        Failure(
            500,
            "KEY_UNKNOWN",
            "session for {user} crashed: signing key k-2 is not known",
            "Traceback (most recent call last):\n"
            '  File "/srv/accounts/session.py", line 31, in sign\n'
            "    key = self.keys[header.kid]\n"
            "KeyError: 'k-2'",
        ),
    ),
    Crash(
        "accounts /orders",
        "order history with refunds",
        Failure(
            500,
            "REFUND_TYPE",
            "order history of {user} crashed: refund is a list",
            "Traceback (most recent call last):\n"
            '  File "/srv/accounts/history.py", line 77, in total\n'
            "    return order.total - order.refund\n"
            "TypeError: unsupported operand type(s) for -: 'Decimal' and 'list'",
        ),
    ),
    Crash(
        "checkout /orders",
        "vouchers at checkout",
        Failure(
            500,
            "VOUCHER_STATE",
            "order {order} crashed: voucher in unknown state PENDING",
            "java.lang.IllegalStateException: no enum constant shop.checkout.Voucher.PENDING\n"
            "\tat shop.checkout.Voucher.parse(Voucher.java:19)\n"
            "\tat shop.checkout.OrderHandler.place(OrderHandler.java:102)",
        ),
    ),
)
PAYMENT_CRASH = CRASHES[0]
