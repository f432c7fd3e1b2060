"""What the nodes of one run share: ports, scope, and the ledger of what was gathered."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from agents.analyst import AnalystAgent
from domain.analysis import Budget, Question
from domain.calls import Refusal, Scope, ToolCall, ToolResult, ToolSpec
from domain.claims import Claim, Judged
from domain.evidence import Evidence
from domain.ids import ThreadId
from domain.ports import Documents, Judge, Tracer
from domain.prices import UNPRICED, PriceTable
from domain.tasks import Limits, PlannedCall, Seen, Turn
from domain.window import Window
from graph.events import Emit
from graph.following import Follow
from graph.meter import Meter
from grounding.knowledge import NOTHING, Knowledge
from grounding.verifier import verify

Suggest = Callable[[str, str], tuple[PlannedCall, ...]]
Verify = Callable[[Sequence[Claim], Mapping[str, Evidence], Knowledge], tuple[Judged, ...]]


class Tools(Protocol):
    """The tools of a run; tools.toolbox.Toolbox over a store, or a fake."""

    def menu(self, desk: str = "") -> tuple[ToolSpec, ...]: ...
    async def call(self, call: ToolCall, scope: Scope) -> ToolResult | Refusal: ...


@dataclass(frozen=True, slots=True)
class Called:
    """A tool call of a run with its answer; `after_s` is when it was answered, in seconds since the run began."""

    desk: str
    call: ToolCall
    answer: ToolResult | Refusal
    after_s: float


@dataclass(slots=True)
class Ledger:
    """What a run gathered: evidence by id, what it could not do, and which models and prompts spoke.

    `verifier_failed` says how the verifier failed, once it did; `opinions` what a model said of sentences rules cannot settle, once asked.
    """

    evidence: dict[str, Evidence] = field(default_factory=dict)
    calls: list[Called] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    models: list[str] = field(default_factory=list)
    prompt_versions: dict[str, str] = field(default_factory=dict)
    fell_back: bool = False
    tool_calls: int = 0
    out_of_budget: bool = False
    used_up: list[str] = field(default_factory=list)
    verifier_failed: str = ""
    opinions: dict[str, bool] | None = None

    def run_out(self, limit: str) -> None:
        """Remember that a limit was reached: the answer is a partial one."""
        self.out_of_budget = True
        if limit not in self.used_up:
            self.used_up.append(limit)

    def note(self, text: str) -> None:
        """Remember something the reader must know, once."""
        if text and text not in self.notes:
            self.notes.append(text)


@dataclass(frozen=True, slots=True)
class RunContext:
    """The typed runtime context of one graph run. `asked` is the question made whole with what it follows up on.

    `behind` is the time whose arrivals may not be stored yet: from the receipt of the oldest that waits to the run's beginning.
    """

    question: Question
    asked: str
    thread_id: ThreadId
    scope: Scope
    current: Window
    baseline: Window
    services: tuple[str, ...]
    unknown_services: tuple[str, ...]
    turns: tuple[Turn, ...]
    follow: Follow
    desks: Mapping[str, AnalystAgent]
    toolbox: Tools
    judge: Judge
    house: Judge
    tracer: Tracer
    meter: Meter
    ledger: Ledger
    emit: Emit
    budget: Budget
    suggest: Suggest
    limits: Limits = field(default_factory=Limits)
    documents: Documents | None = None
    knowledge: Knowledge = NOTHING
    verify: Verify = verify
    prices: PriceTable = UNPRICED
    behind: Window | None = None

    @property
    def is_inquiry(self) -> bool:
        """Whether nobody asked a question: an incident, an alert or a window is to be looked into by every desk."""
        return self.question.trigger in ("incident", "alert")

    @property
    def is_briefing(self) -> bool:
        """Whether the clock asked: the evidence of a whole period comes first, and everything in it is told."""
        return self.question.trigger == "schedule"

    @property
    def seen(self) -> Seen:
        """What a judge's claims rest on."""
        return Seen(self.ledger.evidence, self.services)

    @property
    def seconds_left(self) -> float:
        """Seconds until the run must have answered."""
        return self.budget.seconds - self.meter.elapsed_s
