"""One trial: a world with one fault (or none), what the product named, and what rules of thumb would have named."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evals.faults.rivals import RIVALS
from evals.runtime import Document
from simulator.world import World

FAULTS: tuple[str, ...] = (
    "cpu", "memory_leak", "slow_dependency", "pool_exhaustion", "bad_deploy", "wrong_return", "disk_full", "certificate_expiry",
    "cache_loss", "n_plus_one", "credential_stuffing", "path_scan",
)  # fmt: skip
BENIGN: tuple[str, ...] = ("daily_peak", "marketing_burst", "batch_job", "quiet")
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Trial:
    """What was broken (`truth` is empty where nothing was) and whom the product named, best first."""

    kind: str
    seed: int
    truth: tuple[str, ...]
    named: tuple[str, ...]
    reason: str
    severity: str
    verified: bool
    rivals: Mapping[str, str]
    seconds: float

    @property
    def is_right(self) -> bool:
        """Whether the service to blame stands first; where nothing is wrong: whether nobody is named."""
        return self.named[:1] == self.truth[:1] if not self.truth else bool(self.named) and self.named[0] in self.truth

    @property
    def is_among(self) -> bool:
        """Whether a service to blame is among the first three."""
        return bool(set(self.named[:SHOWN]) & set(self.truth))

    def as_json(self) -> dict[str, Any]:
        """The trial as the report carries it."""
        names = ("kind", "seed", "reason", "severity", "verified", "is_right")
        return {
            **{name: getattr(self, name) for name in names},
            "truth": list(self.truth),
            "named": list(self.named),
            "rivals": dict(self.rivals),
        }


def judged(world: World, document: Document, seconds: float) -> Trial:
    """The trial of one investigation. What is labelled benign is nobody's fault."""
    causes = document.get("root_causes", [])
    first: Mapping[str, Any] = causes[0] if causes else {}
    return Trial(
        world.scenario,
        world.seed,
        truth=tuple(label["service"] for label in world.truth()["faults"] if not label["benign"]),
        named=tuple(str(cause["service"]) for cause in causes),
        reason=str(first.get("reason", "")),
        severity=str(document.get("severity", "")),
        verified=bool(first.get("path_verified")),
        rivals={name: rival(world) for name, rival in RIVALS.items()},
        seconds=seconds,
    )
