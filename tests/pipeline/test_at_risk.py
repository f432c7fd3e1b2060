"""What is acknowledged from memory is bounded, metered, and made durable as soon as that works."""

import asyncio
from collections.abc import Sequence

from domain.errors import QueueError
from domain.queue import Entry
from pipeline.at_risk import AtRisk
from tests.fakes import FakeMeter
from tests.pipeline.spools import entry


class Place:
    """Where entries become durable, once it is up."""

    def __init__(self, *, is_up: bool = True) -> None:
        self.is_up = is_up
        self.kept: list[str] = []

    async def append(self, entries: Sequence[Entry]) -> bool:
        await asyncio.sleep(0)
        if not self.is_up:
            raise QueueError("down")
        self.kept.extend(one.key for one in entries)
        return True


async def test_entries_wait_in_memory_until_they_are_durable() -> None:
    place, meter = Place(is_up=False), FakeMeter()
    risk = AtRisk(place.append, meter)
    assert risk.take([entry("a"), entry("b")])
    await asyncio.sleep(0.02)
    assert (place.kept, meter.total("pipeline_bytes_at_risk")) == ([], 80)
    place.is_up = True
    await risk.close()
    assert (place.kept, meter.total("pipeline_bytes_at_risk"), meter.total("pipeline_events_lost_total")) == (["a", "b"], 0, 0)


async def test_memory_is_bounded() -> None:
    place = Place()
    risk = AtRisk(place.append, FakeMeter(), most_bytes=100)
    assert risk.take([entry("a"), entry("b")])
    assert not risk.take([entry("c")])
    await risk.close()
    assert place.kept == ["a", "b"]
    assert risk.take([entry("d")])
    await risk.close()
    assert place.kept == ["a", "b", "d"]


async def test_what_could_not_be_made_durable_at_the_end_is_counted() -> None:
    meter = FakeMeter()
    risk = AtRisk(Place(is_up=False).append, meter, last_try_s=0.01)
    risk.take([entry("a", records=7)])
    await risk.close()
    assert meter.total("pipeline_events_lost_total") == 7
