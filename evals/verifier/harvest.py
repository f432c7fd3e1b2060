"""Sheets of real evidence: every metric template run over simulated worlds in the product's own store."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Protocol

from domain.calls import Filters, Refusal, Scope, ToolCall, ToolResult, ToolSpec
from domain.claims import Claim
from domain.evidence import Evidence
from domain.window import Window
from evals.case import RawFile
from evals.runtime import Runtime
from evals.verifier.sheet import Sheet
from evals.verifier.walks.walk import walk
from simulator.world import World, generate, write

START = datetime(2026, 3, 2, 6, tzinfo=UTC)
FILES: tuple[RawFile, ...] = (
    RawFile(name="app.ndjson"),
    RawFile(name="traces.ndjson", options={"signal": "traces"}),
    RawFile(name="metrics.ndjson", options={"signal": "metrics"}),
    RawFile(name="access.log", options={"service": "gateway"}),
    RawFile(name="auth.log", options={"service": "sshd", "year": START.year}),
)
KINDS: tuple[str, ...] = ("bad_deploy", "credential_stuffing")
MORE_KINDS: tuple[str, ...] = (*KINDS, "slow_dependency", "n_plus_one", "disk_full")
MINUTES = 60
_TOGETHER = 12  # records of one sheet
_ROWS = 60  # a record is cut no further than this, but larger ones are not walked


class MeasuringRuntime(Runtime, Protocol):
    """A runtime whose tools can be called one by one."""

    def tools(self) -> Sequence[ToolSpec]: ...
    async def measure(self, call: ToolCall, scope: Scope) -> ToolResult | Refusal: ...


MeasuringRuntimeFactory = Callable[[Path], AbstractAsyncContextManager[MeasuringRuntime]]


@dataclass(frozen=True, slots=True)
class Harvest:
    """Which worlds: one for each kind of fault, of seeds from this on."""

    seed: int = 1
    kinds: tuple[str, ...] = KINDS
    minutes: int = MINUTES


async def harvested(open_runtime: MeasuringRuntimeFactory, harvest: Harvest, say: Callable[[str], None]) -> list[Sheet]:
    """The sheets of every world, with claims of the tools beside those of the walks."""
    sheets: list[Sheet] = []
    for number, kind in enumerate(harvest.kinds):
        world = generate(kind, harvest.seed + number, harvest.minutes, START + timedelta(hours=5 * number))
        results = await _measured(open_runtime, world)
        made = list(_sheets(results, Random(harvest.seed + number)))
        say(f"  {kind} {world.seed}: {len(results)} records, {sum(len(sheet.claims) for sheet in made)} claims")
        sheets += made
    return sheets


async def _measured(open_runtime: MeasuringRuntimeFactory, world: World) -> list[ToolResult]:
    with TemporaryDirectory(prefix="watchfloor-verifier-") as folder:
        raw, data = Path(folder) / "raw", Path(folder) / "data"
        data.mkdir()
        write(world, raw)
        async with open_runtime(data) as runtime:
            for file in FILES:
                await runtime.load(raw / file.name, file.options)
            return [result for spec in runtime.tools() for result in await _answers(runtime, spec, world.window)]


async def _answers(runtime: MeasuringRuntime, spec: ToolSpec, window: Window) -> list[ToolResult]:
    """One tool over the later half, the whole and a quarter, the last narrowed to whom the first names."""
    half = window.length / 2
    later = Window(window.end - half, window.end)
    results = [await _answer(runtime, spec, each, Filters()) for each in (later, window)]
    narrowed = _narrowed(spec, results[0])
    results.append(await _answer(runtime, spec, Window(window.start, window.start + half / 2), narrowed))
    return [result for result in results if isinstance(result, ToolResult)]


async def _answer(runtime: MeasuringRuntime, spec: ToolSpec, window: Window, filters: Filters) -> ToolResult | Refusal:
    baseline = Window(window.start - window.length, window.start)
    return await runtime.measure(ToolCall(spec.name, filters, baseline=baseline if spec.needs_baseline else None), Scope(window))


def _narrowed(spec: ToolSpec, result: ToolResult | Refusal) -> Filters:
    rows = result.evidence.rows if isinstance(result, ToolResult) else ()
    for name in ("service", "route", "client"):
        if name in spec.takes and rows and isinstance(rows[0].get(name), str):
            return replace(Filters(), **{name: rows[0][name]})
    return Filters()


def _sheets(results: Sequence[ToolResult], dice: Random) -> Iterator[Sheet]:
    """Records in sheets of a dozen, drawn, so that each has strangers beside it."""
    order = dice.sample(range(len(results)), len(results))
    for start in range(0, len(order), _TOGETHER):
        some = [_renamed(results[place], f"E{number}") for number, place in enumerate(order[start : start + _TOGETHER], start=1)]
        claims = [claim for result in some for claim in (*result.candidates, *_walked(result.evidence, dice))]
        yield Sheet("templates", {result.evidence.id: result.evidence for result in some}, tuple(claims))


def _walked(evidence: Evidence, dice: Random) -> Sequence[Claim]:
    return walk(evidence, dice) if len(evidence.rows) <= _ROWS else ()


def _renamed(result: ToolResult, name: str) -> ToolResult:
    evidence = replace(result.evidence, id=name)
    candidates = tuple(
        replace(claim, id=f"{name}.tool{number}", bind=tuple(replace(one, evidence=name) for one in claim.bind))
        for number, claim in enumerate(result.candidates)
    )
    return ToolResult(evidence, candidates, ())
