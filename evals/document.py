"""An analysis document, flattened into statements that facts can be matched against."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from evals.runtime import Document

SHOWN_AS_FACT = frozenset({"supported", "consistent", "text-supported"})
EMPTY_DECISIONS = frozenset({"insufficient", "refused"})
PREFIXES = {
    "ms": ("time", 1.0), "s": ("time", 1e3), "min": ("time", 6e4), "h": ("time", 3.6e6),
    "B": ("bytes", 1.0), "KB": ("bytes", 1e3), "MB": ("bytes", 1e6), "GB": ("bytes", 1e9),
    "KiB": ("bytes", 2.0**10), "MiB": ("bytes", 2.0**20), "GiB": ("bytes", 2.0**30),
    "%": ("share", 1.0), "pp": ("points", 1.0), "1/s": ("rate", 60.0), "1/min": ("rate", 1.0), "1": ("count", 1.0),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Statement:
    """One published claim: who it is about, what of them, and what is said. Times are read where they can be.

    `filters`: the values its evidence was filtered by; a number counted under a filter is not the number of everything.
    """

    id: str
    kind: str
    verdict: str
    subject: tuple[str, ...]
    filters: tuple[str, ...]
    metric: frozenset[str]
    measure: frozenset[str]
    value: Any
    unit: str
    agg: str
    quantifier: str
    attribute: frozenset[str]
    by: frozenset[str]
    at: datetime | None
    window: Mapping[str, Any] | None
    what: str

    @property
    def is_fact(self) -> bool:
        """Whether it is shown as something that holds."""
        return self.verdict in SHOWN_AS_FACT

    @property
    def times(self) -> tuple[datetime, ...]:
        """The instants it tells: when it was, or the times among its subject's names."""
        keys = (instant(name) for name in self.subject)
        return tuple(at for at in (self.at, *keys) if at is not None)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name it carries."""
        said = self.value if isinstance(self.value, list) else [self.value]
        return (*self.subject, *(str(part) for part in said if isinstance(part, str)), *((self.what,) if self.what else ()))


def statements(document: Document) -> list[Statement]:
    """The published claims of a document."""
    labels, filters = _labels(document), _filters(document)
    return [_statement(claim, labels, filters) for claim in document.get("claims", ())]


def facts_of(document: Document) -> list[Statement]:
    """The published claims that are shown as holding."""
    return [statement for statement in statements(document) if statement.is_fact]


def is_abstaining(document: Document) -> bool:
    """Whether an answer says that it has nothing to say: no finding, and no claim but an absence that is not an all-clear."""
    if document.get("final_decision") in EMPTY_DECISIONS or document.get("status") == "no_data":
        return True
    shown = facts_of(document)
    return not document.get("findings") and all(
        statement.kind == "absence" and not words(statement.what) & {"error", "errors", "failure", "failures"} for statement in shown
    )


def words(text: object) -> frozenset[str]:
    """The lower-case words of a name such as `failed_password_attempts`."""
    return frozenset(re.findall(r"[a-z]+\d*|\d+[a-z]*", re.sub(r"([a-z])([A-Z])", r"\1 \2", str(text)).lower()))


def amount(value: object, unit: str) -> tuple[str, float] | None:
    """A number in the base unit of its dimension; None for what is no number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    dimension, factor = PREFIXES.get(unit or "1", (unit, 1.0))
    return dimension, value * factor


def instant(value: object) -> datetime | None:
    """An RFC 3339 text as an aware UTC time; None for anything else."""
    if not isinstance(value, str) or not re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:", value):
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def _statement(claim: Mapping[str, Any], labels: Mapping[tuple[str, str], str], filters: Mapping[str, tuple[str, ...]]) -> Statement:
    slots = claim.get("slots", {})
    bound = [labels.get((bind["evidence"], _column(bind["path"])), "") for bind in claim.get("bind", ())]
    what = str(slots.get("what") or slots.get("text") or "")
    return Statement(
        id=claim["id"],
        kind=claim["kind"],
        verdict=claim.get("verdict", "unverified"),
        subject=tuple(_names([slots.get("subject"), slots.get("event"), slots.get("first"), slots.get("then")])),
        filters=tuple(dict.fromkeys(name for bind in claim.get("bind", ()) for name in filters.get(bind["evidence"], ()))),
        metric=words(slots.get("metric", "")),
        measure=words(slots.get("metric", "")) | words(" ".join(bound)),
        value=slots.get("value"),
        unit=slots.get("unit", "1"),
        agg=slots.get("agg", ""),
        quantifier=slots.get("quantifier", ""),
        attribute=words(slots.get("attribute", "")),
        by=words(slots.get("by", "")),
        at=instant(slots.get("at")) or instant(slots.get("value")),
        window=slots.get("window"),
        what=what,
    )


def _names(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for part in value.values():
            yield from _names(part)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for part in value:
            yield from _names(part)
    elif value not in (None, "", "all"):
        yield str(value)


def _labels(document: Document) -> dict[tuple[str, str], str]:
    """What a column is called in prose, by evidence and column."""
    return {
        (evidence["id"], column["name"]): column.get("label", "")
        for evidence in document.get("evidence", ())
        for column in evidence.get("columns", ())
    }


def _filters(document: Document) -> dict[str, tuple[str, ...]]:
    """The values an evidence was filtered by, by evidence; a limit is no filter."""
    return {
        evidence["id"]: tuple(
            str(value) for name, value in evidence.get("params", {}).items() if name != "limit" and value not in ("", None)
        )
        for evidence in document.get("evidence", ())
    }


def _column(path: str) -> str:
    return path.rsplit("].", 1)[-1].removeprefix("aggregates.")
