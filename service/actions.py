"""What can be done with a wired product; the HTTP routes and the local command line both call these."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from agents.windows import baseline_of, parse_time
from domain.analysis import Analysis, Budget, Question
from domain.calls import Filters, Refusal, Scope, ToolCall
from domain.errors import NothingFoundError, WrongUseError
from domain.ids import EvidenceUid, RunId, ThreadId
from domain.telemetry import Extent
from domain.window import Window, rfc3339
from graph.events import Emit, silent
from graph.orchestrator import DESKS
from graph.scoping import STALE_AFTER, stored
from pipeline.loader import LoadOptions, Progress, Source
from service.parts import Parts
from service.requests import FIRST_YEAR, LAST_YEAR, ChatRequest, IngestRequest, MetricRequest

Report = Callable[[Progress], None]


async def ask(parts: Parts, request: ChatRequest, emit: Emit = silent) -> Analysis:
    """Answer one question."""
    tz = _zone(request.tz or parts.settings.timezone)
    window = await _window(parts, request.start, request.end, tz)
    thread = ThreadId(request.thread_id) if request.thread_id else None
    question = Question(
        request.question, window, request.desk, thread, tz, request.lang or parts.settings.language, _budget(parts, request)
    )
    return await parts.analyst.analyse(question, emit)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise WrongUseError(f"Unknown time zone {name!r}; use a name such as Europe/Berlin or UTC.") from error
    return name


def _budget(parts: Parts, request: ChatRequest) -> Budget:
    settings = parts.settings
    budget = Budget(settings.max_tokens, settings.max_seconds, settings.max_tool_calls)
    asked = request.budget.model_dump(exclude_none=True) if request.budget else {}
    return replace(budget, **asked)


async def _window(parts: Parts, start: str, end: str, tz: str) -> Window | None:
    if not start and not end:
        return None
    extent = await _extent(parts)
    everything = stored(extent, tz)
    now = _reference(parts, extent)
    first = _instant(start, now) if start else everything.start
    last = _instant(end, now) if end else everything.end
    if last > first:
        return Window(first, last, tz)
    if start and end:
        raise WrongUseError(f"The window ends ({rfc3339(last)}) before it starts ({rfc3339(first)}); check --from and --to.")
    asked = f"from {rfc3339(first)} on" if start else f"before {rfc3339(last)}"
    raise NothingFoundError(f"Nothing is stored {asked}; the data go from {rfc3339(everything.start)} to {rfc3339(everything.end)}.")


def _instant(text: str, now: datetime) -> datetime:
    try:
        at = parse_time(text, now)
    except OverflowError as error:
        raise WrongUseError(f"{text!r} lies before the calendar begins; give a shorter time back.") from error
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise WrongUseError(f"{text!r} is outside the years that can be stored, {FIRST_YEAR} to {LAST_YEAR}.")
    return at


def _reference(parts: Parts, extent: Extent) -> datetime:
    now = parts.clock.now()
    return stored(extent, "UTC").end if now - extent.newest > STALE_AFTER else now


async def _extent(parts: Parts) -> Extent:
    extent = await parts.store.extent()
    if extent is None:
        raise NothingFoundError("Nothing is stored yet. Load something first: watchfloor ingest FILE")
    return extent


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
        tz=_zone(request.tz or parts.settings.timezone),
        again=request.again,
    )


async def run_metric(parts: Parts, name: str, request: MetricRequest) -> Mapping[str, Any]:
    """Run one metric template over a window; the evidence document."""
    extent = await _extent(parts)
    window = await _window(parts, request.start, request.end, parts.settings.timezone) or stored(extent, parts.settings.timezone)
    current, before = baseline_of("", window, extent.oldest)
    spec = next((tool for tool in parts.toolbox.menu() if tool.name == name), None)
    baseline = before if spec and spec.needs_baseline else None
    call = ToolCall(name, _filters(request.parameters), baseline=baseline)
    answer = await parts.toolbox.call(call, Scope(current if baseline else window))
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


async def evidence(parts: Parts, uid: str) -> Mapping[str, Any]:
    """A stored evidence snapshot."""
    found = await parts.state.evidence(EvidenceUid(uid))
    if found is None:
        raise NothingFoundError(f"There is no evidence {uid!r}.")
    return found


async def analysis_document(parts: Parts, run_id: str) -> Mapping[str, Any]:
    """A stored run's analysis document."""
    record = await parts.state.run(RunId(run_id))
    if record is None:
        raise NothingFoundError(f"There is no run {run_id!r}.")
    return record.document or {"run_id": run_id, "status": record.status, "question": record.question}
