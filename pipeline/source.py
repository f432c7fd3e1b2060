"""A file to load: its content unpacked block by block, whatever the packing, and its hash."""

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from domain.errors import NothingFoundError, WrongUseError

BLOCK = 1 << 18
_PACKED_BLOCK = 1 << 15
_PIECE = 1 << 12
_GZIP = b"\x1f\x8b"
_WBITS_GZIP = 16 + zlib.MAX_WBITS
_OTHER_PACKINGS = {b"PK\x03\x04": "zip", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "zstd", b"7z\xbc\xaf": "7z"}


@dataclass(frozen=True, slots=True)
class Source:
    """A readable file, the name it is reported under, and when it was last written (years are inferred from it)."""

    path: Path
    name: str
    modified_at: datetime

    @classmethod
    def of_path(cls, path: Path) -> "Source":
        """A file on disk. Raises NothingFoundError when it is missing, WrongUseError when it is a folder."""
        try:
            modified_s = path.stat().st_mtime
        except FileNotFoundError as error:
            raise NothingFoundError(f"There is no file {str(path)!r}; check the path.") from error
        except OSError as error:
            raise WrongUseError(f"{str(path)!r} cannot be read: {error.strerror}.") from error
        return cls(path, path.name, datetime.fromtimestamp(modified_s, UTC))

    @property
    def stem(self) -> str:
        """The name up to its first dot: the service of lines that name none."""
        return self.name.partition(".")[0] or self.name

    def open(self) -> BinaryIO:
        """The raw bytes. Raises WrongUseError for a folder or a file we may not read."""
        if self.path.is_dir():
            raise WrongUseError(f"{str(self.path)!r} is a folder; name the files in it.")
        try:
            return self.path.open("rb")
        except FileNotFoundError as error:
            raise NothingFoundError(f"There is no file {str(self.path)!r}; check the path.") from error
        except OSError as error:
            raise WrongUseError(f"{str(self.path)!r} cannot be read: {error.strerror}.") from error

    def sha256(self) -> str:
        """The hash of the raw bytes. Raises NothingFoundError for an empty file."""
        digest = hashlib.sha256()
        with self.open() as file:
            if not (block := file.read(BLOCK)):
                raise NothingFoundError(f"{self.name!r} is empty; there is nothing to load.")
            while block:
                digest.update(block)
                block = file.read(BLOCK)
        return digest.hexdigest()


class Content:
    """The unpacked bytes of an open file. `cut` says why a gzip ended early; `bytes_read` counts packed bytes."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self._name = name
        self.bytes_read = 0
        self.cut = ""

    def blocks(self) -> Iterator[bytes]:
        """Blocks of unpacked bytes. Raises WrongUseError for a packing we do not read."""
        first = self._read()
        for magic, packing in _OTHER_PACKINGS.items():
            if first.startswith(magic):
                raise WrongUseError(f"{self._name!r} is packed with {packing}; unpack it first (gzip is read as it is).")
        yield from self._unpacked(first) if first.startswith(_GZIP) else self._plain(first)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _read(self, size: int = BLOCK) -> bytes:
        block = self._file.read(size)
        self.bytes_read += len(block)
        return block

    def _plain(self, block: bytes) -> Iterator[bytes]:
        while block:
            yield block
            block = self._read()

    def _unpacked(self, packed: bytes) -> Iterator[bytes]:
        unpacker = zlib.decompressobj(_WBITS_GZIP)
        try:
            while packed:
                # Small pieces: what was unpacked before a damaged place must not be lost with it.
                piece, packed = packed[:_PIECE], packed[_PIECE:]
                yield unpacker.decompress(piece, BLOCK)
                packed = unpacker.unconsumed_tail + packed
                if unpacker.eof:
                    packed = (unpacker.unused_data + packed).lstrip(b"\0") or self._read()
                    unpacker = zlib.decompressobj(_WBITS_GZIP) if packed else unpacker
                packed = packed or self._read(_PACKED_BLOCK)
            yield unpacker.flush()
        except zlib.error as error:
            self.cut = f"the gzip data is damaged ({error})"
            return
        if not unpacker.eof:
            self.cut = "the gzip file ends early"
