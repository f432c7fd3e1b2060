"""What tokens cost, by the name of the model."""

import pytest

from domain.prices import FREE, Price, PriceTable
from domain.tasks import TokenUsage

TABLE = PriceTable((("big-*", Price(10, 20)), ("big-mini", Price(1, 2)), ("big-mini-20*", Price(1, 2)), ("Lab/*", Price(0, 0))))


@pytest.mark.parametrize(
    ("model", "input_usd"), [("big-1", 10), ("big-mini", 1), ("BIG-mini-2026", 1), ("big-mini-x", 10), ("lab/own", 0), ("house", 0)]
)
def test_the_longest_pattern_that_fits_holds(model: str, input_usd: float) -> None:
    price = TABLE.price(model)
    assert price is not None
    assert price.input_usd == input_usd


@pytest.mark.parametrize("model", ["small", "", "big", "a-big-1", "house-2"])
def test_what_no_pattern_fits_has_no_price(model: str) -> None:
    assert TABLE.price(model) is None


def test_of_equal_patterns_the_later_one_holds() -> None:
    assert PriceTable((("m*", Price(1, 1)), ("?1", Price(2, 2)))).price("m1") == Price(2, 2)


def test_tokens_are_paid_by_the_million() -> None:
    assert Price(10, 20).cost_usd(TokenUsage(500_000, 50_000)) == pytest.approx(6.0)
    assert FREE.cost_usd(TokenUsage(10**9, 10**9)) == 0
