"""Where archived files lie: a folder, or a bucket that speaks S3; a file is there whole or not at all."""

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

import pyarrow as pa
import pyarrow.fs as pfs

from domain.archive import ArchiveError
from domain.errors import WrongUseError

ResultT = TypeVar("ResultT")
CHUNK_BYTES = 4 << 20
NO_REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class Place:
    """A tree of files. `put_file` makes one durable under its name in one step, in place of what was there."""

    name: str
    files: pfs.FileSystem
    put_file: Callable[[str, Path], None]

    def put(self, path: str, source: Path) -> None:
        """Store a local file. Raises ArchiveError."""
        safely(partial(self.put_file, path, source))

    def get(self, path: str) -> bytes:
        """A file whole. Raises ArchiveError."""
        return safely(partial(self._get, path))

    def names(self, folder: str) -> Sequence[str]:
        """Every file below a folder; none where it is missing. Raises ArchiveError."""
        found = safely(partial(self.files.get_file_info, pfs.FileSelector(folder, recursive=True, allow_not_found=True)))
        return sorted(info.path for info in found if info.type == pfs.FileType.File)

    def _get(self, path: str) -> bytes:
        with self.files.open_input_file(path) as file:
            return bytes(file.read())


def place(url: str) -> Place:
    """A folder's path, or `s3://bucket/prefix?endpoint=http://host:port&region=…` with the usual AWS variables for the account.

    Raises WrongUseError for another kind of address, ArchiveError when it cannot be used.
    """
    if url.startswith("s3://"):
        return _bucket(url)
    if "://" in url:
        raise WrongUseError(f"{url!r} is no archive: give a folder, or s3://bucket/prefix?endpoint=http://host:port")
    return safely(partial(_folder, Path(url)))


def safely(action: Callable[[], ResultT]) -> ResultT:
    """The action's result, with errors of files and of Arrow as ArchiveError."""
    try:
        return action()
    except (OSError, pa.ArrowException) as error:
        raise ArchiveError(f"the archive failed: {str(error)[:400]}") from error


def _folder(root: Path) -> Place:
    root.mkdir(parents=True, exist_ok=True)
    tree = pfs.SubTreeFileSystem(str(root.resolve()), pfs.LocalFileSystem())
    return Place(str(root), tree, partial(_put_local, root))


def _put_local(root: Path, path: str, source: Path) -> None:
    target = root / path
    _made(target.parent)
    partial_file = target.with_name(f"{target.name}.tmp")
    with partial_file.open("wb") as file, source.open("rb") as content:
        shutil.copyfileobj(content, file, CHUNK_BYTES)
        file.flush()
        os.fsync(file.fileno())
    partial_file.replace(target)
    _synced(target.parent)


def _made(folder: Path) -> None:
    missing = [folder, *folder.parents]
    for one in reversed([one for one in missing if not one.exists()]):
        one.mkdir(exist_ok=True)
        _synced(one.parent)


def _synced(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _bucket(url: str) -> Place:
    parts = urlsplit(url)
    asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    if not parts.netloc or asked.keys() - {"endpoint", "region"}:
        raise WrongUseError(f"{url!r} is no archive: write s3://bucket/prefix, with ?endpoint=http://host:port and &region=… where needed")
    root = f"{parts.netloc}/{parts.path.strip('/')}".rstrip("/")
    tree = pfs.SubTreeFileSystem(root, safely(partial(_s3, asked.get("endpoint", ""), asked.get("region", ""))))
    return Place(f"s3://{root}", tree, partial(_put_object, tree))


def _s3(endpoint: str, region: str) -> pfs.FileSystem:
    where = urlsplit(endpoint)
    given = {"endpoint_override": where.netloc, "scheme": where.scheme} if endpoint else {}
    return pfs.S3FileSystem(region=region or NO_REGION, background_writes=False, allow_delayed_open=True, **given)


def _put_object(tree: pfs.FileSystem, path: str, source: Path) -> None:
    # An object appears when its upload is completed; one that dies halfway leaves nothing under the name.
    with source.open("rb") as content, tree.open_output_stream(path) as stream:
        while chunk := content.read(CHUNK_BYTES):
            stream.write(chunk)
