"""What may go wrong next: gauges close to their limit at the end of the period or at their peak."""

from collections.abc import Iterator
from dataclasses import dataclass

from agents.briefing.dossier import Dossier, indexed
from domain.claims import Claim
from domain.evidence import Row
from tools.candidates import claims, row_quantity

TEMPLATE = "metric_summary"
PERCENT = "%"


@dataclass(frozen=True, slots=True)
class Limit:
    """Gauges (percent) whose name holds `part` warn from `from_` on, looked at in `column`; `is_fault` where that is a fault by itself."""

    part: str
    column: str
    from_: float
    is_fault: bool


# What fills up stays full; what is busy may be less busy in a minute.
LIMITS: tuple[Limit, ...] = (
    Limit("disk", "last_value", 85.0, is_fault=True),
    Limit("disk", "highest", 95.0, is_fault=True),
    Limit("memory.utilization", "last_value", 90.0, is_fault=True),
    Limit("cpu.utilization", "highest", 95.0, is_fault=False),
)


@dataclass(frozen=True, slots=True)
class Excess:
    """A gauge over one of the limits: the row of the evidence and the column that shows it."""

    row: int
    service: str
    limit: Limit


def warned(dossier: Dossier) -> tuple[Excess, ...]:
    """The gauges over a limit, each once."""
    found = {(row["service"], row["series"]): Excess(index, row["service"], limit) for index, row, limit in _over(dossier)}
    return tuple(found.values())


def warning_claims(dossier: Dossier) -> tuple[Claim, ...]:
    """A claim for each of them."""
    evidence = dossier.of(TEMPLATE)
    if evidence is None:
        return ()
    columns = [(one.row, evidence.column(one.limit.column)) for one in warned(dossier)]
    made = claims([row_quantity(evidence, row, column) for row, column in columns if column], evidence)
    return tuple(
        Claim(f"{evidence.id}.warn.{claim.id}", claim.kind, claim.slots, claim.bind, claim.text, agent="briefer") for claim in made
    )


def _over(dossier: Dossier) -> Iterator[tuple[int, Row, Limit]]:
    for index, row in indexed(dossier.of(TEMPLATE)):
        for limit in LIMITS:
            value = row.get(limit.column)
            if limit.part in row["series"] and row["value_unit"] == PERCENT and value is not None and value >= limit.from_:
                yield index, row, limit
                break
