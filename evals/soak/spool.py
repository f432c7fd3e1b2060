"""Damage to the spool of a part that is down: what a crash or a bad disk does to its files."""

import os
from collections.abc import Iterator
from pathlib import Path

from pipeline.spool.frames import Place
from pipeline.spool.marks import Mark, marks
from pipeline.spool.scanning import Scan, scan

TORN_SHARE = 0.6


def tear(spool: Path) -> bool:
    """Leave the first part of an append at the end of the open segment, as a crash in its middle does. Whether there was one."""
    for path, seen in _segments(spool, ".open"):
        if seen.frames:
            last = seen.frames[-1]
            frame = path.read_bytes()[last.start : last.end]
            with path.open("ab") as file:
                file.write(frame[: int(len(frame) * TORN_SHARE)])
            return True
    return False


def flip_done(spool: Path) -> bool:
    """Flip a bit in a payload that is done with, in a segment that is still there. Whether there was one."""
    return _flip(spool, is_done=True)


def flip_undone(spool: Path) -> bool:
    """Flip a bit in a payload that is acknowledged and not done. Whether there was one."""
    return _flip(spool, is_done=False)


def flip_marks(spool: Path) -> bool:
    """Flip a bit in the marks of what is done. Whether there were any."""
    for path in spool.glob("*.done"):
        if size := path.stat().st_size:
            _flip_at(path, size // 2)
            return True
    return False


def _flip(spool: Path, *, is_done: bool) -> bool:
    for path, seen in _segments(spool, ".*"):
        done = _marked(path)
        for place in seen.whole:
            if place.length and (Mark(place.frame, place.index, place.records) in done) == is_done:
                _flip_at(path, _middle(place))
                return True
    return False


def _segments(spool: Path, ending: str) -> Iterator[tuple[Path, Scan]]:
    for path in sorted(spool.glob(f"*{ending}")):
        if path.suffix in {".open", ".ready"}:
            yield path, scan(path.read_bytes(), int(path.stem), is_open=path.suffix == ".open")


def _marked(path: Path) -> frozenset[Mark]:
    done = path.with_suffix(".done")
    return frozenset(marks(done.read_bytes())) if done.exists() else frozenset()


def _middle(place: Place) -> int:
    return place.at + place.length // 2


def _flip_at(path: Path, at: int) -> None:
    with path.open("r+b") as file:
        byte = os.pread(file.fileno(), 1, at)
        os.pwrite(file.fileno(), bytes([byte[0] ^ 0x10]), at)
