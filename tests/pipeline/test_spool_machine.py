"""The spool against a model: whatever is acknowledged and not done is delivered, nothing else is, and in its order."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from domain.queue import Delivery
from pipeline.spool.disk import SystemDisk
from pipeline.spool.frames import COPIES, Place
from pipeline.spool.queue import Limits, SpoolQueue
from tests.fakes import FakeClock, FakeMeter
from tests.pipeline.spools import entry, opened

PARTITIONS = 2
SMALL = Limits(max_bytes=1 << 24, spare_bytes=0, segment_bytes=700)


class Hasty(SystemDisk):
    """Syncs nothing: a crash is a copy of the folder here."""

    def sync(self, file: int) -> None:
        """Nothing."""


class SpoolMachine(RuleBasedStateMachine):
    """`order`: what was acknowledged and is not done, by partition; `risky`: what damage may have taken."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.root = Path(tempfile.mkdtemp())
        self.lives = 0
        self.folder = self.root / "0"
        self.clock, self.meter = FakeClock(), FakeMeter()
        self.queue = self.open()
        self.order: list[list[str]] = [[], []]
        self.taken: list[dict[str, Delivery]] = [{}, {}]
        self.risky: set[str] = set()
        self.doubtful: set[str] = set()
        self.digests: dict[str, datetime] = {}
        self.unsure: set[str] = set()
        self.named = 0

    def open(self) -> SpoolQueue:
        return self.loop.run_until_complete(self._open())

    async def _open(self) -> SpoolQueue:
        return opened(self.folder, PARTITIONS, clock=self.clock, meter=self.meter, limits=SMALL, disk=Hasty())

    @rule(partitions=st.lists(st.integers(0, 1), min_size=1, max_size=4), size=st.integers(0, 200), together=st.booleans())
    def append(self, partitions: list[int], size: int, together: bool) -> None:
        made = [entry(f"e{self.named + number}", partition, size) for number, partition in enumerate(partitions)]
        self.named += len(made)
        groups = [made] if together else [[one] for one in made]

        async def all_at_once() -> list[bool]:
            return list(await asyncio.gather(*(self.queue.append(group) for group in groups)))

        assert all(self.loop.run_until_complete(all_at_once()))
        for one in made:
            self.order[one.partition].append(one.key)

    @rule(digest=st.sampled_from("xyz"))
    def append_with_digest(self, digest: str) -> None:
        one = entry(f"e{self.named}")
        self.named += 1
        is_new = self.loop.run_until_complete(self.queue.append([one], digest))
        known = self.digests.get(digest)
        if digest not in self.unsure:
            assert is_new == (known is None or self.clock.at - known > timedelta(minutes=15))
        if is_new:
            self.order[0].append(one.key)
            self.digests[digest] = self.clock.at
            self.unsure.discard(digest)

    @rule(minutes=st.sampled_from([1, 5, 20]))
    def wait(self, minutes: int) -> None:
        self.clock.at += timedelta(minutes=minutes)

    @rule(partition=st.integers(0, 1), limit=st.integers(1, 5))
    def read(self, partition: int, limit: int) -> None:
        given = self.loop.run_until_complete(self.queue.read(partition, limit, 0))
        assert len(given) <= limit
        fresh = [key for key in self.order[partition] if key not in self.taken[partition] and key not in self.risky]
        keys = [one.entry.key for one in given]
        assert [key for key in keys if key not in self.risky | self.doubtful] == [key for key in fresh if key in keys]
        assert set(keys) <= set(self.order[partition]) | self.risky | self.doubtful
        assert not set(keys) & set(self.taken[partition])
        assert len(keys) >= min(limit, len(fresh)) - len(self.risky)
        for one in given:
            assert one.entry.payload == entry(one.entry.key, size=len(one.entry.payload)).payload
            self.taken[partition][one.entry.key] = one

    @precondition(lambda self: any(self.taken))
    @rule(data=st.data())
    def done(self, data: st.DataObject) -> None:
        partition = data.draw(st.sampled_from([number for number in range(PARTITIONS) if self.taken[number]]))
        keys = data.draw(st.sets(st.sampled_from(sorted(self.taken[partition])), min_size=1))
        deliveries = [self.taken[partition].pop(key) for key in sorted(keys)]
        self.loop.run_until_complete(self.queue.done(deliveries))
        self.order[partition] = [key for key in self.order[partition] if key not in keys]
        self.doubtful |= keys
        self.risky -= keys

    @rule()
    def restart(self) -> None:
        self.loop.run_until_complete(self.queue.close())
        self._begin_again()

    @rule(torn=st.binary(max_size=12), cut=st.integers(0, 60))
    def crash(self, torn: bytes, cut: int) -> None:
        """The folder as it is now, with the beginning of an append that was not acknowledged at its end."""
        self._copy()
        for path in self.folder.glob("*.open"):
            data = path.read_bytes()
            last = data[data.rindex(data[8:16]) :] if data.count(data[8:16]) > COPIES else b""
            path.write_bytes(data + last[: min(cut, len(last) - 1)] if last else data + torn)
        self._begin_again()

    @rule(share=st.floats(0, 1))
    def lose_the_end(self, share: float) -> None:
        """The file that grows loses its end, acknowledged or not: what lies before the cut must still come."""
        self._copy()
        for path in self.folder.glob("*.open"):
            size = round(path.stat().st_size * share)
            self._risk(path, size)
            with path.open("r+b") as file:
                file.truncate(size)
        self._begin_again()

    @rule(share=st.floats(0, 1, exclude_max=True), which=st.integers(0, 99), bit=st.integers(0, 7))
    def flip_a_bit(self, share: float, which: int, bit: int) -> None:
        """One bit of one segment flips: at most the entries of that append are gone."""
        self._copy()
        paths = sorted(path for path in self.folder.iterdir() if path.suffix in {".open", ".ready", ".corrupt"} and path.stat().st_size)
        if paths:
            path = paths[which % len(paths)]
            data = bytearray(path.read_bytes())
            at = int(share * len(data))
            self._risk(path, at, only_one=True)
            data[at] ^= 1 << bit
            path.write_bytes(data)
        self._begin_again()

    def _risk(self, path: Path, at: int, *, only_one: bool = False) -> None:
        """Everything appended to a file from the frame that holds this byte on (or in that frame alone) may be lost."""
        number = int(path.stem)
        held = [place for place in self._places() if place.segment == number]
        frames = sorted({place.frame for place in held})
        hit = max((frame for frame in frames if frame <= at), default=0)
        lost = [place for place in held if (place.frame == hit if only_one else place.frame >= hit)]
        self.risky |= {place.key for place in lost}
        self.unsure |= set(self.digests)

    def _places(self) -> Iterator[Place]:
        index = self.queue._index
        for fresh, taken in zip(index._fresh, index._taken, strict=True):
            yield from fresh
            yield from taken.values()

    def _copy(self) -> None:
        self.lives += 1
        copy = self.root / str(self.lives)
        shutil.copytree(self.folder, copy)
        self.loop.run_until_complete(self.queue.close())
        self.folder = copy

    def _begin_again(self) -> None:
        self.queue = self.open()
        self.taken = [{}, {}]

    @invariant()
    def counts_what_is_not_done(self) -> None:
        if not self.risky:
            assert self.queue._index.depth == sum(map(len, self.order))

    def teardown(self) -> None:
        for partition in range(PARTITIONS):
            while self.loop.run_until_complete(self.queue.read(partition, 50, 0)):
                pass
            left = {place.key for place in self._places()}
            assert set(self.order[partition]) - self.risky <= left
        self.loop.run_until_complete(self.queue.close())
        self.loop.close()
        shutil.rmtree(self.root)


TestSpool = SpoolMachine.TestCase
TestSpool.settings = settings(
    max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
TestSpool = pytest.mark.timeout(60)(TestSpool)
