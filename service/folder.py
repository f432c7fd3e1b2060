"""The data folder of embedded state: what it is, which version wrote it, and who holds it."""

import fcntl
import json
import os
import time
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from domain.errors import DataFolderError
from domain.window import rfc3339

FORMAT = 1
META = "meta.json"
LOCK = "lock"
_PATIENCE_S = 0.3  # long enough to outlast somebody who only looks who holds the folder


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that holds a data folder; `address` is where it serves, empty when it does not."""

    pid: int
    command: str
    address: str
    started_at: str


class DataFolder:
    """A held data folder. `close` lets it go; the end of the process does too, however it ends."""

    def __init__(self, path: Path, lock: int, held_by: Holder) -> None:
        self.path = path
        self._lock = lock
        self._holder = held_by

    @classmethod
    def open(cls, path: Path, command: str, started_at: datetime, address: str = "") -> "DataFolder":
        """Makes or takes a folder and holds it alone. Raises DataFolderError, having touched nothing that is not ours."""
        _make(path)
        _check(path)
        me = Holder(os.getpid(), command, address, rfc3339(started_at))
        folder = cls(path, _locked(path), me)
        folder._settle()
        return folder

    @property
    def telemetry(self) -> Path:
        """The folder of the embedded telemetry store."""
        return self.path / "telemetry"

    @property
    def state(self) -> Path:
        """The SQLite file of the state."""
        return self.path / "state.sqlite"

    @property
    def vectors(self) -> Path:
        """The folder of the local vector index."""
        return self.path / "vectors"

    def announce(self, address: str) -> None:
        """Tells other processes where the holder serves."""
        self._holder = Holder(self._holder.pid, self._holder.command, address, self._holder.started_at)
        self._write_holder()

    def close(self) -> None:
        """Lets the folder go; a second call does nothing."""
        if self._lock >= 0:
            os.ftruncate(self._lock, 0)
            os.close(self._lock)
            self._lock = -1

    def _settle(self) -> None:
        meta = self.path / META
        if not meta.exists():
            fresh = meta.with_suffix(".new")
            fresh.write_text(json.dumps({"format": FORMAT}) + "\n")
            fresh.replace(meta)
        self._write_holder()

    def _write_holder(self) -> None:
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, json.dumps(asdict(self._holder)).encode(), 0)


def holder(path: Path) -> Holder | None:
    """Who holds a folder now; a lock file left by a dead process is nobody."""
    try:
        lock = os.open(path / LOCK, os.O_RDONLY)
    except OSError:
        return None
    try:
        return None if _is_free(lock) else _read_holder(lock)
    finally:
        os.close(lock)


def _is_free(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read_holder(lock: int) -> Holder:
    try:
        found: dict[str, Any] = json.loads(os.pread(lock, 65_536, 0))
        return Holder(int(found["pid"]), str(found["command"]), str(found["address"]), str(found["started_at"]))
    except (ValueError, KeyError, TypeError):  # it holds the lock and has not written yet
        return Holder(0, "", "", "")


def _make(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise DataFolderError(f"the data folder {str(path)!r} cannot be made: a file is in its place; name another with --data") from error
    except OSError as error:
        raise DataFolderError(f"the data folder {str(path)!r} cannot be made ({error.strerror}); name another with --data") from error
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise DataFolderError(f"the data folder {str(path)!r} is not writable for this user; change its owner, or name another with --data")


def _check(path: Path) -> None:
    meta = path / META
    if not meta.exists():
        foreign = sorted(entry.name for entry in path.iterdir() if entry.name not in {LOCK, "meta.new"})
        if foreign:
            raise DataFolderError(
                f"{str(path)!r} is not empty (it holds {foreign[0]!r}) and no data folder of ours; name a new one with --data"
            )
        return
    found = _format(meta)
    if found != FORMAT:
        raise DataFolderError(
            f"the data folder {str(path)!r} has format {found!r} and this version reads format {FORMAT}; "
            "use the version that wrote it, or name another folder with --data (nothing was changed)"
        )


def _format(meta: Path) -> object:
    try:
        found = json.loads(meta.read_text())
        return found.get("format") if isinstance(found, dict) else None
    except (OSError, ValueError) as error:
        raise DataFolderError(f"{str(meta)!r} cannot be read ({error}); restore it, or name another folder with --data") from error


def _locked(path: Path) -> int:
    lock = _opened_lock(path)
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                found = _read_holder(lock)
                os.close(lock)
                raise DataFolderError(_held(path, found)) from error
            time.sleep(0.02)
        else:
            return lock


def _opened_lock(path: Path) -> int:
    try:
        return os.open(path / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise DataFolderError(f"the data folder {str(path)!r} cannot be locked ({error.strerror}); name another with --data") from error


def _held(path: Path, found: Holder) -> str:
    serving = f", serving at {found.address}" if found.address else ""
    who = f"{found.command!r} (process {found.pid}{serving})" if found.pid else "another process"
    return f"the data folder {str(path)!r} is held by {who}; ask that one, end it, or name another folder with --data"
