"""The price table in force: the shipped one, and over it what the settings say."""

from pathlib import Path

import yaml
from pydantic import TypeAdapter

from domain.prices import Price, PriceTable
from service.settings import PricesByName

SHIPPED = Path(__file__).with_suffix(".yaml")


def price_table(overriding: PricesByName) -> PriceTable:
    """The table, in which a setting's pattern goes before a shipped one that is no longer than it."""
    shipped = TypeAdapter(PricesByName).validate_python(yaml.safe_load(SHIPPED.read_text(encoding="utf-8")))
    rows = {**{name: two for name, two in shipped.items() if name not in overriding}, **overriding}
    return PriceTable(tuple((name, Price(*two)) for name, two in rows.items()))
