"""The few typed tasks a judge decides; payload in, answer out. A model and the house answer the same tasks."""

from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from domain.calls import Filters, ToolSpec
from domain.claims import Claim
from domain.findings import DeskName
from domain.ids import RunId
from domain.window import Window

TaskName = Literal["route", "plan", "select", "word", "revise"]
AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of the thread, the headline it got, and the run that answered it."""

    question: str
    headline: str
    run_id: RunId = field(default=RunId(""), compare=False)


@dataclass(frozen=True, slots=True)
class DeskCard:
    """How a desk introduces itself to the router."""

    name: DeskName
    description: str
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RoutePayload:
    """Which desks should look at this question?"""

    question: str
    desks: tuple[DeskCard, ...]
    services: tuple[str, ...] = ()
    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class RouteAnswer:
    """The desks that will look, best first; empty when the question is not about operations data."""

    desks: tuple[DeskName, ...]


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """One tool a desk will call, with its filters."""

    tool: str
    filters: Filters = field(default_factory=Filters)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a run does at most, whichever judge decides; the prompts in force set them.

    `calls` a desk plans, `claims` published, `headline_claims` a headline is worded from, `further_calls` of a revision.
    """

    calls: int = 6
    claims: int = 16
    headline_claims: int = 16
    further_calls: int = 3


@dataclass(frozen=True, slots=True)
class PlanPayload:
    """Which tools of this desk answer the question? `suggested` is code's own ranking, best first."""

    question: str
    desk: DeskName
    window: Window
    menu: tuple[ToolSpec, ...]
    services: tuple[str, ...] = ()
    suggested: tuple[PlannedCall, ...] = ()
    turns: tuple[Turn, ...] = ()
    max_calls: int = 6


@dataclass(frozen=True, slots=True)
class PlanAnswer:
    """The calls to make, most telling first."""

    calls: tuple[PlannedCall, ...]


@dataclass(frozen=True, slots=True)
class SelectPayload:
    """Which of these machine-made claims answer the question? Candidates are in the order code ranks them."""

    question: str
    candidates: tuple[Claim, ...]
    limit: int = 12


@dataclass(frozen=True, slots=True)
class SelectAnswer:
    """Ids of the claims to publish, best first."""

    claims: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WordPayload:
    """Word the headline of an answer whose body is these claims."""

    question: str
    claims: tuple[Claim, ...]
    language: Literal["en", "ko"] = "en"


@dataclass(frozen=True, slots=True)
class WordAnswer:
    """The headline in one sentence; code keeps it only if every number, time and name in it is in the claims."""

    headline: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A claim that did not hold, why, and (where code knows it) what the evidence says instead."""

    claim: Claim
    verdict: str
    reason: str
    correction: Claim | None = None


@dataclass(frozen=True, slots=True)
class RevisePayload:
    """Some claims failed: which are kept corrected, which are dropped, and is anything else worth a look?"""

    question: str
    failures: tuple[Failure, ...]
    menu: tuple[ToolSpec, ...] = ()
    max_calls: int = 3


@dataclass(frozen=True, slots=True)
class ReviseAnswer:
    """Ids of claims to publish in their corrected form; all other failures are dropped. `calls` are further looks."""

    corrected: tuple[str, ...]
    calls: tuple[PlannedCall, ...] = ()


@dataclass(frozen=True, slots=True)
class Task(Generic[AnswerT]):
    """A question to a judge: its name, its payload and the type of the answer."""

    name: TaskName
    payload: Any
    answer: type[AnswerT]


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """Tokens one decision cost."""

    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Decision(Generic[AnswerT]):
    """A judge's answer, who gave it, and what it cost. `fallback` is set when the house stood in for a model."""

    answer: AnswerT
    model: str
    usage: TokenUsage = TokenUsage()
    fallback: bool = False
    prompt_version: str = ""
    prompt_sha256: str = ""
    note: str = ""
