"""A world that goes on: wide events minute by minute at a set rate, a share of them broken on purpose and labelled apart."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

from simulator.dice import Dice
from simulator.records import later
from simulator.shop import Endpoint
from simulator.wide import EVENT_TYPES, Draft, Event, EventType, Ranges, Scene, event, ordinary, places, scene
from simulator.wide_cascades import ANOMALIES, Chain, Step, cascade, origin_of
from simulator.wide_faults import SCATTERED, WRONGS
from simulator.wide_signals import Hop, gauges, hop, spans

MINUTE = timedelta(minutes=1)
FORCED_FOR = timedelta(minutes=2)
FORCED_EVERY_S = 6.0
KEPT_LABELS = 20_000
TYPE_WEIGHTS = (0.45, 0.2, 0.2, 0.15)
CASCADES = 0.3  # the share of minutes in which the anomalies are one cascade
STEP_MS = (5, 45)
ORDINARY_ROW = 2  # scattered anomalies never hit one service more often in a row


@dataclass(frozen=True, slots=True)
class Pace:
    """How many events a minute, and which share of them is broken on purpose."""

    rate: float = 30.0
    anomalous: float = 0.15


@dataclass(frozen=True, slots=True)
class Label:
    """The truth about one broken event; `group` names the cascade or forced anomaly it belongs to, if any."""

    event_id: str
    at: datetime
    service: str
    event_type: str
    wrong: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Forced:
    """A forced anomaly: what begins where, and until when."""

    kind: str
    service: str
    start_at: datetime
    end_at: datetime


@dataclass(frozen=True, slots=True)
class _Made:
    event: Event
    label: Label | None = None


@dataclass(slots=True)
class _Quota:
    """Turns a rate into whole numbers without losing the rest."""

    owed: float = 0.0

    def take(self, amount: float) -> int:
        self.owed += amount
        whole = int(self.owed + 1e-9)
        self.owed -= whole
        return whole


@dataclass(slots=True)
class LiveWorld:
    """The shop from `start` on: the same events for the same seed and calls, however often it is asked."""

    seed: int
    start: datetime
    pace: Pace = field(default_factory=Pace)
    ranges: Ranges = field(default_factory=Ranges)
    labels: deque[Label] = field(default_factory=lambda: deque(maxlen=KEPT_LABELS))
    _next: datetime = field(init=False)
    _planned: list[_Made] = field(default_factory=list)
    _forced: list[_Made] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=count)
    _events: _Quota = field(default_factory=_Quota)
    _wrongs: _Quota = field(default_factory=_Quota)
    _row: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._next = self.start

    def events(self, until: datetime) -> list[Event]:
        """Every event up to an instant that was not given yet, in order of time."""
        while self._next <= until:
            self._plan_minute()
        due = sorted([one for one in (*self._planned, *self._forced) if one.event.at <= until], key=lambda one: one.event.at)
        self._planned = [one for one in self._planned if one.event.at > until]
        self._forced = [one for one in self._forced if one.event.at > until]
        self.labels += [one.label for one in due if one.label]
        return [one.event for one in due]

    def skip(self, until: datetime) -> None:
        """Goes on at a later instant as if nothing had happened before it: what was due is not made up for."""
        self._planned = []
        self._forced = [one for one in self._forced if one.event.at > until]
        self._next = max(self._next, until)

    def set_pace(self, pace: Pace, at: datetime) -> None:
        """Another rate or share from an instant on."""
        self.pace, self._next = pace, at
        self._planned = [one for one in self._planned if one.event.at <= at]

    def force(self, kind: str, at: datetime, service: str = "") -> Forced:
        """Starts an anomaly that lasts two minutes, ten rounds a minute, on top of the rate. Raises WrongUseError for unknown ones."""
        dice = self._dice("forced")
        forced = Forced(kind, origin_of(kind, service, dice), at, at + FORCED_FOR)
        chain = ANOMALIES[kind].spread(forced.service, dice)
        rounds = int(FORCED_FOR.total_seconds() / FORCED_EVERY_S)
        for number in range(rounds):
            begins = later(at, 1_000 * FORCED_EVERY_S * (number + dice.between(0, 0.5)))
            self._forced += self._spread(chain, begins, f"forced/{kind}/{forced.service}", dice)
        return forced

    def _dice(self, purpose: str) -> Dice:
        return Dice(self.seed, f"live/{purpose}/{next(self._numbers)}")

    def _plan_minute(self) -> None:
        dice = self._dice("minute")
        number, begins = self._events.take(self.pace.rate), self._next
        self._next += MINUTE
        if not number:
            return
        wrong = min(number, self._wrongs.take(number * self.pace.anomalous))
        chain = self._cascade(wrong, number, dice)
        slots = [later(begins, 60_000 * (slot + dice.between(0, 1)) / number) for slot in range(number - max(len(chain) - 1, 0))]
        if chain:
            at = slots.pop(dice.whole(0, len(slots) - 1))
            self._planned += self._spread(chain, at, f"cascade/{chain[0].place.service}", dice)
        self._planned += self._scatter(slots, wrong - len(chain), {step.event_type for step in chain}, dice)

    def _cascade(self, wrong: int, number: int, dice: Dice) -> Chain:
        """A cascade for this minute that fits into its anomalies and leaves room for the type it has none of; mostly none."""
        if not dice.happens(CASCADES):
            return ()
        chain = cascade(origin_of("cascade", "", dice), dice)
        return chain if len(chain) <= wrong and len(chain) < number - len(EVENT_TYPES) else ()

    def _scatter(self, slots: Sequence[datetime], wrong: int, present: set[EventType], dice: Dice) -> list[_Made]:
        missing = [kind for kind in EVENT_TYPES if kind not in present][: len(slots)]
        drawn = [dice.pick(EVENT_TYPES, TYPE_WEIGHTS) for _ in range(len(slots) - len(missing))]
        kinds = dice.some([*missing, *drawn], len(slots))
        spoiled = set(dice.some(range(len(slots)), wrong))
        return [self._scattered(at, kind, slot in spoiled, dice) for slot, (at, kind) in enumerate(zip(slots, kinds, strict=True))]

    def _scattered(self, at: datetime, event_type: EventType, spoiled: bool, dice: Dice) -> _Made:
        everywhere = places(event_type)
        calm = [place for place in everywhere if self._row.get(place.service, 0) < ORDINARY_ROW]
        if spoiled and calm:
            step = Step(event_type, dice.pick(calm), dice.pick(SCATTERED[event_type]))
            return self._spread((step,), at, "", dice)[0]
        self._wrongs.owed += spoiled  # nowhere without a row of anomalies: the next minute makes up for it
        place: Endpoint = dice.pick(everywhere)
        self._row[place.service] = 0
        draft, who = ordinary(event_type, place, self.ranges, dice), scene(dice)
        made = event(at, event_type, place, draft, who=who, dice=dice)
        return _Made(self._with_signals(made, [(hop(place, at, draft), draft)], who, dice))

    def _spread(self, chain: Chain, at: datetime, group: str, dice: Dice) -> list[_Made]:
        """The events of a chain, one after the other in one trace and region; the last carries the spans of all."""
        who, waited = scene(dice), 0.0
        found: list[_Made] = []
        hops: list[tuple[Hop, Draft]] = []
        for step in chain:
            draft = WRONGS[step.wrong].spoil(step.place, self.ranges, dice)
            if step.event_type in {"api", "frontend"} and draft.duration_ms:
                waited += draft.duration_ms
                draft = replace(draft, duration_ms=round(waited, 1))  # who calls waits for whom it calls
            made = event(at, step.event_type, step.place, draft, who=who, dice=dice)
            hops.append((hop(step.place, at, draft), draft))
            found.append(_Made(made, Label(made.event_id, at, made.service, step.event_type, step.wrong, group)))
            self._row[made.service] = self._row.get(made.service, 0) + 1
            at = later(at, dice.between(*STEP_MS))
        found[-1] = replace(found[-1], event=self._with_signals(found[-1].event, hops, who, dice))
        return found

    def _with_signals(self, last: Event, told: list[tuple[Hop, Draft]], who: Scene, dice: Dice) -> Event:
        path = [one for one, draft in told if draft.duration_ms is not None]
        points = [point for one, draft in told for point in gauges(one.end, one.place, draft)]
        traced = spans(path, who.trace_id, self.ranges, dice) if path else []
        return replace(last, spans=tuple(traced), points=tuple(points))
