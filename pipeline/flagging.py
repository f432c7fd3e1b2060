"""Marks a received log record before it is written: flagged, critical, why, and by which rule."""

from dataclasses import replace

from analytics.flagging import Flagger, Marking
from domain.telemetry import LogRecord
from pipeline.limits import TRUNCATED

OURS = "watchfloor."
FLAGGED, CRITICAL, REASON, RULE = f"{OURS}flagged", f"{OURS}critical", f"{OURS}reason", f"{OURS}rule"
MOST_REASON = 1_000


def flagged(record: LogRecord, flagger: Flagger) -> LogRecord:
    """The next record, with our attributes where it is flagged and with none that a sender made up."""
    return _marked(record, flagger.mark(record))


def _marked(record: LogRecord, marking: Marking) -> LogRecord:
    forged = any(_is_forged(name) for name in record.attributes)
    if not marking.flagged and not forged:
        return record
    sent = {name: value for name, value in record.attributes.items() if not _is_forged(name)}
    return replace(record, attributes={**sent, **_attributes(marking)})


def _is_forged(name: str) -> bool:
    # What was cut is told by the limits, which have removed a sender's own word for it.
    return name.startswith(OURS) and name != TRUNCATED


def _attributes(marking: Marking) -> dict[str, str]:
    if not marking.flagged:
        return {}
    critical = {CRITICAL: "true"} if marking.critical else {}
    return {FLAGGED: "true", **critical, REASON: marking.reason[:MOST_REASON], RULE: marking.rule}
