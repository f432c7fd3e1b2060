"""What the spool asks of the file system where it may fail; a fake in tests."""

import os
import shutil
from pathlib import Path
from typing import Protocol


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


def sync_folder(folder: Path) -> None:
    """Make names that came, went or changed in a folder durable."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
