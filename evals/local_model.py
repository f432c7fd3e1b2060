"""`make eval-model`: a few sample questions judged by a small local model, then the same with its server killed in mid-run."""

import asyncio
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from domain.errors import WatchfloorError
from evals.case import Case, Suite, load_suite
from evals.intervals import middle
from evals.model.outside import CommandRuntime, document_of, outside
from evals.model.serving import ModelServer, download_wheels, server_python, serving
from evals.model.weights import weights
from evals.runner import Answered, load_world, run_suite
from evals.worlds import prepare

CACHE = Path(".watchfloor") / "local-model"
COMMAND = Path(sys.executable).with_name("watchfloor")
CASES = ("ssh-total", "ssh-account", "web-failing-routes", "web-busiest-hour", "app-errors", "app-p95", "none-topic", "none-latency")
MODEL = "qwen2.5-coder-0.5b-instruct"
KILL_AFTER_S = (4.0, 8.0)
BAR_S = 10.0


@dataclass(frozen=True, slots=True)
class Kill:
    """The server was killed while a question was under way: seconds until its answer came, and what it said."""

    after_s: float
    answer_s: float
    was_running: bool
    fallback: bool
    status: str

    @property
    def is_kept(self) -> bool:
        """An answer within ten seconds that says who gave it."""
        return self.was_running and self.answer_s <= BAR_S and self.fallback and self.status == "ok"


def main() -> None:
    """Run everything; exit 1 when the kill test fails or an answer is no document."""
    try:
        sys.exit(0 if asyncio.run(_all()) else 1)
    except WatchfloorError as error:
        sys.exit(f"{error}")


async def _all() -> bool:
    CACHE.mkdir(parents=True, exist_ok=True)
    _say(f"weights and server in {CACHE} (about 530 MB the first time)")
    model, python = weights(CACHE, download_wheels), server_python(CACHE)
    with serving(python, model, CACHE / "server.log") as server:
        answered = await _suite(server)
    kills = []
    for after_s in KILL_AFTER_S:
        with serving(python, model, CACHE / "server.log") as server:
            kills.append(await killed_in_mid_run(server, after_s))
    _say(plumbing(answered, kills))
    return bool(answered) and any(kill.was_running for kill in kills) and all(kill.is_kept for kill in kills if kill.was_running)


async def _suite(server: ModelServer) -> Sequence[Answered]:
    suite = load_suite("sample").only(CASES)
    run = await run_suite(suite, outside(COMMAND, environment(server)), 1, _say)
    return run.answered


async def killed_in_mid_run(server: ModelServer, after_s: float) -> Kill:
    """Asks in a process of its own, kills the server `after_s` seconds later, and waits for the answer."""
    suite = load_suite("sample")
    case = _case(suite, "web-failing-routes")
    with TemporaryDirectory(prefix="watchfloor-model-") as folder:
        world = prepare(case.world, suite.worlds[case.world], 1, Path(folder) / "raw", Path(folder))
        runtime = CommandRuntime(COMMAND, Path(folder) / "data", environment(server))
        await load_world(runtime, world)
        process = await runtime.start("ask", case.question)
        waiting = asyncio.create_task(process.communicate())
        await asyncio.sleep(after_s)
        was_running = not waiting.done()
        server.kill()
        began = time.perf_counter()
        out, errors = await waiting
        took = time.perf_counter() - began
    document = document_of(process.returncode or 0, out, errors)
    return Kill(after_s, took, was_running, bool(document.get("fallback")), str(document.get("status")))


def environment(server: ModelServer) -> Mapping[str, str]:
    """The settings that put the model in the judge's seat."""
    return {"WATCHFLOOR_MODEL_BASE_URL": server.base_url, "WATCHFLOOR_MODEL": MODEL, "WATCHFLOOR_MODEL_API_KEY": "none"}


def plumbing(answered: Sequence[Answered], kills: Sequence[Kill]) -> str:
    """What the run says of the wiring; how many answers were right is left out on purpose."""
    documents = [answer.document for answer in answered]
    judged = [document for document in documents if document.get("model") not in (None, "house")]
    seconds = middle([answer.grade.seconds for answer in answered])
    contradicted = sum(bool(answer.grade.contradicted) for answer in answered)
    return "\n".join([
        f"{len(documents)} questions, {len(judged)} judged by {MODEL} (plumbing only: says nothing of answer quality)",
        f"documents with status ok: {sum(document.get('status') == 'ok' for document in documents)}",
        f"answers in which the house stood in: {sum(bool(document.get('fallback')) for document in documents)}",
        f"answers showing a contradicted claim: {contradicted}",
        f"tokens in and out: {_sum(documents, 'input_tokens')}, {_sum(documents, 'output_tokens')}",
        f"seconds an answer, process start included: median {seconds.value or 0:.1f}",
        *(_told(kill) for kill in kills),
    ])  # fmt: skip


def _told(kill: Kill) -> str:
    if not kill.was_running:
        return f"server killed after {kill.after_s:.0f} s: the answer was already there, nothing was tried"
    kept = "kept" if kill.is_kept else "NOT kept"
    said = f"fallback {kill.fallback}, status {kill.status}"
    return f"server killed after {kill.after_s:.0f} s: answer {kill.answer_s:.1f} s later, {said} (bar {BAR_S:.0f} s: {kept})"


def _case(suite: Suite, name: str) -> Case:
    return next(case for case in suite.cases if case.id == name)


def _sum(documents: Sequence[Mapping[str, Any]], name: str) -> int:
    return sum(int(document.get("usage", {}).get(name, 0)) for document in documents)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    main()
