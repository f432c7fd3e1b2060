"""Our own spans."""

import pytest

from observability.tracing import build_tracing


def test_nested_spans_share_a_trace_and_name_their_parent() -> None:
    tracer, traces = build_tracing("0")
    with tracer.span("invoke_workflow analysis", "invoke_workflow", {}):
        trace_id = tracer.trace_id()
        with tracer.span("chat house", "chat", {"gen_ai.request.model": "house"}) as span:
            span.set("gen_ai.usage.input_tokens", 7)
    outer, inner = sorted(traces.spans(trace_id), key=lambda span: span["parent_span_id"])
    assert inner["parent_span_id"] == outer["span_id"]
    assert inner["attributes"]["gen_ai.usage.input_tokens"] == 7
    assert inner["attributes"]["gen_ai.operation.name"] == "chat"
    assert (outer["kind"], inner["kind"]) == ("internal", "client")


def test_a_failed_block_marks_its_span() -> None:
    tracer, traces = build_tracing("0")
    ids: list[str] = []

    def broken() -> None:
        with tracer.span("execute_tool x", "execute_tool", {}):
            ids.append(tracer.trace_id())
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        broken()
    assert traces.spans(ids[0])[0]["status"] == "error"


def test_old_traces_are_dropped_first() -> None:
    tracer, traces = build_tracing("0")
    ids = []
    for _ in range(201):
        with tracer.span("x", "invoke_workflow", {}):
            ids.append(tracer.trace_id())
    assert traces.spans(ids[0]) == []
    assert traces.spans(ids[-1])


def test_there_is_no_trace_outside_a_span() -> None:
    tracer, _ = build_tracing("0")
    assert tracer.trace_id() == ""
