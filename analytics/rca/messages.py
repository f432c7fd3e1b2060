"""Signs in log messages: what a service says anew, and whose name others begin to say."""

import math
from collections import defaultdict
from dataclasses import replace

import numpy as np

from analytics.rca.calls import edges, received
from analytics.rca.observed import Message, Observed
from analytics.rca.parameters import Parameters
from analytics.rca.signs import Sign, SignKind
from analytics.rca.spells import Floats, Spell, rate_spell

WARNING, ERROR = 13, 17  # OpenTelemetry severity numbers
SHOWN = 80  # characters of a text that stand for a message without a code


def message_signs(seen: Observed, p: Parameters) -> tuple[Sign, ...]:
    """Warnings and errors that are new or came far more often, each about its speaker, or about those whom it names."""
    counts = counts_of(seen)
    got, linked = received(seen), set(edges(seen))
    told = [message for message in seen.known if message.id in counts and (message.severity_number >= WARNING or message.error_code)]
    found: list[Sign] = []
    for message in told:
        # One call more a bucket: a service nobody calls any more may still complain.
        calls = got.get(message.service, np.zeros(seen.buckets)) + 1
        sign = _sign(message, counts[message.id], rate_spell(counts[message.id], calls, seen.first, p), p)
        blamed = [name for name in message.names if (message.service, name) in linked or not linked]
        # Where no span tells of failures, an error in the log does.
        own: SignKind = "own_errors" if message.severity_number >= ERROR and message.service not in got else "message"
        if sign:
            found += [replace(sign, kind="complaint", service=name) for name in blamed] or [replace(sign, kind=own)]
    return tuple(found)


def counts_of(seen: Observed) -> dict[str, Floats]:
    """Events of each message a bucket."""
    counts: dict[str, Floats] = defaultdict(lambda: np.zeros(seen.buckets))
    for row in seen.messages:
        if row.bucket < seen.buckets:
            counts[row.message][row.bucket] += row.events
    return dict(counts)


def _sign(message: Message, series: Floats, spell: Spell | None, p: Parameters) -> Sign | None:
    if spell is None or series[spell.start : spell.end].sum() < p.least_events:
        return None
    is_new = not spell.outside
    surprise = spell.surprise / (p.surprise_new if is_new else p.surprise)
    size = math.inf if is_new else math.log(max(spell.ratio, 1e-9)) / math.log(p.message_ratio)
    if surprise < 1 or size < 1:
        return None
    inside = float(series[spell.start : spell.end].sum())
    return Sign(
        "message",
        message.service,
        message.error_code or message.text[:SHOWN],
        spell,
        strength=min(surprise, p.strength_cap),
        metric="log-events",
        value=inside,
        baseline=float(series.sum() - inside),
        unit="1",
        of=message.service,
        text=message.text,
    )
