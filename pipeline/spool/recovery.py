"""What a spool finds in its folder when it starts: entries that are not done, digests, and what is broken."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.spool.disk import sync_folder
from pipeline.spool.frames import Place
from pipeline.spool.marks import Mark, marks
from pipeline.spool.scanning import Scan, scan
from pipeline.spool.segments import CORRUPT, DIGESTS, DONE, NEW, OPEN, READY

KEEP_CORRUPT_S = 7 * 86_400


@dataclass(slots=True)
class Found:
    """The contents of a spool folder. `torn`: unfinished last appends that were cut off; `lost`: records that damage took."""

    places: list[Place] = field(default_factory=list)
    digests: dict[int, dict[str, int]] = field(default_factory=dict)
    segments: list[int] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    aside: list[int] = field(default_factory=list)
    last: int = 0
    torn: int = 0
    corrupt: int = 0
    lost: int = 0


def found_in(folder: Path, now_s: float) -> Found:
    """Read a spool folder and put it in order. Only a folder that cannot be read at all raises (OSError)."""
    found = Found()
    for path in sorted(folder.iterdir()):
        number = int(path.stem) if path.stem.isdecimal() else 0
        found.last = max(found.last, number)
        if number and path.suffix in {OPEN, READY, CORRUPT}:
            _take(found, path, number, now_s)
        elif number and path.suffix == DIGESTS:
            found.digests[number] = {frame.digest: frame.at_ns for frame in scan(path.read_bytes(), number, is_open=False).frames}
            found.gone.append(number)
        elif path.suffix == NEW:
            path.unlink()
    _drop_stale_marks(folder, found)
    sync_folder(folder)
    return found


def _take(found: Found, path: Path, number: int, now_s: float) -> None:
    try:
        data = path.read_bytes()
    except OSError:
        found.corrupt += 1
        found.aside.append(number)
        return
    seen = scan(data, number, is_open=path.suffix == OPEN)
    if seen.torn_at is not None:
        os.truncate(path, seen.torn_at)
        found.torn += bool(data)
    done = frozenset(_marks_of(path))
    left = [place for place in seen.whole if Mark(place.frame, place.index, place.records) not in done]
    if path.suffix == CORRUPT and not left and now_s - path.stat().st_mtime > KEEP_CORRUPT_S:
        path.unlink()
        return
    found.places.extend(left)
    found.digests[number] = {frame.digest: frame.at_ns for frame in seen.frames if frame.digest}
    _name(found, path, number, seen, lost(seen, done))


def _name(found: Found, path: Path, number: int, seen: Scan, gone: int) -> None:
    if path.suffix == CORRUPT or seen.is_damaged:
        found.aside.append(number)
        if path.suffix != CORRUPT:
            found.corrupt += 1
            found.lost += gone
            path.rename(path.with_suffix(CORRUPT))
        return
    if not seen.frames:
        path.unlink()
        return
    found.segments.append(number)
    path.rename(path.with_suffix(READY))


def lost(seen: Scan, done: frozenset[Mark]) -> int:
    """Records that damage took and that were not done yet, as far as later frames tell."""
    broken = sum(place.records for place in seen.broken if Mark(place.frame, place.index, place.records) not in done)
    spared = (sum(mark.records for mark in done if hole.start <= mark.frame < hole.end) for hole in seen.holes)
    holes = sum(max(hole.records - done_there, 0) for hole, done_there in zip(seen.holes, spared, strict=True))
    return broken + holes


def _marks_of(path: Path) -> Iterator[Mark]:
    with contextlib.suppress(FileNotFoundError):
        yield from marks(path.with_suffix(DONE).read_bytes())


def _drop_stale_marks(folder: Path, found: Found) -> None:
    kept = {*found.segments, *found.aside}
    for path in folder.glob(f"*{DONE}"):
        if path.stem.isdecimal() and int(path.stem) not in kept:
            path.unlink()
