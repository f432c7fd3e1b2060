"""The product as injection evals see it: alerts, incidents and questions under any judge, over tool answers read once."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from agents.fallback import FallbackJudge
from agents.house.judge import HouseJudge
from domain.calls import Refusal, Scope, ToolCall, ToolResult, ToolSpec
from domain.documents import document
from domain.ids import Tenant, evidence_uid
from domain.incidents import Draft, Incident, Issue, Ticket
from domain.ports import Embedder, Judge, PromptSource
from domain.tasks import Task
from domain.telemetry import LogRecord
from domain.window import to_nanos
from evals.injection.puppet import ListeningJudge
from evals.injection.stage import Kept, Watched
from graph.context import Tools
from graph.events import Event
from incidents.room import IncidentRoom, open_room
from incidents.room import Ports as RoomPorts
from pipeline.source import Source
from service import actions
from service.alerts import alerts_of
from service.inquiries import InvestigateRequest, investigate, of_incident
from service.local import checked
from service.parts import Parts
from service.requests import ChatRequest, IngestRequest
from service.settings import read_settings
from service.wiring import embedder_for, judge_maker, open_parts, understood

CHANGING = frozenset({"similar_incidents"})  # what a call finds changes when an incident is kept, not when rows are loaded


@dataclass(slots=True)
class RememberedTools:
    """Tools whose answers are kept until they are forgotten; each run gets them under its own id."""

    tools: Tools
    answers: dict[tuple[ToolCall, Any], ToolResult | Refusal] = field(default_factory=dict)

    def menu(self, desk: str = "") -> tuple[ToolSpec, ...]:
        """The menu of the tools behind."""
        return self.tools.menu(desk)

    async def call(self, call: ToolCall, scope: Scope) -> ToolResult | Refusal:
        """The answer, asked for once."""
        key = (call, (scope.window, scope.tenant))
        if key not in self.answers:
            self.answers[key] = await self.tools.call(call, scope)
        answer = self.answers[key]
        if isinstance(answer, Refusal):
            return answer
        mine = replace(answer.evidence, run_id=scope.run_id, uid=evidence_uid(scope.run_id, answer.evidence.id))
        return replace(answer, evidence=mine)

    def forget_incidents(self) -> None:
        """What was found among incidents is looked for again."""
        for key in [key for key in self.answers if key[0].tool in CHANGING]:
            del self.answers[key]


@dataclass(slots=True)
class RememberedEmbedder:
    """An embedder that reads each text once."""

    embedder: Embedder
    vectors: dict[str, list[float]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of the embedder behind."""
        return self.embedder.name

    @property
    def dimensions(self) -> int:
        """Its dimensions."""
        return self.embedder.dimensions

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector a text, in order."""
        fresh = [text for text in dict.fromkeys(texts) if text not in self.vectors]
        if fresh:
            self.vectors.update(zip(fresh, self.embedder.embed(fresh), strict=True))
        return [self.vectors[text] for text in texts]


class PartsStage:
    """A stage over wired parts."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._tools = RememberedTools(parts.toolbox)
        self._house = HouseJudge(parts.toolbox.menu(), parts.embedder)
        self._judge: Judge | None = None
        self._analyst = parts.analyst.under(lambda: self._judge or self._house, parts.prompts.limits()).using(self._tools)

    @property
    def prompts(self) -> PromptSource:
        """The prompts in force."""
        return self._parts.prompts

    def menu(self) -> tuple[ToolSpec, ...]:
        """All tools."""
        return self._parts.toolbox.menu()

    def understood(self, task: Task[Any], reply: str) -> Any:
        """As a chat server's reply is read."""
        return understood(task, reply)

    def served(self, base_url: str, model: str) -> Judge:
        """As `WATCHFLOOR_MODEL_BASE_URL` and `WATCHFLOOR_MODEL` would give it."""
        settings = self._parts.settings.model_copy(update={"model_base_url": base_url, "model": model})
        return judge_maker(settings, self._parts.prompts, self._house)()

    def listening(self, asked: list[str]) -> Judge:
        """The house, with what a model would have been sent."""
        return ListeningJudge(self._house, self._parts.prompts, asked)

    async def load(self, path: Path, options: Mapping[str, Any]) -> Mapping[str, Any]:
        """`watchfloor ingest` of one file."""
        self._tools.answers.clear()
        return await actions.ingest(self._parts, Source.of_path(path), checked(IngestRequest, options), lambda _: None)

    async def load_for(self, tenant: str, service: str, lines: tuple[str, ...], at: datetime) -> None:
        """Rows straight into the store: no way in takes a tenant from what is sent."""
        rows = [LogRecord(to_nanos(at) + number, service, text, severity_number=17) for number, text in enumerate(lines)]
        await self._parts.store.write_logs(rows, Tenant(tenant))

    async def ask(self, judge: Judge | None, request: Mapping[str, Any]) -> Watched:
        """`POST /api/chat`."""
        events: list[Event] = []
        found = await actions.ask(self._under(judge), checked(ChatRequest, request), events.append)
        return _watched(found.as_json(), events)

    async def investigate(self, judge: Judge | None, request: Mapping[str, Any]) -> Watched:
        """`POST /api/investigate`."""
        events: list[Event] = []
        found = await investigate(self._under(judge), checked(InvestigateRequest, request), events.append)
        return _watched(found.as_json(), events)

    async def alert(self, payload: Mapping[str, Any]) -> str:
        """`POST /api/alerts/…`, without an analysis starting by itself."""
        room = self._parts.incidents
        self._tools.forget_incidents()
        names = await room.intake.take(alerts_of(payload), await room.watcher.links(self._parts.clock.now()))
        return names[0]

    async def comment(self, incident: str, text: str) -> None:
        """`POST /api/incidents/{id}/comment`."""
        self._tools.forget_incidents()
        await self._parts.incidents.lifecycle.comment(incident, "somebody", text)

    async def analyse(self, judge: Judge | None, incident: str) -> Watched:
        """`POST /api/incidents/{id}/analyze`, with issue, ticket and drafts as a critical incident has them."""
        parts, events = self._under(judge), list[Event]()

        async def investigated(one: Incident) -> Mapping[str, Any]:
            return (await of_incident(parts, one, events.append)).as_json()

        room = self._room(investigated)
        found = await room.analyses.analyse(incident)
        await room.follow.of([incident])
        await room.analyses.stop()
        self._tools.forget_incidents()
        return _watched(found, events)

    async def kept(self, incident: str) -> Kept:
        """The stored documents of an incident."""
        records = self._parts.incidents.records
        one = await records.get(Incident, incident)
        issue = await records.find(Issue, one.issue_id) if one.issue_id else None
        notices = [*await records.all(Draft, incident_id=incident), *await records.all(Ticket, incident_id=incident)]
        return Kept(document(one), document(issue) if issue else {}, tuple(document(notice) for notice in notices))

    async def forget(self, incident: str) -> None:
        """Its documents and vectors."""
        kept, documents, index = await self.kept(incident), self._parts.documents, self._parts.index
        await documents.remove("incident", incident)
        self._tools.forget_incidents()
        await index.delete("incidents", [incident], self._parts.incidents.records.tenant)
        if kept.issue:
            await documents.remove("issue", kept.issue["issue_id"])
            await index.delete("issues", [kept.issue["issue_id"]], self._parts.incidents.records.tenant)
        for notice in kept.notices:
            if "ticket_id" in notice:
                await documents.remove("ticket", notice["ticket_id"])
            else:
                await documents.remove("draft", notice["alert_id"])

    def _under(self, judge: Judge | None) -> Parts:
        """The parts with an analyst that this judge decides for, the house behind a model; one at a time."""
        self._judge = judge if judge is None or judge.model == self._house.model else FallbackJudge(judge, self._house)
        return replace(self._parts, analyst=self._analyst)

    def _room(self, investigated: Any) -> IncidentRoom:
        parts = self._parts
        return open_room(RoomPorts(parts.store, parts.documents, parts.index, parts.embedder, parts.clock), investigated)


def _watched(found: Mapping[str, Any], events: list[Event]) -> Watched:
    return Watched(found, tuple((event.name, event.data) for event in events))


@asynccontextmanager
async def open_stage(folder: Path, embedder: Embedder | None = None) -> AsyncIterator[PartsStage]:
    """The product on a folder, with the settings in force; `embedder` in place of theirs, where tests bring a quick one."""
    settings = read_settings(folder)
    async with open_parts(settings, "eval", embedder=RememberedEmbedder(embedder or embedder_for(settings))) as parts:
        yield PartsStage(parts)
        await asyncio.sleep(0)
