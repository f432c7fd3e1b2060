"""Log lines of the public data, read from plain, gzipped and zipped files."""

import gzip
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

LOGS = (
    *(
        "*/dev/**/*.log",
        "*/dev/**/*_log.csv.gz",
        "otrf-attack-sims/dev/cases/*.zip",
        "sotm34-honeynet/dev/raw/**/*",
        "log-sequences/dev/**/*",
    ),
    *("holmesgpt-recorded/dev/cases/**/*.txt", "opensre-synthetic/dev/**/*log*", "prompt-injection/dev/**/*.jsonl"),
)
_BROKEN = (OSError, EOFError, zipfile.BadZipFile)


def log_lines(folder: Path, globs: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """The files that match, each with its lines that are not blank; what is no text or cannot be read is left out."""
    for path in sorted({path for pattern in globs for path in folder.glob(pattern) if path.is_file()}):
        for content in _contents(path):
            if b"\0" not in content[:1024]:
                yield path.relative_to(folder).as_posix(), [line for line in content.decode("utf-8", "replace").split("\n") if line.strip()]


def _contents(path: Path) -> Iterator[bytes]:
    try:
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                yield from [archive.read(name) for name in archive.namelist() if not name.endswith("/")]
        else:
            yield gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except _BROKEN:
        return
