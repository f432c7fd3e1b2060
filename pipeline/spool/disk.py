"""What the spool asks of the file system where it may fail; a fake in tests."""

import asyncio
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import ParamSpec, Protocol, TypeVar

THREADS = 4
Given = ParamSpec("Given")
Answer = TypeVar("Answer")


class Disk(Protocol):
    """Writes that may fail. Raises OSError."""

    def write(self, file: int, data: bytes) -> None: ...
    def sync(self, file: int) -> None: ...
    def free(self, folder: Path) -> int: ...


class SystemDisk:
    """The machine's own."""

    def write(self, file: int, data: bytes) -> None:
        """Append all of the data."""
        left = memoryview(data)
        while left:
            left = left[os.write(file, left) :]

    def sync(self, file: int) -> None:
        """Return when the file's bytes are on the device."""
        os.fdatasync(file) if hasattr(os, "fdatasync") else os.fsync(file)

    def free(self, folder: Path) -> int:
        """Bytes this user may still write."""
        return shutil.disk_usage(folder).free


class Threads:
    """Threads of the spool's own: a store that stalls in others must not hold up an append."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="spool")

    async def run(self, work: Callable[Given, Answer], *args: Given.args, **named: Given.kwargs) -> Answer:
        """Do blocking work without blocking the event loop; cancelled, the work still ends."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, partial(work, *args, **named))

    def close(self) -> None:
        """Take no more work."""
        self._pool.shutdown(wait=False)


def sync_folder(folder: Path) -> None:
    """Make names that came, went or changed in a folder durable."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
