"""What the nodes of one run share: ports, scope, and the ledger of what was gathered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from agents.analyst import AnalystAgent
from domain.analysis import Budget, Question
from domain.calls import Refusal, Scope, ToolCall, ToolResult, ToolSpec
from domain.evidence import Evidence
from domain.ids import ThreadId
from domain.ports import Documents, Judge, Tracer
from domain.tasks import Limits, PlannedCall, Turn
from domain.window import Window
from graph.events import Emit
from graph.following import Follow
from graph.meter import Meter

Suggest = Callable[[str, str], tuple[PlannedCall, ...]]


class Tools(Protocol):
    """The tools of a run; tools.toolbox.Toolbox over a store, or a fake."""

    def menu(self, desk: str = "") -> tuple[ToolSpec, ...]: ...
    async def call(self, call: ToolCall, scope: Scope) -> ToolResult | Refusal: ...


@dataclass(slots=True)
class Ledger:
    """What a run gathered: evidence by id, what it could not do, and which models and prompts spoke."""

    evidence: dict[str, Evidence] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    models: list[str] = field(default_factory=list)
    prompt_versions: dict[str, str] = field(default_factory=dict)
    fell_back: bool = False
    tool_calls: int = 0
    out_of_budget: bool = False

    def note(self, text: str) -> None:
        """Remember something the reader must know, once."""
        if text and text not in self.notes:
            self.notes.append(text)


@dataclass(frozen=True, slots=True)
class RunContext:
    """The typed runtime context of one graph run. `asked` is the question made whole with what it follows up on."""

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

    @property
    def is_inquiry(self) -> bool:
        """Whether nobody asked a question: an incident, an alert or a window is to be looked into by every desk."""
        return self.question.trigger in ("incident", "alert")

    @property
    def is_briefing(self) -> bool:
        """Whether the clock asked: the evidence of a whole period comes first, and everything in it is told."""
        return self.question.trigger == "schedule"

    @property
    def seconds_left(self) -> float:
        """Seconds until the run must have answered."""
        return self.budget.seconds - self.meter.elapsed_s
