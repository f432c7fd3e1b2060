"""The data folder: made, checked, held, and let go."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.errors import DataFolderError
from service.folder import DataFolder, holder

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOLD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from service.folder import DataFolder
folder = DataFolder.open(Path(sys.argv[1]), "watchfloor serve", datetime(2026, 3, 1, tzinfo=UTC))
folder.announce("http://127.0.0.1:8080")
print("held", flush=True)
sys.stdin.read()
"""


def opened(path: Path) -> DataFolder:
    return DataFolder.open(path, "watchfloor ask", NOON)


def test_a_new_folder_is_made_with_its_format(tmp_path: Path) -> None:
    folder = opened(tmp_path / "a" / "b")
    assert json.loads((folder.path / "meta.json").read_text()) == {"format": 1}
    assert {folder.telemetry.parent, folder.state.parent, folder.vectors.parent} == {folder.path}
    folder.close()


def test_a_folder_can_be_taken_again(tmp_path: Path) -> None:
    opened(tmp_path).close()
    again = opened(tmp_path)
    again.close()
    again.close()
    assert holder(tmp_path) is None


def test_a_held_folder_names_its_holder(tmp_path: Path) -> None:
    folder = opened(tmp_path)
    folder.announce("http://127.0.0.1:9")
    found = holder(tmp_path)
    assert found is not None
    assert (found.pid, found.command, found.address) == (os.getpid(), "watchfloor ask", "http://127.0.0.1:9")
    assert found.started_at == "2026-03-01T12:00:00Z"
    with pytest.raises(DataFolderError, match=rf"'watchfloor ask' \(process {os.getpid()}, serving at http://127.0.0.1:9\)"):
        opened(tmp_path)
    assert holder(tmp_path) == found
    folder.close()


def test_the_folder_of_a_killed_process_is_free(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    found = holder(tmp_path)
    assert found is not None
    assert (found.pid, found.address) == (process.pid, "http://127.0.0.1:8080")
    process.kill()
    process.communicate()
    assert (tmp_path / "lock").read_text() != ""
    assert holder(tmp_path) is None
    opened(tmp_path).close()


def test_who_only_looks_never_keeps_an_opener_out(tmp_path: Path) -> None:
    opened(tmp_path).close()
    for _ in range(50):
        assert holder(tmp_path) is None
        opened(tmp_path).close()


@pytest.mark.parametrize("meta", ['{"format": 2}', '{"format": "1"}', "{}", "[]"])
def test_another_format_is_refused_and_left_alone(tmp_path: Path, meta: str) -> None:
    (tmp_path / "meta.json").write_text(meta)
    with pytest.raises(DataFolderError, match=r"this version reads format 1.*nothing was changed"):
        opened(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["meta.json"]
    assert (tmp_path / "meta.json").read_text() == meta


def test_a_broken_meta_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "meta.json").write_text("{")
    with pytest.raises(DataFolderError, match=r"meta.json.*cannot be read"):
        opened(tmp_path)


def test_a_folder_with_other_things_is_not_adopted(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(DataFolderError, match=r"not empty.*thesis.tex"):
        opened(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize("below", ["", "deeper"])
def test_a_file_in_its_place_is_named(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(DataFolderError, match="a file is in its place"):
        opened(tmp_path / "file" / below)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_leave_to_write_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(DataFolderError, match=r"cannot be made|not writable"):
        opened(tmp_path / "below")
    with pytest.raises(DataFolderError, match="not writable"):
        opened(tmp_path)


def test_nobody_holds_what_is_not_there(tmp_path: Path) -> None:
    assert holder(tmp_path / "none") is None
