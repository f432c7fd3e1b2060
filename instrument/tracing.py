"""The trace a request belongs to: the open OpenTelemetry span, or else what the caller's `traceparent` says."""

import re

try:
    from opentelemetry.trace import get_current_span
except ImportError:  # an application without OpenTelemetry
    get_current_span = None  # type: ignore[assignment]

# W3C Trace Context, level 2: version, trace id, parent id, flags; ids of zeros are none, a later version may say more after them.
_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(?:-.*)?")


def trace_of(traceparent: str) -> tuple[str, str]:
    """Trace id and span id in hexadecimal; empty texts where there is no trace."""
    if get_current_span is not None and (found := get_current_span().get_span_context()).is_valid:
        return f"{found.trace_id:032x}", f"{found.span_id:016x}"
    said = _TRACEPARENT.fullmatch(traceparent.strip())
    return (said[1], said[2]) if said else ("", "")
