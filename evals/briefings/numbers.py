"""Every number of a briefing beside what the raw files give for the cell it names."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evals.document import amount
from evals.truth.raw import Raw
from evals.truth.recount import Value, recounted

Document = Mapping[str, Any]
# Four digits are printed of what is no count; quantiles may be of a neighbouring rank.
PRINTED, QUANTILE = 5.1e-4, 0.02
NUMERIC = frozenset({"quantity", "comparison", "temporal"})


@dataclass(frozen=True, slots=True)
class Number:
    """One number (or time) of a briefing: where it stands, what it says, and what was counted; None where nothing was."""

    where: str
    said: Value
    counted: Value
    unit: str = "1"
    tolerance: float = 0.0

    @property
    def is_equal(self) -> bool:
        """Whether it is what was counted: counts exactly, others to the printed precision."""
        if isinstance(self.said, str) or isinstance(self.counted, str) or self.said is None or self.counted is None:
            return self.said == self.counted
        return abs(self.said - self.counted) <= self.tolerance * max(abs(self.said), abs(self.counted))


def numbers(briefing: Document, evidence: Sequence[Document], raw: Raw) -> list[Number]:
    """Key figures, health, issues and every claim with a number in it."""
    count = _Counter({str(item["id"]): item for item in evidence}, raw)
    return [*_metrics(briefing, count), *_health(briefing, count), *_issues(briefing, count), *_claims(briefing, count)]


@dataclass(frozen=True, slots=True)
class _Counter:
    evidence: Mapping[str, Document]
    raw: Raw

    def of(self, evidence: str, path: str, unit: str = "1") -> Value:
        """The count of a cell, in the unit it is told in."""
        found = recounted(self.evidence[evidence], path, self.raw)
        return 100 * found if unit == "%" and "share_of" in path and isinstance(found, float) else found


def _tolerance(unit: str) -> float:
    return {"1": 0.0, "ms": QUANTILE}.get(unit, PRINTED)


def _metrics(briefing: Document, count: _Counter) -> Iterator[Number]:
    for one in briefing["key_metrics"]:
        unit, tolerance = one["unit"], _tolerance(one["unit"])
        yield Number(f"key_metrics {one['name']}", one["value"], count.of(one["evidence"], one["path"], unit), unit, tolerance)
        if one["previous"] is not None:
            before = count.of(one["previous_evidence"], one["previous_path"], unit)
            yield Number(f"key_metrics {one['name']} before", one["previous"], before, unit, tolerance)


def _health(briefing: Document, count: _Counter) -> Iterator[Number]:
    for one in briefing["service_health"]:
        if not one["evidence"]:
            continue
        names = ("calls", "errors") if one["source"] == "traces" else ("events", "errors")
        requests, failures = (count.of(one["evidence"], f"{one['path']}.{name}") for name in names)
        yield Number(f"health of {one['service']}: requests", one["requests"], requests)
        yield Number(f"health of {one['service']}: failures", one["failures"], failures)
        share = failures / requests if isinstance(failures, int) and isinstance(requests, int) and requests else None
        yield Number(f"health of {one['service']}: error ratio", one["error_ratio"], share, tolerance=PRINTED)
        if one["source"] == "traces":
            yield Number(
                f"health of {one['service']}: p95", one["p95_ms"], count.of(one["evidence"], f"{one['path']}.p95_ms"), "ms", QUANTILE
            )


def _issues(briefing: Document, count: _Counter) -> Iterator[Number]:
    for issue in briefing["top_issues"]:
        if issue.get("failed_requests_evidence"):
            counted = count.of(issue["failed_requests_evidence"], issue["failed_requests_path"])
            yield Number(f"{issue['title']}: failed requests", issue["failed_requests"], counted)
        for one in issue["numbers"]:
            said = amount(one["value"], one["unit"])
            counted = count.of(one["evidence"], one["path"], one["unit"])
            yield Number(f"{issue['title']}: {one['name']}", said[1] if said else None, counted, one["unit"], _tolerance(one["unit"]))


def _claims(briefing: Document, count: _Counter) -> Iterator[Number]:
    for claim in briefing["claims"]:
        slots, binds = claim["slots"], claim["bind"]
        if claim["kind"] not in NUMERIC and not slots.get("quantifier"):
            continue
        unit = slots.get("unit", "1")
        said = slots.get("at") if claim["kind"] == "temporal" else slots.get("value")
        cells = [count.of(bind["evidence"], bind["path"], "%" if unit == "pp" else unit) for bind in binds]
        yield Number(
            f"claim {claim['id']}: {claim['text']}", said, _combined(cells), unit, _of_gap(unit) if len(cells) > 1 else _tolerance(unit)
        )


def _of_gap(unit: str) -> float:
    """A gap of two rounded numbers is less exact than either."""
    return 0.0 if unit == "1" else 2 * QUANTILE


def _combined(cells: Sequence[Value]) -> Value:
    """One cell as it is; of two, how far they are apart."""
    if len(cells) == 1:
        return cells[0]
    first, second = cells[:2]
    return abs(first - second) if isinstance(first, int | float) and isinstance(second, int | float) else None
