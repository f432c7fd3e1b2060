"""Tool calls and what comes back: the vocabulary between judges, desks and tools."""

from dataclasses import dataclass
from typing import Any

from domain.claims import Claim
from domain.evidence import Evidence
from domain.findings import Finding
from domain.ids import DEFAULT_TENANT, RunId, Tenant
from domain.window import Window

EQUALITY = frozenset({"service", "route", "client", "user", "severity", "status"})  # filters that compare a whole value


class Tainted(str):
    """A value read from a cell that strangers wrote; as a filter it is an equality literal, and it names nothing else."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Filters:
    """Typed parameters shared by all tools; each tool says which it takes. Empty means "not filtered"."""

    service: str = ""
    route: str = ""
    client: str = ""
    user: str = ""
    severity: str = ""
    status: str = ""
    text: str = ""
    limit: int = 0

    def given(self) -> dict[str, Any]:
        """The parameters that were given."""
        return {name: value for name in self.__dataclass_fields__ if (value := getattr(self, name))}


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A request to one tool by name, with filters; `window` looks elsewhere than the run does."""

    tool: str
    filters: Filters = Filters()
    evidence_id: str = "E1"
    baseline: Window | None = None
    step: int = 0
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a call may look. Set by code, never by a model."""

    window: Window
    run_id: RunId = RunId("")
    tenant: Tenant = DEFAULT_TENANT


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """What a judge is told of a tool. `keywords` and `examples` let the house rank it for a question; `reads` names relations."""

    name: str
    question: str
    takes: tuple[str, ...]
    desks: tuple[str, ...]
    keywords: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    needs_baseline: bool = False
    available: bool = True
    unavailable_because: str = ""
    reads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ToolResult:
    """Evidence with the candidate claims and findings code derived from it, ready bound.

    Candidates are in order of weight; their ids are local (`E3.1`) until an answer numbers them.
    """

    evidence: Evidence
    candidates: tuple[Claim, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A tool's answer to a bad request: what is wrong and what would be right. Tools never raise at a model."""

    tool: str
    reason: str
    hint: str = ""
