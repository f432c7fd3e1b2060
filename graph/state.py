"""The typed state of one run: ids, claims and findings, never evidence rows."""

import operator
from typing import Annotated, TypedDict

from agents.analyst import AnalysisResult
from domain.calls import ToolCall
from domain.claims import Claim, Grounding, Judged
from domain.findings import Finding


class DeskInput(TypedDict):
    """What one desk is sent."""

    desk: str
    calls: list[ToolCall]


class RunState(TypedDict, total=False):
    """The state the nodes of the orchestrator pass on."""

    desks: list[str]
    plan: dict[str, list[ToolCall]]
    results: Annotated[list[AnalysisResult], operator.add]
    claims: list[Claim]
    findings: list[Finding]
    judged: list[Judged]
    draft: Grounding
    removed: Annotated[list[Judged], operator.add]
    grounding: Grounding
    revisions: Annotated[int, operator.add]
    looked: Annotated[int, operator.add]
    gaps: Annotated[list[str], operator.add]
    headline: str
