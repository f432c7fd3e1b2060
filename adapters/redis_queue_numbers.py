"""Senders number their records: a gap proves that acknowledged records are gone."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import orjson

Totals = dict[int, dict[str, int]]  # partition -> sender -> records


class Numbers:
    """What this process appended as a sender, and what arrived of each sender at the partitions it owns.

    A `path` may be given only where this process owns every partition: then the numbers outlive the server's own memory of
    them, and a server that lost its data between two starts is found out too. A tail lost in a crash of both is not.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.lost = 0
        self._path = path
        kept = _read(path)
        self._acknowledged: Totals = kept["acknowledged"]
        self._kept: Totals = kept["arrived"]
        self._arrived: Totals = {}
        self._written = b""
        self.sender = uuid4().hex[:12]

    def renew(self) -> None:
        """Become another sender: nobody knows whether the last numbers were used."""
        self.sender = uuid4().hex[:12]

    def sent(self, partition: int) -> int:
        """The last number this sender used."""
        return self._acknowledged.get(partition, {}).get(self.sender, 0)

    def acknowledge(self, partition: int, records: int) -> None:
        """Count records the server took."""
        totals = self._acknowledged.setdefault(partition, {})
        totals[self.sender] = totals.get(self.sender, 0) + records

    def open(self, partition: int, done: Mapping[str, int] | None) -> None:
        """Begin to own a partition; `done` is what the server knows of it, None when it knows nothing."""
        known = self._kept.pop(partition, {})
        if self._path is None or partition not in self._arrived:
            self._arrived[partition] = dict(known if done is None else done)

    def arrive(self, partition: int, sender: str, before: int, records: int, is_again: bool) -> None:
        """Count an entry whose sender had numbered `before` records until then; what is missing in between is lost."""
        totals = self._arrived.setdefault(partition, {})
        is_from_birth = self._path is not None and not is_again
        expected = totals.get(sender, 0 if is_from_birth else before)
        totals[sender] = max(expected, before + records)
        self.lost += max(0, before - expected)

    def arrived(self, partition: int, sender: str) -> int:
        """The last number of a sender that came."""
        return self._arrived.get(partition, {}).get(sender, 0)

    def senders(self, partition: int) -> set[str]:
        """Every sender of which something came."""
        return set(self._arrived.get(partition, {}))

    def promised(self, partition: int) -> Mapping[str, int]:
        """The last number of each of our senders; whoever reads now must find everything up to these."""
        return dict(self._acknowledged.get(partition, {}))

    def drain(self, partition: int, promised: Mapping[str, int]) -> None:
        """Compare at a moment when nothing more is there to read: what was promised and did not come is lost."""
        totals = self._arrived.setdefault(partition, {})
        for sender, total in promised.items():
            if sender in totals or self._path is not None:
                self.lost += max(0, total - totals.get(sender, 0))
                totals[sender] = max(total, totals.get(sender, 0))
        self._forget(partition)

    def keep(self) -> None:
        """Write the numbers to their file; to be called before the server forgets what was done."""
        document = orjson.dumps({"acknowledged": self._acknowledged, "arrived": self._arrived | self._kept}, option=orjson.OPT_NON_STR_KEYS)
        if self._path is None or document == self._written:
            return
        fresh = self._path.with_suffix(".new")
        with suppress(OSError):  # a full disk must not keep entries from being done; the next call writes all of it
            fresh.write_bytes(document)
            fresh.replace(self._path)
            self._written = document

    def _forget(self, partition: int) -> None:
        """Senders before this one are complete once a partition is drained."""
        self._acknowledged[partition] = {self.sender: self.sent(partition)}


def _read(path: Path | None) -> dict[str, Totals]:
    """The kept numbers; a file that cannot be read is as good as none."""
    if path is None:
        return {"acknowledged": {}, "arrived": {}}
    try:
        document = orjson.loads(path.read_bytes())
        return {
            name: {int(partition): dict(totals) for partition, totals in document[name].items()} for name in ("acknowledged", "arrived")
        }
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return _read(None)
