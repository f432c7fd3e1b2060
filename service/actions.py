"""What can be done with a wired product; the HTTP routes and the local command line both call these."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

from agents.windows import baseline_of
from domain.analysis import Analysis, Budget, Question
from domain.calls import Filters, Refusal, Scope, ToolCall
from domain.errors import NothingFoundError, WrongUseError
from domain.ids import RunId, ThreadId
from domain.window import rfc3339
from graph.events import Emit, silent
from graph.orchestrator import DESKS
from graph.scoping import stored
from pipeline.loader import LoadOptions, Progress, Source
from service.parts import Parts
from service.requests import BudgetRequest, ChatRequest, IngestRequest, MetricRequest
from service.scope import extent_of, window, zone

Report = Callable[[Progress], None]


async def ask(parts: Parts, request: ChatRequest, emit: Emit = silent) -> Analysis:
    """Answer one question."""
    tz = zone(request.tz or parts.settings.timezone)
    asked = await window(parts, request.start, request.end, tz)
    thread = ThreadId(request.thread_id) if request.thread_id else None
    question = Question(
        request.question,
        asked,
        request.desk,
        thread,
        tz,
        request.lang or parts.settings.language_for(request.question),
        budget_of(parts, request.budget),
    )
    return await parts.analyst.analyse(question, emit)


def budget_of(parts: Parts, request: BudgetRequest | None) -> Budget:
    """The settings' budget with what a request says of it."""
    budget = parts.settings.budget()
    asked = request.model_dump(exclude_none=True) if request else {}
    return replace(budget, **asked)


async def ingest(parts: Parts, source: Source, request: IngestRequest, report: Report) -> Mapping[str, Any]:
    """Load one source through the pipeline."""
    return (await parts.loader.load(source, load_options(parts, request), report)).as_json()


def load_options(parts: Parts, request: IngestRequest) -> LoadOptions:
    """How the pipeline is to read a source. Raises WrongUseError for an unknown zone."""
    return LoadOptions(
        format=request.format,
        service=request.service,
        signal=request.signal,
        year=request.year or None,
        tz=zone(request.tz or parts.settings.timezone),
        again=request.again,
        keep_days=request.keep_days,
    )


async def run_metric(parts: Parts, name: str, request: MetricRequest) -> Mapping[str, Any]:
    """Run one metric template over a window; the evidence document."""
    extent = await extent_of(parts)
    whole = await window(parts, request.start, request.end, parts.settings.timezone) or stored(extent, parts.settings.timezone)
    current, before = baseline_of("", whole, extent.oldest)
    spec = next((tool for tool in parts.toolbox.menu() if tool.name == name), None)
    baseline = before if spec and spec.needs_baseline else None
    call = ToolCall(name, _filters(request.parameters), baseline=baseline)
    answer = await parts.toolbox.call(call, Scope(current if baseline else whole))
    if isinstance(answer, Refusal):
        raise WrongUseError(f"{answer.tool}: {answer.reason}. {answer.hint}")
    return answer.evidence.as_json()


def _filters(parameters: Mapping[str, str]) -> Filters:
    known = {field.name: field.type for field in fields(Filters)}
    unknown = sorted(set(parameters) - set(known))
    if unknown:
        raise WrongUseError(f"Unknown parameters {unknown}; known ones: {', '.join(known)}.")
    limit = parameters.get("limit", "0")
    if not (limit.isascii() and limit.isdigit()):
        raise WrongUseError(f"limit={limit!r} is not a whole number.")
    return Filters(**{name: value for name, value in parameters.items() if name != "limit"}, limit=int(limit))


async def overview(parts: Parts) -> Mapping[str, Any]:
    """What is stored and who judges; the page's status strip."""
    extent = await parts.store.extent()
    model = parts.settings.model or "house"
    if extent is None:
        return {"oldest": None, "newest": None, "rows": {}, "services": [], "model": model, "desks": list(DESKS)}
    times = {"oldest": rfc3339(extent.oldest), "newest": rfc3339(extent.newest)}
    return {**times, "rows": dict(extent.rows), "services": list(extent.services), "model": model, "desks": list(DESKS)}


async def analysis_document(parts: Parts, run_id: str) -> Mapping[str, Any]:
    """A stored run's analysis document."""
    record = await parts.state.run(RunId(run_id))
    if record is None:
        raise NothingFoundError(f"There is no run {run_id!r}.")
    return record.document or {"run_id": run_id, "status": record.status, "question": record.question}
