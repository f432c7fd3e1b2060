"""The rooms are bare top-level packages; these facts keep that safe."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
NOT_ROOMS = {"tests", "docs", "deploy", "config", "build", "dist"}
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|root|home|Users|tmp|opt|mnt)/[\w.-]+")
ADDRESS = re.compile(r"https?://(?:[\w.-]*pypi[\w.-]*|[\w.-]*pythonhosted[\w.-]*|registry\.npmjs[\w.-]*|deb\.debian[\w.-]*)", re.IGNORECASE)


def _project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _rooms() -> set[str]:
    return set(_project()["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])


def _in_git() -> Iterator[tuple[str, str]]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.is_file() and b"\0" not in (content := path.read_bytes()):
            yield name, content.decode("utf-8", errors="replace")


def test_no_other_distribution_claims_the_name_of_a_room() -> None:
    claimed = packages_distributions()
    others = {room: set(claimed.get(room, ())) - {"watchfloor"} for room in _rooms()}
    assert {room: names for room, names in others.items() if names} == {}


def test_no_room_hides_a_standard_module() -> None:
    assert _rooms() & set(sys.stdlib_module_names) == set()


def test_hatch_the_import_rule_and_the_disk_name_the_same_rooms() -> None:
    on_disk = {path.parent.name for path in ROOT.glob("*/__init__.py")} - NOT_ROOMS
    linted = set(_project()["tool"]["importlinter"]["root_packages"])
    assert _rooms() == on_disk
    assert _rooms() == linted


def test_every_room_has_a_level_in_the_import_rule() -> None:
    layered = next(contract for contract in _project()["tool"]["importlinter"]["contracts"] if contract["type"] == "layers")
    levels = {room.strip() for level in layered["layers"] for room in level.split("|")}
    assert levels == _rooms()


def test_mypy_checks_every_room_and_the_tests() -> None:
    assert set(_project()["tool"]["mypy"]["files"]) == {*_rooms(), "tests"}


def test_no_file_in_git_names_a_path_of_some_machine() -> None:
    kept = ((name, text) for name, text in _in_git() if not name.startswith("tests/"))
    found = {name: paths for name, text in kept if (paths := MACHINE_PATH.findall(text))}
    assert found == {}


def test_no_file_in_git_holds_the_address_of_a_registry() -> None:
    found = {name: addresses for name, text in _in_git() if (addresses := ADDRESS.findall(text)) and name != "tests/test_rooms.py"}
    assert found == {}


def test_the_locks_are_exact_and_carry_hashes() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        pins = [line for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if line and not line.startswith((" ", "#"))]
        assert pins
        assert all(re.match(r"[\w.-]+==\S+( ;.*)? \\$", pin) for pin in pins)


def test_the_lock_holds_what_the_project_asks_for() -> None:
    locked = {re.split(r"==", line)[0] for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines() if "==" in line}
    asked = {re.split(r"[\[<>=~! ]", need)[0].lower().replace("_", "-") for need in _project()["project"]["dependencies"]}
    assert asked - locked == set()
