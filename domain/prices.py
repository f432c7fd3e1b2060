"""What tokens of a model cost: a table by name pattern; a model that is not in it has no known price."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from domain.tasks import TokenUsage

MILLION = 1_000_000
HOUSE = "house"


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens in and out."""

    input_usd: float
    output_usd: float

    def cost_usd(self, usage: TokenUsage) -> float:
        """What a decision cost, in US dollars."""
        return (usage.input_tokens * self.input_usd + usage.output_tokens * self.output_usd) / MILLION


FREE = Price(0.0, 0.0)


@dataclass(frozen=True, slots=True)
class PriceTable:
    """Prices by pattern (`*` and `?`, letter case does not count); the longest pattern that fits a name holds."""

    rows: tuple[tuple[str, Price], ...] = ()

    def price(self, model: str) -> Price | None:
        """A model's price, None where it is not known; the house's own decisions cost nothing."""
        if model == HOUSE:
            return FREE
        fitting = [(len(pattern), number, price) for number, (pattern, price) in enumerate(self.rows) if _fits(model, pattern)]
        return max(fitting, key=lambda one: one[:2])[2] if fitting else None


UNPRICED = PriceTable()


def _fits(model: str, pattern: str) -> bool:
    return fnmatchcase(model.casefold(), pattern.casefold())
