"""The shipped prices are read, and the settings go before them."""

import pytest
from pydantic import ValidationError

from domain.prices import Price
from service.prices import price_table
from service.settings import Settings


def test_shipped_prices_are_of_exact_names() -> None:
    table = price_table({})
    assert table.price("gpt-4o-mini") == Price(0.15, 0.6)
    assert table.price("gpt-4o-mini-2024-07-18") == Price(0.15, 0.6)
    assert table.price("gpt-4o-audio-preview") is None
    assert table.price("qwen2.5-1.5b-instruct-q4_k_m.gguf") is None


def test_a_setting_goes_before_a_shipped_price() -> None:
    table = price_table({"gpt-4o": (1, 2), "qwen*": (0, 0)})
    assert table.price("gpt-4o") == Price(1, 2)
    assert table.price("qwen2.5") == Price(0, 0)
    assert table.price("gpt-4.1") == Price(2, 8)


def test_prices_and_money_are_settings() -> None:
    settings = Settings.model_validate({"model_prices": {"own-*": [0.5, 1.5]}, "max_usd": 0.25})
    assert price_table(settings.model_prices).price("own-7b") == Price(0.5, 1.5)
    assert settings.budget().usd == 0.25


@pytest.mark.parametrize("prices", [{"own": [-1, 1]}, {"own": [1]}, {"own": "dear"}, {"own": ["inf", 1]}, []])
def test_a_price_that_is_none_is_refused(prices: object) -> None:
    with pytest.raises(ValidationError, match="model_prices"):
        Settings.model_validate({"model_prices": prices})


def test_without_a_word_a_run_may_cost_a_dollar() -> None:
    assert Settings().budget().usd == 1.0
