"""A sender as senders should be: the same body again until it is acknowledged; everything it did is kept in a journal."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from random import Random
from time import monotonic, perf_counter
from typing import IO

import httpx

from evals.soak.records import Batch, Stream

TIMEOUT_S, FIRST_PAUSE_S, LONGEST_PAUSE_S = 5.0, 0.05, 1.0


@dataclass(slots=True)
class Journal:
    """What was issued and what was acknowledged, by request, in memory and in a file.

    `accepted`: how many records the answer named; `doubtful`: requests that were tried more than once or answered as a repeat, so
    that their number may be of another try than the one that was kept.
    """

    file: IO[str] | None = None
    issued: set[int] = field(default_factory=set)
    accepted: dict[int, int] = field(default_factory=dict)
    doubtful: set[int] = field(default_factory=set)
    refused: Counter[str] = field(default_factory=Counter)
    ack_ms: list[float] = field(default_factory=list)

    def issue(self, number: int) -> None:
        """A request is about to be sent."""
        self.issued.add(number)
        self._write({"issued": number})

    def acknowledge(self, number: int, accepted: int, *, is_doubtful: bool) -> None:
        """A request was answered with success."""
        self.accepted.setdefault(number, accepted)
        if is_doubtful:
            self.doubtful.add(number)
        self._write({"acknowledged": number, "accepted": accepted})

    def _write(self, event: dict[str, int]) -> None:
        if self.file is not None:
            self.file.write(json.dumps(event) + "\n")
            self.file.flush()


@dataclass(frozen=True, slots=True)
class Sender:
    """Connections to receivers. `repeats`: share of acknowledged requests that are sent again.

    Each connection stays with its receiver; one that `roams` goes to the next receiver at every further try, as behind a load balancer.
    """

    stream: Stream
    journal: Journal
    urls: tuple[str, ...]
    dice: Random
    repeats: float = 0.0
    roams: bool = False
    patience_s: float = 90.0

    async def send(self, numbers: Iterable[int], connections: int, per_s: float) -> None:
        """Send these requests, so many a second, and return when each is acknowledged or given up after `patience_s`."""
        began, waiting = monotonic(), asyncio.Queue[int](maxsize=connections * 4)
        async with httpx.AsyncClient(timeout=TIMEOUT_S) as client, asyncio.TaskGroup() as group:
            workers = [group.create_task(self._work(client, waiting, place)) for place in range(connections)]
            for place, number in enumerate(numbers):
                await asyncio.sleep(max(0.0, began + place / per_s - monotonic()))
                await waiting.put(number)
            await waiting.join()
            for worker in workers:
                worker.cancel()

    async def _work(self, client: httpx.AsyncClient, waiting: asyncio.Queue[int], place: int) -> None:
        while True:
            number = await waiting.get()
            batch = self.stream.batch(number)
            self.journal.issue(number)
            await self._insist(client, place, batch)
            if self.dice.random() < self.repeats:
                await self._insist(client, place + self.roams, batch)
            waiting.task_done()

    async def _insist(self, client: httpx.AsyncClient, place: int, batch: Batch) -> None:
        pause_s, end, tries = FIRST_PAUSE_S, monotonic() + self.patience_s, 0
        while monotonic() < end:
            url = self.urls[(place + self.roams * tries) % len(self.urls)]
            began, tries = perf_counter(), tries + 1
            answer = await self._push(client, url, batch)
            if answer is not None:
                self.journal.ack_ms.append((perf_counter() - began) * 1_000)
                is_doubtful = tries > 1 or "watchfloor-repeat" in answer.headers
                self.journal.acknowledge(batch.number, answer.json()["accepted"], is_doubtful=is_doubtful)
                return
            await asyncio.sleep(self.dice.uniform(0, pause_s))
            pause_s = min(LONGEST_PAUSE_S, pause_s * 2)

    async def _push(self, client: httpx.AsyncClient, url: str, batch: Batch) -> httpx.Response | None:
        """One try; None for whatever a good sender tries again."""
        with suppress(httpx.TransportError):
            headers = {"content-type": "application/x-ndjson"}
            answer = await client.post(f"{url}/api/ingest", params={"signal": batch.signal}, content=batch.body, headers=headers)
            if answer.status_code == HTTPStatus.OK:
                return answer
            self.journal.refused[str(answer.status_code)] += 1
            return None
        self.journal.refused["no answer"] += 1
        return None
