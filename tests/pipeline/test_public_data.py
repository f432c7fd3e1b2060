"""Public logs with known counts."""

from collections import Counter
from pathlib import Path

import pytest

from pipeline.source import Source
from tests.pipeline.files import World, opened

DATA = Path("../shared/data")
pytestmark = [pytest.mark.data, pytest.mark.skipif(not DATA.exists(), reason="the public data folder is not beside the project")]


def test_repeated_messages_are_expanded_to_1038_attempts() -> None:
    world = World()
    report = world.load(Source.of_path(DATA / "elastic-logs/dev/auth.log"))
    attempts: Counter[str] = Counter()
    for log in world.store.logs:
        if log.event == "ssh.failed_password":
            attempts[log.client] += log.occurrences
    assert (report.format, report.accepted, report.rejected_total) == ("syslog", 7_121, 0)
    assert sum(attempts.values()) == 1_038


def test_a_user_name_with_a_blank_does_not_lose_its_line() -> None:
    _, _, rejected = opened(Source.of_path(DATA / "loghub-2k/dev/OpenSSH/OpenSSH_2k.log"))
    world = World()
    world.load(Source.of_path(DATA / "loghub-2k/dev/OpenSSH/OpenSSH_2k.log"))
    failed = [log for log in world.store.logs if log.event == "ssh.failed_password" and log.client == "5.188.10.180"]
    assert (len(failed), rejected) == (18, [])


@pytest.mark.parametrize("path", sorted(DATA.glob("loghub-2k/dev/*/*_2k.log")), ids=lambda path: path.parent.name)
def test_every_line_of_ten_systems_is_a_record(path: Path) -> None:
    report = World().load(Source.of_path(path))
    assert (report.accepted, report.rejected_total) == (2_000, 0)
    assert report.format == ("syslog" if path.parent.name in {"Mac", "OpenSSH"} else "text")
    assert not any("no time stamps" in note for note in report.notes)
