"""Reading a partition: first what was delivered and is not done, then what is new."""

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from adapters.redis_queue_commits import book, stream
from adapters.redis_queue_link import Argument, Link, NoGroupError
from adapters.redis_queue_numbers import Numbers
from adapters.redis_queue_scripts import DONE, OPEN
from domain.queue import Delivery, Entry, EntryKey

CONSUMER = "owner"  # one name for every owner in turn, as the partition is leased: the next one finds what the last one left
LONGEST_BLOCK_S = 1.0
MOST_DONE = 2_000  # entries of one script
LATE_MS = 1_500  # from receiving to the stream without a detour: a group commit, at most

FIELDS = frozenset({b"k", b"n", b"t", b"p", b"s", b"q"})
Fields = Mapping[bytes, bytes]


class Reads:
    """One partition as its owner sees it.

    `_again_after` is the place in the list of delivered entries from which to read it again; None once it was read. What this
    owner holds is left out of that, so after a reply that never came only that reply's entries are delivered again.
    """

    def __init__(self, link: Link, partition: int, group: str, name: str, numbers: Numbers) -> None:
        self._link = link
        self._partition = partition
        self._group = group
        self._name = name
        self._numbers = numbers
        self._keys = (stream(partition), book(partition))
        self._is_known = False
        self._is_open = False
        self._again_after: str | None = "-"
        self._held: dict[str, str] = {}
        self.vanished = 0
        self.foreign = 0

    def restart(self) -> None:
        """The partition was not ours in between: read everything that is not done again."""
        self._is_known, self._is_open, self._again_after = False, False, "-"
        self._held.clear()

    async def read(self, limit: int, wait_s: float) -> tuple[Delivery, ...]:
        """At most `limit` entries. A group that a flush removed is made again."""
        has_answer = False
        try:
            found = await self._read(limit, wait_s)
            has_answer = True
        except NoGroupError:
            self._is_open, found, has_answer = False, (), True
        finally:  # the reply never came, or nobody waited for it: what it held is read again
            self._again_after = self._again_after if has_answer else "-"
        return found

    async def done(self, deliveries: Sequence[Delivery]) -> None:
        """Forget entries, in scripts of a bounded size."""
        for start in range(0, len(deliveries), MOST_DONE):
            part = deliveries[start : start + MOST_DONE]
            await self._link.script(DONE, self._keys, [self._group, *self._seen(part), *_rows(part)])
            for delivery in part:
                self._held.pop(delivery.position, None)

    def _seen(self, deliveries: Iterable[Delivery]) -> list[str | int]:
        held = [self._held.get(one.position) for one in deliveries]
        senders = {sender for sender in held if sender} if all(held) else self._numbers.senders(self._partition)
        numbered = [word for sender in sorted(senders) for word in (sender, self._numbers.arrived(self._partition, sender))]
        return [len(senders), *numbered]

    async def _read(self, limit: int, wait_s: float) -> tuple[Delivery, ...]:
        await self._open()
        while self._again_after is not None:
            if found := await self._again(limit):
                return found
        end = time.monotonic() + wait_s
        while True:
            promised = self._numbers.promised(self._partition)
            left_s = min(end - time.monotonic(), LONGEST_BLOCK_S, self._link.timeout_s / 2)
            replies = await self._replies(limit, left_s)
            if found := self._deliveries(replies, {}):
                return found
            if not replies:
                self._numbers.drain(self._partition, promised)
            if time.monotonic() >= end:
                return ()

    async def _open(self) -> None:
        if self._is_open:
            return
        if not self._is_known:
            known = await self._link.command("HGETALL", self._keys[1])
            done = {_text(name)[2:]: int(value) for name, value in known.items() if name.startswith(b"s:")}
            self._numbers.open(self._partition, done if known else None)
            self._is_known = True
        await self._link.script(OPEN, self._keys[:1], [self._group])
        self._is_open = True

    async def _again(self, limit: int) -> tuple[Delivery, ...]:
        """The next delivered entries that nobody holds; only these count as delivered once more."""
        pending = await self._link.pending(self._keys[0], self._group, CONSUMER, self._again_after or "-", limit)
        if not pending:
            self._again_after = None
            return ()
        attempts = {position: times + 1 for position, times in pending.items() if position not in self._held}
        words: list[Argument] = ["XCLAIM", self._keys[0], self._group, CONSUMER, 0, *attempts]
        replies = await self._link.command(*words) if attempts else []
        self.vanished += len(attempts) - len(replies)
        found = self._deliveries(replies, attempts)
        self._again_after = f"({list(pending)[-1]}"
        return found

    async def _replies(self, limit: int, wait_s: float) -> list[tuple[bytes, Fields]]:
        block_ms = max(1, int(wait_s * 1_000))
        words: list[Argument] = [
            "XREADGROUP",
            "GROUP",
            self._group,
            CONSUMER,
            "COUNT",
            limit,
            "BLOCK",
            block_ms,
            "STREAMS",
            self._keys[0],
            ">",
        ]
        answer: Any = await self._link.command(*words)
        return list(answer[0][1]) if answer else []

    def _deliveries(self, replies: Sequence[tuple[bytes, Fields]], attempts: Mapping[str, int]) -> tuple[Delivery, ...]:
        is_again = self._again_after is not None
        ours = [(_text(at), fields) for at, fields in replies if fields and fields.keys() >= FIELDS]
        self.foreign += sum(bool(fields) for _, fields in replies) - len(ours)
        return tuple(self._delivery(at, fields, attempts.get(at, 1), is_again) for at, fields in ours)

    def _delivery(self, position: str, fields: Fields, attempt: int, is_again: bool) -> Delivery:
        sender, records = _text(fields[b"s"]), int(fields[b"n"])
        self._numbers.arrive(self._partition, sender, int(fields[b"q"]), records, is_again)
        self._held[position] = sender
        entry = Entry(EntryKey(_text(fields[b"k"])), self._partition, fields[b"p"], records, int(fields[b"t"]))
        return Delivery(entry, self._name, position, attempt, is_again or _is_late(position, entry))


def _is_late(position: str, entry: Entry) -> bool:
    """Whether an entry lay somewhere else before it came here: a first try may have landed although nobody heard of it."""
    return int(position.partition("-")[0]) - entry.received_at_ns // 1_000_000 > LATE_MS


def _rows(deliveries: Iterable[Delivery]) -> list[str | int]:
    return [word for one in deliveries for word in (one.position, one.entry.records, len(one.entry.payload))]


def _text(value: bytes | str) -> str:
    return value if isinstance(value, str) else value.decode()
