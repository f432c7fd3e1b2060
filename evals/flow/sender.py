"""A sender in a process of its own: so many events a second whether answered or not, and how long each answer took."""

import asyncio
import json
import sys
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from time import monotonic

from evals.flow.bodies import EVENTS, bodies, errors_in

CONNECTIONS = 32
MADE = 64
TRIES = 40
Due = asyncio.Queue[tuple[int, float] | None]
GIVEN = ("host", "port", "rate", "seconds", "name")


@dataclass(slots=True)
class Sent:
    """What came of it: milliseconds of each acknowledged request from when it was due, answers by status, events acknowledged."""

    took_ms: list[float] = field(default_factory=list)
    answers: dict[str, int] = field(default_factory=dict)
    acknowledged: int = 0
    errors: int = 0
    given_up: int = 0
    seconds: float = 0.0


async def send(host: str, port: int, rate: int, seconds: float, name: str) -> Sent:
    """Send at a rate in events a second. A request that finds no connection free waits, and its wait counts."""
    made, sent, number, began = bodies(MADE, datetime.now(UTC)), Sent(), 0, monotonic()
    due: Due = asyncio.Queue()
    workers = [asyncio.create_task(_work((host, port), due, made, sent, name)) for _ in range(CONNECTIONS)]
    while (passed := monotonic() - began) < seconds:
        while number * EVENTS < passed * rate:
            due.put_nowait((number, began + number * EVENTS / rate))
            number += 1
        await asyncio.sleep(0.002)
    for _ in workers:
        due.put_nowait(None)
    await asyncio.wait(workers)
    sent.seconds = monotonic() - began
    return sent


async def _work(address: tuple[str, int], due: Due, made: list[bytes], sent: Sent, name: str) -> None:
    reader, writer = await asyncio.open_connection(*address)
    while (one := await due.get()) is not None:
        number, at = one
        body = made[number % len(made)]
        for attempt in range(TRIES):
            status, wait_s = await _asked(reader, writer, body, f"{name}-{number}")
            sent.answers[str(status)] = sent.answers.get(str(status), 0) + 1
            if status == 200:  # noqa: PLR2004 (HTTP OK)
                sent.took_ms.append((monotonic() - at) * 1e3)
                sent.acknowledged += EVENTS
                sent.errors += errors_in(body)
                break
            await asyncio.sleep(max(wait_s, 0.1 * attempt))
        else:
            sent.given_up += EVENTS
    writer.close()


async def _asked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, body: bytes, key: str) -> tuple[int, float]:
    head = f"POST /api/ingest HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/x-ndjson\r\nidempotency-key: {key}\r\n"
    writer.write(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
    status = int((await reader.readline()).split()[1])
    length, wait_s = 0, 0.0
    while line := (await reader.readline()).strip().lower():
        name, _, value = line.partition(b":")
        length = int(value) if name == b"content-length" else length
        wait_s = float(value) if name == b"retry-after" else wait_s
    await reader.readexactly(length)
    return status, wait_s


if __name__ == "__main__":
    host, port, rate, seconds, name = sys.argv[1:6]
    print(json.dumps(asdict(asyncio.run(send(host, int(port), int(rate), float(seconds), name)))))  # noqa: T201  the answer of this process
