"""The few typed tasks a judge decides; payload in, answer out. A model and the house answer the same tasks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from domain.calls import Filters, ToolSpec
from domain.claims import Claim
from domain.evidence import Evidence
from domain.findings import DeskName
from domain.ids import RunId
from domain.window import Window

TaskName = Literal["route", "plan", "select", "word", "revise", "entail"]
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

    `calls` a desk plans, `claims` published, `headline_claims` a headline is worded from, `further_calls` of a revision. `weighed` claims
    are asked about in the one entailment question of an answer, which may take `weighing_s`; 0 asks none, and settings decide it.
    """

    calls: int = 6
    claims: int = 16
    headline_claims: int = 16
    further_calls: int = 3
    weighed: int = 0
    weighing_s: float = 20.0


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
class Seen:
    """What claims of a task rest on: evidence by id (whose columns say what is from outside), and the services that exist."""

    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SelectPayload:
    """Which of these machine-made claims answer the question? Candidates are in the order code ranks them."""

    question: str
    candidates: tuple[Claim, ...]
    limit: int = 12
    seen: Seen = field(default_factory=Seen, compare=False)


@dataclass(frozen=True, slots=True)
class SelectAnswer:
    """Ids of the claims to publish, best first.

    `own` are claims a model wrote itself, which the verifier decides on, `unread` how many more it wrote; `unknown` are ids it made up.
    """

    claims: tuple[str, ...]
    own: tuple[Claim, ...] = ()
    unknown: tuple[str, ...] = ()
    unread: int = 0


@dataclass(frozen=True, slots=True)
class WordPayload:
    """Word the headline of an answer whose body is these claims."""

    question: str
    claims: tuple[Claim, ...]
    language: Literal["en", "ko"] = "en"
    seen: Seen = field(default_factory=Seen, compare=False)


@dataclass(frozen=True, slots=True)
class WordAnswer:
    """The headline in one sentence; code keeps it only if every number, time and name in it is in the claims."""

    headline: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A claim that did not hold and that code could not correct; `difference` is what was said against what the evidence says."""

    claim: Claim
    verdict: str
    reason: str
    difference: str = ""


@dataclass(frozen=True, slots=True)
class RevisePayload:
    """Some claims failed and will be left out: is anything else worth a look, or worth saying in their place?"""

    question: str
    failures: tuple[Failure, ...]
    menu: tuple[ToolSpec, ...] = ()
    max_calls: int = 3
    seen: Seen = field(default_factory=Seen, compare=False)


@dataclass(frozen=True, slots=True)
class ReviseAnswer:
    """Further looks, and claims a model wrote in place of those that failed; both are taken only where grounding rises."""

    calls: tuple[PlannedCall, ...] = ()
    own: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True)
class Premise:
    """A cell as an entailment question shows it: what row it is of, its column, value and unit."""

    subject: str
    column: str
    value: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A sentence whose tokens are all covered but whose sense no rule recomputes, with the cells it is bound to and nothing else."""

    id: str
    text: str
    premises: tuple[Premise, ...]


@dataclass(frozen=True, slots=True)
class EntailPayload:
    """Which of these sentences do their cells entail?"""

    doubts: tuple[Doubt, ...]
    seen: Seen = field(default_factory=Seen, compare=False)
    question: str = ""


@dataclass(frozen=True, slots=True)
class EntailAnswer:
    """Ids of the sentences that follow from their cells, and of those that do not; the house has no opinion on any."""

    entailed: tuple[str, ...] = ()
    not_entailed: tuple[str, ...] = ()


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
