"""The words sentences are written with, one set a language."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from grounding.numerus import agreed

UNITS = {
    "": "{n} {unit}",
    "%": "{n} %",
    "pp": "{n} percentage points",
    "1/s": "{n} per second",
    "1/min": "{n} per minute",
    "1/h": "{n} per hour",
    "x": "{n} times",
}
SENTENCE_STARTS = frozenset({"no", "there", "the", "all", "only", "in", "between"})


def _finished(body: str) -> str:
    """A sentence in the singular where it counts one, with a capital and a full stop."""
    text = agreed(re.sub(r"\s+", " ", body).strip())
    first = text.split(" ", 1)[0]
    starts_a_sentence = first.isalpha() and first.islower() and first in SENTENCE_STARTS
    return f"{text[0].upper() if starts_a_sentence else text[:1]}{text[1:]}" + ("" if text.endswith((".", "”.")) else ".")


def _uncounted(_label: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Phrases:
    """Sentence shapes and connecting words of one language; `_all` shapes have no subject.

    `body` says where the window and the scope stand; `labels`, `phrases` and `values` translate those of evidence; `counter` is
    the word a thing is counted with; `fill` fills a shape; `finished` makes a sentence of it.
    """

    sentences: Mapping[str, str]
    ops: Mapping[str, str]
    comparisons: Mapping[str, str]
    quantifiers: Mapping[str, str]
    relations: Mapping[str, str]
    hedges: Mapping[str, str]
    ratios: Mapping[str, str]
    rival: Mapping[str, str]
    baseline: str
    that: str
    everything: str
    scope: str
    window: str
    body: Mapping[str, str]
    among: str
    units: Mapping[str, str] = field(default_factory=lambda: UNITS)
    directions: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    phrases: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    fill: Callable[..., str] = str.format
    counter: Callable[[str], str] = _uncounted
    finished: Callable[[str], str] = _finished

    def label(self, english: str) -> str:
        """A label in this language; one that has no translation stays."""
        return self.labels.get(english, english)


ENGLISH = Phrases(
    sentences={
        "count": "{subject} had {value} {label}",
        "count_all": "there were {value} {label}",
        "measure": "{subject}: {label} was {value}",
        "measure_all": "the {label} was {value}",
        "entity": "{subject}: {label} is {value}",
        "absence": "no {what} were seen for {subject}",
        "absence_all": "no {what} were seen",
        "event": "{subject}: {label} at {at}",
        "event_all": "the {label} was at {at}",
        "order": "the {label} of {first} came {relation} {that} of {then}",
        "order_gap": "the {label} of {first} came {relation} {that} of {then}, {gap} apart",
        "within": "the {label} of {first} and then {that} of {then} came within {gap}",
        "quote": "{label} of {subject}: {text}",
        "quote_all": "{label}: {text}",
        "trend": "{subject}: {label} was {direction}",
        "trend_all": "the {label} was {direction}",
        "causal": "{cause} caused the trouble of {effect}",
        "causal likely": "{cause} likely caused the trouble of {effect}",
        "causal possible": "{cause} possibly caused the trouble of {effect}",
        "past_incident": "incident {incident_id} was like this one",
        "past_incident similarity": "incident {incident_id} was like this one, with a similarity of {similarity}",
        "past_incident cause": "incident {incident_id} was like this one; its cause was: {cause}",
        "past_incident similarity cause": "incident {incident_id} was like this one (similarity {similarity}); its cause was: {cause}",
        "recommendation": "recommended: {action} {target}",
    },
    ops={
        "=": "{value}",
        "≈": "about {value}",
        "≥": "at least {value}",
        "≤": "at most {value}",
        ">": "more than {value}",
        "<": "less than {value}",
        "≠": "not {value}",
        "between": "between {low} and {high}",
    },
    comparisons={
        "count higher": "{subject} had {size} more {label} than {other}",
        "count lower": "{subject} had {size} fewer {label} than {other}",
        "count equal": "{subject} had as many {label} as {other}",
        "count ratio": "{subject} had {size} as many {label} as {other}",
        "measure higher": "the {label} of {subject} was {size} higher than {other}",
        "measure lower": "the {label} of {subject} was {size} lower than {other}",
        "measure equal": "the {label} of {subject} was the same as {other}",
        "measure ratio": "the {label} of {subject} was {size} as high as {other}",
    },
    quantifiers={
        "most": "{subject} had the highest {by}",
        "least": "{subject} had the lowest {by}",
        "most_count": "{subject} had the most {by}",
        "least_count": "{subject} had the fewest {by}",
        "most_n": "{subject} was among the top {rank} by {by}",
        "least_n": "{subject} was among the bottom {rank} by {by}",
        "first": "{subject} was the first by {by}",
        "last": "{subject} was the last by {by}",
        "first_n": "{subject} was among the first {rank} by {by}",
        "last_n": "{subject} was among the last {rank} by {by}",
        "all": "all {subject}: {label} is {value}",
        "some": "some {subject}: {label} is {value}",
        "none": "none {subject}: {label} is {value}",
        "only": "only {subject}: {label} is {value}",
        "only_bare": "only {subject} was seen",
    },
    relations={"before": "before", "after": "after"},
    hedges={"likely": "likely: ", "possible": "possibly: "},
    ratios={"doubled": "twice", "tripled": "3 times", "halved": "half", "quadrupled": "4 times", "": "{value} times"},
    rival={"count": "{other}", "measure": "that of {other}"},
    baseline="in the window before",
    that="that",
    everything="overall",
    scope=" ({name} {value})",
    window=" between {start} and {end}",
    # Behind "than in the window before" a window would seem to be the one before.
    body={"": "{written}{scope}{window}", "windowed comparison": "{window}, {written}{scope}"},
    among="{written} ({who})",
)
