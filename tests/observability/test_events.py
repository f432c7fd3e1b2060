"""The structured log: named events with the run they belong to, one JSON object a line."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from observability.events import log_json, log_text
from observability.tracing import OtelTracer, build_tracing

RUN = {"watchfloor.run_id": "run_1", "gen_ai.conversation.id": "thr_1"}


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """What is logged, as text; the root logger is left as it was."""
    root, level, written = logging.getLogger(), logging.getLogger().level, io.StringIO()
    added = log_json(written)
    yield written
    root.removeHandler(added)
    root.setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def run_of_one_decision(tracer: OtelTracer, error: Exception | None = None) -> str:
    with (
        tracer.span("invoke_workflow analysis", "invoke_workflow", RUN),
        tracer.span("invoke_agent sre", "invoke_agent", {"gen_ai.agent.name": "sre"}),
        tracer.span("execute_tool top_errors", "execute_tool", {}),
        tracer.span("chat house", "chat", {"gen_ai.request.model": "house"}) as span,
    ):
        span.set("gen_ai.usage.input_tokens", 7)
        if error:
            raise error
        return tracer.trace_id()


def test_a_run_is_told_from_its_start_to_its_end(stream: io.StringIO) -> None:
    trace_id = run_of_one_decision(build_tracing("0")[0])
    told = lines(stream)
    names = ["chat.start", "graph.node.enter", "llm.request", "llm.response", "graph.node.exit", "chat.complete"]
    assert [line["event"] for line in told] == names
    assert {(line["thread_id"], line["request_id"], line["trace_id"]) for line in told} == {("thr_1", "run_1", trace_id)}
    answered = told[3]
    assert (answered["component"], answered["action"], answered["gen_ai.usage.input_tokens"]) == ("llm", "response", 7)
    assert answered["duration_ms"] >= 0
    assert answered["memory_bytes"] > 1 << 20


def test_what_failed_says_how(stream: io.StringIO) -> None:
    with pytest.raises(ValueError, match="no such model"):
        run_of_one_decision(build_tracing("0")[0], ValueError("no such model"))
    (failed,) = [line for line in lines(stream) if line["event"] == "llm.error"]
    assert failed["error"] == {"type": "ValueError", "message": "ValueError: no such model"}
    assert lines(stream)[-1]["event"] == "chat.complete"


def test_two_runs_keep_their_own_ids(stream: io.StringIO) -> None:
    tracer, _ = build_tracing("0")
    with tracer.span("invoke_workflow analysis", "invoke_workflow", RUN):
        pass
    with tracer.span("chat house", "chat", {}):
        pass
    assert [line["request_id"] for line in lines(stream)] == ["run_1", "run_1", "", ""]


def test_any_record_is_a_json_line_with_its_fields_and_its_error(stream: io.StringIO) -> None:
    log, (tracer, _) = logging.getLogger("somebody"), build_tracing("0")
    with tracer.span("execute_tool x", "execute_tool", {}):
        trace_id = tracer.trace_id()
        log.warning("job.late", extra={"job": "카트\n", "at": object})
    error = KeyError("x")
    log.error("job.failed", exc_info=error)
    late, failed = lines(stream)
    assert (late["level"], late["event"], late["logger"], late["job"], late["trace_id"]) == (
        "warning",
        "job.late",
        "somebody",
        "카트\n",
        trace_id,
    )
    assert late["timestamp"].endswith("Z")
    assert failed["error"]["type"] == "KeyError"
    assert failed["error"]["stack"].startswith("KeyError")


def test_a_warning_is_a_line_of_text_with_its_fields() -> None:
    stream = io.StringIO()
    added = log_text(stream)
    try:
        log = logging.getLogger("watchfloor.test")
        log.warning("pipeline.step_down", extra={"step": "spool", "cause": "timeout"})
        log.info("chat.start")
    finally:
        logging.getLogger().removeHandler(added)
    (line,) = stream.getvalue().splitlines()
    assert line.endswith("WARNING pipeline.step_down step='spool' cause='timeout'")
