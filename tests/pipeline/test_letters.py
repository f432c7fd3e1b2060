"""Dead letters: one for each record that cannot be stored, and a replay that stores each once whatever is killed."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from domain.errors import QuotaError, StoreError
from domain.ids import DEFAULT_TENANT, Tenant
from domain.letters import DeadLetter, LetterFilter, pause
from domain.queue import Entry, EntryKey
from domain.telemetry import LogRecord, Signal
from pipeline.admission import Admission
from pipeline.entries import Slice, encoded
from pipeline.letters.contents import parsed_again, record_of
from pipeline.letters.replay import Desk, Replayed, Replayer, retry_letters
from pipeline.quotas import Quota
from tests.fakes import FakeClock, FakeQueue, FakeStateStore
from tests.pipeline.plants import Plant, Untouched, WaysIn, letters_of, no_delays, running, sampler_of
from tests.pipeline.test_worker import NDJSON, TroubledStore, bodies, body

EVERY = LetterFilter()


@dataclass(slots=True)
class ForgetfulState(FakeStateStore):
    """Dies instead of keeping what became of letters, as often as told; or does not keep letters at first."""

    dies: int = 0
    fails: int = 0

    async def settle_letters(self, letters: Sequence[DeadLetter], tenant: Tenant = DEFAULT_TENANT) -> None:
        if self.dies:
            self.dies -= 1
            raise KeyboardInterrupt
        await FakeStateStore.settle_letters(self, letters, tenant)

    async def add_dead_letters(self, letters: Sequence[DeadLetter], tenant: Tenant = DEFAULT_TENANT) -> None:
        if self.fails:
            self.fails -= 1
            raise StoreError("the database is locked")
        await FakeStateStore.add_dead_letters(self, letters, tenant)


@dataclass(slots=True)
class Scene:
    """A plant whose store refuses bodies with a word, and its replayer."""

    store: TroubledStore = field(default_factory=lambda: TroubledStore(forbidden="7"))
    state: ForgetfulState = field(default_factory=ForgetfulState)
    queue: FakeQueue = field(default_factory=FakeQueue)
    clock: FakeClock = field(default_factory=FakeClock)

    def plant(self) -> Plant:
        return Plant(store=self.store, state=self.state, queue=self.queue, clock=self.clock)

    def replayer(self, ways: WaysIn, plant: Plant) -> Replayer:
        admission = Admission(1, Untouched(), self.clock)
        return Replayer(Desk(ways.plane, self.store, self.state, admission, self.clock, plant.meter, no_delays))

    async def push(self, content: bytes) -> Plant:
        """Receive and store a body."""
        plant = self.plant()
        async with running(plant) as ways:
            await ways.receiver.take("logs", content, NDJSON)
            await ways.settle(self.queue)
        return plant

    async def replay(self, where: LetterFilter = EVERY, *, is_dry: bool = False) -> Replayed:
        """Replay in a process of its own."""
        plant = self.plant()
        async with running(plant) as ways:
            return await self.replayer(ways, plant).replay(where, is_dry=is_dry)


async def test_each_refused_row_of_a_batch_is_one_letter_and_the_others_are_stored() -> None:
    scene = Scene()
    plant = await scene.push(body(*range(40), 70, 71))
    assert bodies(scene.store) == sorted(f"paid {n} coins" for n in range(40) if "7" not in str(n))
    letters = letters_of(scene.state)
    assert sorted(record.body for one in letters if isinstance(record := record_of(one), LogRecord)) == sorted(
        f"paid {n} coins" for n in (7, 17, 27, 37, 70, 71)
    )
    assert {(one.kind, one.cause, one.source, one.attempts) for one in letters} == {("poison", "refused", "pay", 0)}
    assert plant.meter.total("pipeline_dead_letters_total", kind="poison", cause="refused") == 6
    assert plant.meter.total("pipeline_outcomes_total", outcome="refused", reason="store", signal="logs") == 6


async def test_a_letter_says_what_the_record_is_and_keeps_it_whole() -> None:
    scene = Scene()
    await scene.push(body(7, status_code=503, attributes={"region": "eu"}, trace_id="a" * 32))
    (letter,), (refused,) = letters_of(scene.state), list(scene.store.count_batches)
    assert all(word in letter.text for word in ("paid 7 coins", "503", "eu", "a" * 32))
    assert letter.record_id == f"{refused.entries[0]}-0"
    record = record_of(letter)
    assert isinstance(record, LogRecord)
    assert (record.record_id, record.arrival.keep_days) == (letter.record_id, 30)
    assert record.template_id
    assert record.event_id


async def test_an_entry_that_comes_again_makes_no_second_letter() -> None:
    scene = Scene()
    plant = scene.plant()
    record = LogRecord(1_770_000_000 * 10**9, "pay", "paid 7 coins", record_id="k.0-3")
    for _ in range(2):
        await plant.letters().refused("logs", record, "does not fit")
    assert len(letters_of(scene.state)) == 1


async def test_what_the_store_takes_now_is_stored_once_with_its_own_id_and_not_counted_again() -> None:
    scene = Scene()
    await scene.push(body(*range(20)))
    counted = [sum(count.events for count in batch.counts.values()) for batch in scene.store.count_batches]
    scene.store.forbidden = "\0"
    assert (await scene.replay()).counts == {"replayed": 2}
    assert bodies(scene.store) == sorted(f"paid {n} coins" for n in range(20))
    assert len({log.record_id for log in scene.store.logs}) == 20
    assert [sum(count.events for count in batch.counts.values()) for batch in scene.store.count_batches] == counted
    assert {(one.outcome, one.attempts, one.replayed_at) for one in letters_of(scene.state)} == {("replayed", 1, scene.clock.at)}
    assert (await scene.replay()).counts == {}
    assert len(scene.store.logs) == 20


async def test_killed_between_storing_and_marking_nothing_is_stored_twice() -> None:
    scene = Scene()
    await scene.push(body(7, 17))
    scene.store.forbidden, scene.state.dies = "\0", 1
    with pytest.raises(KeyboardInterrupt):
        await scene.replay()
    assert len(scene.store.logs) == 2
    assert (await scene.replay()).counts == {"under_way": 2}
    scene.clock.at += timedelta(minutes=2)
    assert (await scene.replay()).counts == {"already_stored": 2}
    assert len(scene.store.logs) == 2


async def test_two_replays_at_once_store_each_record_once() -> None:
    scene = Scene()
    await scene.push(body(*(10 * n + 7 for n in range(30))))
    scene.store.forbidden = "\0"
    first, second = await asyncio.gather(scene.replay(), scene.replay())
    assert first.counts.get("replayed", 0) + second.counts.get("replayed", 0) == 30
    assert len(scene.store.logs) == 30


async def test_what_is_refused_again_stays_and_is_counted_as_tried() -> None:
    scene = Scene()
    await scene.push(body(7, 8, 70, 71))
    scene.store.forbidden = "70"
    assert (await scene.replay()).counts == {"replayed": 2, "still_refused": 1}
    waiting = await scene.state.dead_letters(where=LetterFilter(is_waiting=True))
    assert [(one.kind, one.attempts, "does not fit" in one.outcome, one.next_at) for one in waiting] == [("poison", 1, True, None)]
    assert len(letters_of(scene.state)) == 3


async def test_retryable_letters_are_retried_when_they_are_due_and_not_before() -> None:
    scene = Scene()
    await scene.push(body(7))
    letter = replace(letters_of(scene.state)[0], kind="retryable", attempts=1, next_at=scene.clock.at + pause(1))
    await scene.state.settle_letters([letter])
    scene.store.forbidden = "\0"
    plant = scene.plant()
    async with running(plant) as ways:
        replayer = scene.replayer(ways, plant)
        assert (await retry_letters(replayer, scene.clock.at)).counts == {}
        assert (await retry_letters(replayer, scene.clock.at + timedelta(minutes=1))).counts == {"replayed": 1}
    assert bodies(scene.store) == ["paid 7 coins"]


async def test_a_store_that_cannot_be_asked_puts_the_letter_off_with_growing_pauses() -> None:
    scene = Scene()
    await scene.push(body(7))
    plant = scene.plant()
    away = Away(forbidden="\0")
    async with running(plant) as ways:
        desk = Desk(ways.plane, away, scene.state, Admission(1, Untouched(), scene.clock), scene.clock, plant.meter, no_delays)
        pauses = []
        for _ in range(3):
            assert (await Replayer(desk).replay(EVERY)).counts == {"later": 1}
            (letter,) = letters_of(scene.state)
            assert (letter.kind, letter.cause, letter.outcome) == ("retryable", "refused", "no connection")
            pauses.append(letter.next_at - scene.clock.at if letter.next_at else None)
    assert pauses == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert pause(40) == timedelta(hours=6)


class Away(TroubledStore):
    """Answers no question."""

    async def stored_ids(self, signal: Signal, record_ids: Mapping[str, int], tenant: Tenant = DEFAULT_TENANT) -> frozenset[str]:
        raise StoreError("no connection")


async def test_lines_that_cannot_be_parsed_are_letters_with_their_cause_and_are_tried_again() -> None:
    scene = Scene()
    plant = await scene.push(b"not json\n" + body(1) + b"\n[1, 2]\n")
    letters = letters_of(scene.state)
    assert [(one.kind, one.cause, one.line, one.source) for one in letters] == [("poison", "malformed", n, "default") for n in (1, 3)]
    assert plant.meter.total("pipeline_dead_letters_total", cause="malformed") == 2
    assert plant.meter.total("pipeline_outcomes_total", outcome="rejected", reason="malformed") == 2
    assert (await scene.replay()).counts == {"still_refused": 2}
    assert "not JSON" in letters_of(scene.state)[0].outcome


async def test_a_line_that_can_be_parsed_now_takes_the_whole_way_and_is_stored_once() -> None:
    scene = Scene()
    text = body(1).decode()
    letter = DeadLetter("web", 4, "not JSON", text, scene.clock.at, "DL-x", format="ndjson?signal=logs&service=")
    await scene.state.add_dead_letters([letter])
    assert (await scene.replay(LetterFilter(source="nobody"))).counts == {}
    assert (await scene.replay()).counts == {"replayed": 1}
    assert [(log.body, log.record_id) for log in scene.store.logs] == [("paid 1 coins", "DL-x.0-0")]
    assert sum(count.events for batch in scene.store.count_batches for count in batch.counts.values()) == 1
    await scene.state.settle_letters([letter])  # as if the mark had been lost
    assert (await scene.replay()).counts == {"already_stored": 1}
    assert len(scene.store.logs) == 1


async def test_killed_between_appending_and_storing_the_copies_of_an_entry_are_stored_once() -> None:
    scene = Scene()
    letter = DeadLetter("web", 4, "not JSON", body(1).decode(), scene.clock.at, "DL-x", format="ndjson?signal=logs&service=")
    await scene.state.add_dead_letters([letter])
    entry = parsed_again(letter, Admission(1, Untouched(), scene.clock), 30)
    assert isinstance(entry, Entry)
    await scene.queue.append([entry])
    scene.queue.again()
    scene.clock.at += timedelta(minutes=2)
    assert (await scene.replay()).counts == {"replayed": 1}
    assert [log.record_id for log in scene.store.logs] == ["DL-x.0-0"]
    assert scene.queue.held == {}


async def test_a_long_text_is_cut_and_says_so() -> None:
    scene = Scene()
    await scene.push(b"x" * 5_000)
    (letter,) = letters_of(scene.state)
    assert letter.text == f"{'x' * 2_000}… (3,000 more characters)"


async def test_an_entry_that_cannot_be_read_is_kept_whole_and_stored_once_it_can() -> None:
    scene = Scene()
    good = encoded(Slice((LogRecord(1_770_000_000 * 10**9, "pay", "paid"),), ("1",)))
    entry = Entry(EntryKey("k.0"), 0, b"\x00" * 8 + b"?", 1, 1_770_000_000 * 10**9)
    plant = scene.plant()
    async with running(plant) as ways:
        await ways.plane.append([entry])
        await ways.settle(scene.queue)
    (letter,) = letters_of(scene.state)
    assert (letter.cause, letter.payload, letter.record_id) == ("unreadable", entry.payload, "k.0")
    assert plant.meter.total("pipeline_outcomes_total", outcome="refused", reason="unreadable") == 1
    assert (await scene.replay()).counts == {"still_refused": 1}
    scene.state.kept_letters = {name: [replace(one, payload=good) for one in kept] for name, kept in scene.state.kept_letters.items()}
    assert (await scene.replay()).counts == {"replayed": 1}
    assert [log.record_id for log in scene.store.logs] == ["k.0-0"]


async def test_a_dry_run_changes_nothing_and_letters_of_older_versions_are_not_replayable() -> None:
    scene = Scene()
    await scene.push(body(7))
    await scene.state.add_dead_letters([DeadLetter("old.log", 1, "no time", "x", scene.clock.at)])
    before = list(letters_of(scene.state))
    assert (await scene.replay(is_dry=True)).counts == {"replayed": 1, "not_replayable": 1}
    assert letters_of(scene.state) == before
    scene.store.forbidden = "\0"
    assert (await scene.replay(LetterFilter(ids=(before[1].letter_id,)))).counts == {"not_replayable": 1}
    assert scene.store.logs == []


async def test_a_state_database_that_fails_for_a_while_loses_no_letter() -> None:
    scene = Scene()
    scene.state.fails = 3
    await scene.push(body(1, 7))
    assert (bodies(scene.store), len(letters_of(scene.state))) == (["paid 1 coins"], 1)


async def test_every_record_that_is_sampled_out_is_an_outcome_once() -> None:
    store, queue, clock = TroubledStore(), FakeQueue(), FakeClock()
    plant = Plant(store=store, queue=queue, clock=clock, sampler=sampler_of("prod", clock))
    async with running(plant) as ways:
        await ways.receiver.take("logs", body(*range(400), status_code=200, duration_ms=1), NDJSON)
        clock.at += timedelta(seconds=11)
        await ways.settle(queue)
    out = plant.meter.total("pipeline_outcomes_total", outcome="sampled", reason="normal", signal="logs")
    assert 0 < len(store.logs) < 400
    assert out == 400 - len(store.logs) == plant.meter.total("pipeline_outcomes_total")


async def test_a_request_over_quota_is_an_outcome_and_no_letter() -> None:
    state = FakeStateStore()
    plant = Plant(state=state, quota=Quota(bytes_per_s=1))
    async with running(plant) as ways:
        await ways.receiver.take("logs", body(1), NDJSON)
        for _ in range(2):
            with pytest.raises(QuotaError):
                await ways.receiver.take("logs", body(2), NDJSON)
    assert plant.meter.total("pipeline_outcomes_total", outcome="rejected", reason="quota") == 2
    assert letters_of(state) == []
