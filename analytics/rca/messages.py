"""Signs in log messages: what a service says anew, and whose name others begin to say."""

from collections import defaultdict
from dataclasses import replace

import numpy as np

from analytics.rca.calls import edges, received
from analytics.rca.observed import Message, Observed
from analytics.rca.parameters import Parameters
from analytics.rca.signs import Sign, SignKind
from analytics.rca.spells import Floats, Spell, rate_spell

WARNING, ERROR, FATAL = 13, 17, 21  # OpenTelemetry severity numbers
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
        spell = rate_spell(counts[message.id], calls, seen.first, p)
        sign = _sign(message, counts[message.id], spell, p)
        blamed = [name for name in message.names if (message.service, name) in linked or not linked]
        own = _kind(message, spell, is_traced=message.service in got)
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
    if spell is None:
        return None
    strength = _strength(spell, float(series[spell.start : spell.end].sum()), p)
    if _is_crash(message, spell):
        strength = max(strength, p.crash_strength)
    if strength < 1:
        return None
    inside = float(series[spell.start : spell.end].sum())
    return Sign(
        "message",
        message.service,
        message.error_code or message.text[:SHOWN],
        spell,
        strength=strength,
        metric="log-events",
        value=inside,
        baseline=float(series.sum() - inside),
        unit="1",
        of=message.service,
        text=message.text,
    )


def _strength(spell: Spell, events: float, p: Parameters) -> float:
    """How far over the bar of surprise, up to the cap; 0 for few events, or for not many times as many as outside."""
    is_new = not spell.outside
    is_many = is_new or spell.ratio >= p.message_ratio
    return min(spell.surprise / (p.surprise_new if is_new else p.surprise), p.strength_cap) if events >= p.least_events and is_many else 0.0


def _kind(message: Message, spell: Spell | None, *, is_traced: bool) -> SignKind:
    """What a message about its own speaker is a sign of. Where no span tells of failures, an error in the log does."""
    if spell and _is_crash(message, spell):
        return "crash"
    return "own_errors" if message.severity_number >= ERROR and not is_traced else "message"


def _is_crash(message: Message, spell: Spell) -> bool:
    return message.severity_number >= FATAL and not spell.outside
