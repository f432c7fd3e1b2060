import pytest
from opentelemetry.sdk.trace import TracerProvider

from instrument.tracing import trace_of

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.mark.parametrize("traceparent", [f"00-{TRACE}-{SPAN}-01", f" 00-{TRACE}-{SPAN}-00 ", f"cc-{TRACE}-{SPAN}-01-later"])
def test_a_traceparent(traceparent: str) -> None:
    assert trace_of(traceparent) == (TRACE, SPAN)


@pytest.mark.parametrize(
    "traceparent",
    [
        "",
        "x",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}",
    ],
)
def test_what_is_no_traceparent(traceparent: str) -> None:
    assert trace_of(traceparent) == ("", "")


def test_the_open_span_goes_before_what_the_caller_says() -> None:
    with TracerProvider().get_tracer("shop").start_as_current_span("work") as span:
        found = span.get_span_context()
        assert trace_of(f"00-{TRACE}-{SPAN}-01") == (f"{found.trace_id:032x}", f"{found.span_id:016x}")
