"""The key figures of a period: what each means, where it stands in evidence, and whether it moved."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from agents.briefing.dossier import Dossier, before
from domain.briefing import Trend
from domain.claims import Binding, Claim, Slots
from domain.evidence import Evidence
from domain.window import Window
from grounding import display, units
from grounding.numerus import agreed
from grounding.quantity import rounded

# A count moved when it changed by a tenth and by more than three standard deviations of chance; a duration when by a fifth.
LEAST_CHANGE, LEAST_CHANGE_OF_TIME, SIGMAS = 0.1, 0.2, 3.0
Number = int | float


@dataclass(frozen=True, slots=True)
class Figure:
    """One key figure: an aggregate of a template. `of` names the aggregate that a share is a share of; `more` is how it moves in words."""

    name: str
    template: str
    aggregate: str
    says: str
    noun: str
    means: str
    unit: str = "1"
    of: str = ""
    instead_of: str = ""

    @property
    def path(self) -> str:
        """Where the number stands in its evidence."""
        return f"aggregates.{self.aggregate}"


FIGURES: tuple[Figure, ...] = (
    Figure(
        "requests", "user_requests", "user_requests", "There were {value} user requests", "user requests",
        "requests that entered from outside: spans of servers without a parent that started in the period",
    ),
    Figure(
        "failed_requests", "user_requests", "failed_user_requests", "There were {value} failed user requests", "failed user requests",
        "those of them whose span has the status Error",
    ),
    Figure(
        "failed_request_ratio", "user_requests", "share_of_failed_user_requests", "The share of failed user requests was {value}",
        "share of failed user requests", "failed_requests divided by requests", "%", of="user_requests",
    ),
    Figure(
        "p95_latency", "user_requests", "p95_user_wait_ms", "The p95 user wait was {value}", "p95 user wait",
        "95th percentile of the durations of requests (nearest rank)", "ms",
    ),
    Figure(
        "logged_requests", "requests_over_time", "requests_in_all", "There were {value} requests", "requests",
        "log records with an HTTP status", instead_of="user_requests",
    ),
    Figure(
        "failed_logged_requests", "requests_over_time", "failed_requests", "There were {value} failed requests", "failed requests",
        "log records with an HTTP status of 400 or more", instead_of="user_requests",
    ),
    Figure("log_events", "severity_counts", "log_events", "There were {value} log events", "log events", "log records of every severity"),
    Figure(
        "error_events", "severity_counts", "error_events", "There were {value} error events", "error events",
        "log records of severity ERROR or FATAL",
    ),
    Figure(
        "changes", "change_events", "changes", "There were {value} changes", "changes",
        "log records with an event of deploy, flag or config",
    ),
    Figure(
        "failed_ssh_passwords", "ssh_logins_by_source", "failed_password_attempts", "There were {value} failed password attempts",
        "failed password attempts", 'lines of sshd that say "Failed password", repeated ones counted as often as they say',
    ),
    Figure(
        "scanning_clients", "scanning_clients", "clients_that_look_like_scanners", "There were {value} clients that look like scanners",
        "clients that look like scanners", "addresses that asked for known weak spots, foreign scripts or many missing paths",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """A figure as evidence has it, and as it was the period before."""

    figure: Figure
    now: Evidence
    earlier: Evidence | None

    @property
    def value(self) -> Number:
        """The number of the period."""
        return number(self.figure, self.now)

    @property
    def previous(self) -> Number | None:
        """The number of the period before."""
        return (
            number(self.figure, self.earlier) if self.earlier and self.earlier.aggregates.get(self.figure.aggregate) is not None else None
        )

    @property
    def trend(self) -> Trend:
        """Whether it moved by more than chance explains; stable without a period before."""
        if self.earlier is None or self.previous is None or not self._moved(self.previous):
            return "stable"
        return "up" if self.value > self.previous else "down"

    def _moved(self, previous: Number) -> bool:
        gap = abs(self.value - previous)
        if self.figure.unit == "ms":
            return gap > LEAST_CHANGE_OF_TIME * previous
        return gap >= LEAST_CHANGE * previous and gap > SIGMAS * self._chance(previous)

    def _chance(self, previous: Number) -> float:
        """The standard deviation of the gap if nothing had changed: of two counts, or of two shares."""
        if not self.figure.of or self.earlier is None:
            return math.sqrt(self.value + previous)
        sizes = [float(source.aggregates.get(self.figure.of) or 1) for source in (self.now, self.earlier)]
        share = min(1.0, (self.value * sizes[0] + previous * sizes[1]) / sum(sizes) / 100)
        return 100 * math.sqrt(share * (1 - share) * sum(1 / size for size in sizes))


def readings(dossier: Dossier) -> tuple[Reading, ...]:
    """The figures there is evidence of, in the order of FIGURES."""
    found = []
    for figure in FIGURES:
        now = dossier.of(figure.template)
        is_spare = bool(figure.instead_of) and dossier.of(figure.instead_of) is not None
        if now and not is_spare and now.aggregates.get(figure.aggregate) is not None:
            found.append(Reading(figure, now, dossier.before(figure.template)))
    return tuple(found)


def number(figure: Figure, evidence: Evidence) -> Number:
    """The figure in its unit, as it is printed: counts whole, else four digits."""
    return rounded(_measured(figure, evidence), exact=figure.unit == "1")


def _measured(figure: Figure, evidence: Evidence) -> float:
    value = float(evidence.aggregates[figure.aggregate])
    return 100 * value if figure.unit == "%" else value


def figure_claims(dossier: Dossier) -> tuple[Claim, ...]:
    """A claim for every figure, and one for every figure that moved."""
    return tuple(claim for reading in readings(dossier) for claim in _claims(reading))


def _claims(reading: Reading) -> Iterator[Claim]:
    figure, now = reading.figure, reading.now
    said = display.number(reading.value, "" if figure.unit == "1" else figure.unit)
    slots = {**_frame(figure, now.window), "op": "=", "value": reading.value, "unit": figure.unit}
    yield Claim(
        f"{now.id}.{figure.name}",
        "quantity",
        slots,
        (Binding(now.id, figure.path),),
        agreed(f"{figure.says.format(value=said)}."),
        agent="briefer",
    )
    if reading.trend != "stable" and reading.earlier:
        yield _change(reading, reading.earlier)


def _change(reading: Reading, earlier: Evidence) -> Claim:
    figure, now = reading.figure, reading.now
    size = rounded(abs(_measured(figure, now) - _measured(figure, earlier)), exact=figure.unit == "1")
    unit = "pp" if figure.unit == "%" else figure.unit
    said = display.number(size, "" if unit == "1" else unit)
    is_up = reading.trend == "up"
    slots = {
        **_frame(figure, now.window), "op": "difference", "value": size, "unit": unit,
        "direction": "higher" if is_up else "lower", "baseline_window": _span(before(now.window)),
    }  # fmt: skip
    bind = (Binding(now.id, figure.path), Binding(earlier.id, figure.path, "baseline"))
    words = (f"There were {said} {'more' if is_up else 'fewer'} {figure.noun}" if figure.unit == "1"
             else f"The {figure.noun} was {said} {'higher' if is_up else 'lower'}")  # fmt: skip
    return Claim(
        f"{now.id}.{figure.name}.change", "comparison", slots, bind, agreed(f"{words} than in the window before."), agent="briefer"
    )


def _frame(figure: Figure, window: Window) -> Slots:
    agg = units.agg_in_name(figure.aggregate) or "count"
    return {"subject": "all", "metric": figure.aggregate, "agg": agg, "window": _span(window)}


def _span(window: Window) -> dict[str, str]:
    return {name: text for name, text in window.as_json().items() if name != "tz"}
