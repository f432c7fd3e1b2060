"""One briefing over one world: its numbers against the raw files, its issues and its quiet against truth.json."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evals.briefings.numbers import Number
from evals.truth.raw import moment

Document = Mapping[str, Any]
BENIGN: frozenset[str] = frozenset({"quiet", "daily_peak", "marketing_burst", "batch_job"})


@dataclass(frozen=True, slots=True)
class Trial:
    """How the briefing of one world did."""

    scenario: str
    seed: int
    numbers: tuple[Number, ...]
    worst: Document | None
    briefing: Document
    seconds: float

    @property
    def recounted(self) -> list[Number]:
        """The numbers that were counted again."""
        return [one for one in self.numbers if one.counted is not None]

    @property
    def wrong(self) -> list[Number]:
        """Those that are not what was counted."""
        return [one for one in self.recounted if not one.is_equal]

    @property
    def names_worst(self) -> bool:
        """Whether the fault with most failed requests is a top issue, by its service, while it lasted."""
        return any(self._is_worst(issue) for issue in self.briefing["top_issues"])

    @property
    def lists_worst_first(self) -> bool:
        """Whether it is the first of them."""
        return any(self._is_worst(issue) for issue in self.briefing["top_issues"][:1])

    @property
    def quiet_is_right(self) -> bool:
        """Whether a day without a fault is called quiet, and a day with one is not."""
        said = bool(self.briefing["is_quiet"]) and str(self.briefing["summary"]).startswith("Quiet:")
        return said == (self.scenario in BENIGN)

    def _is_worst(self, issue: Document) -> bool:
        if self.worst is None or issue["service"] != self.worst["service"] or not issue["start"]:
            return False
        ends = moment(issue["end"] or self.briefing["period"]["end"])
        return moment(issue["start"]) < moment(self.worst["end"]) and moment(self.worst["start"]) < ends

    def as_json(self) -> dict[str, Any]:
        """The trial as reports carry it."""
        return {
            "scenario": self.scenario,
            "seed": self.seed,
            "numbers": len(self.numbers),
            "recounted": len(self.recounted),
            "wrong": [f"{one.where}: said {one.said}, counted {one.counted}" for one in self.wrong],
            "worst": f"{self.worst['kind']} of {self.worst['service']}" if self.worst else None,
            "names_worst": self.names_worst if self.worst else None,
            "worst_first": self.lists_worst_first if self.worst else None,
            "is_quiet": self.briefing["is_quiet"],
            "quiet_is_right": self.quiet_is_right,
            "issues": [issue["title"] for issue in self.briefing["top_issues"]],
            "seconds": round(self.seconds, 2),
        }


def worst_fault(faults: Sequence[Document]) -> Document | None:
    """The fault with most failed requests; None where no request failed of one."""
    grave = [one for one in faults if not one["benign"] and one.get("impact", {}).get("failed_requests", 0)]
    return max(grave, key=lambda one: int(one["impact"]["failed_requests"]), default=None)
