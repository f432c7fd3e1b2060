"""File bodies: what is posted without being a push is loaded as a file."""

import gzip
from collections.abc import Iterator
from typing import Any

import pytest

from tests.service.world import Front, front

BYTES = {"content-type": "application/octet-stream"}


@pytest.fixture
def made() -> Iterator[Front]:
    made = front()
    with made.client:
        yield made


def refused(answer: Any, status: int) -> str:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    return str(answer.json()["detail"])


def load(made: Front, body: bytes, **options: Any) -> Any:
    return made.client.post("/api/ingest", params=options, content=body, headers=BYTES)


def test_a_file_s_bytes_are_loaded_as_a_file(made: Front) -> None:
    line = b'{"timestamp":"2026-03-01T10:00:00Z","service":"cart","message":"added"}\n'
    body = line + b"not json\n" + line
    report = load(made, gzip.compress(body), name="app.ndjson.gz").json()
    assert (report["accepted"], [item["line"] for item in report["rejected"]]) == (2, [2])
    assert (report["from"], made.store.logs[0].service) == ("2026-03-01T10:00:00Z", "cart")
    assert made.client.get("/api/dlq").json()[0]["source"] == "app.ndjson.gz"


def test_the_same_bytes_twice_are_wrong_use_unless_wanted(made: Front) -> None:
    body = b'{"timestamp":"2026-03-01T10:00:00Z","service":"cart","message":"added"}\n'
    load(made, body, name="one.log")
    assert "'one.log'" in refused(load(made, body, name="two.log"), 400)
    assert load(made, body, name="two.log", again=True).json()["accepted"] == 1


def test_the_file_s_own_time_gives_the_year_that_lines_lack(made: Front) -> None:
    line = b"Mar  1 10:00:00 host sshd[1]: Failed password for root from 203.0.113.7 port 22 ssh2\n"
    report = load(made, line, modified_at="2019-04-01T00:00:00Z").json()
    assert report["from"] == "2019-03-01T10:00:00Z"


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"modified_at": "lately"}, 400),
        ({"tz": "Mars"}, 400),
        ({"format": "xml"}, 422),
        ({"signal": "smoke"}, 422),
        ({"year": "99999"}, 422),
        ({"colour": "red"}, 422),
    ],
)
def test_options_that_mean_nothing_are_refused_before_anything_is_stored(made: Front, options: dict[str, str], status: int) -> None:
    refused_body = b'{"timestamp":"2026-03-01T10:00:00Z","service":"cart","message":"added"}\n'
    answer = load(made, refused_body, **options)
    assert (answer.status_code, made.store.logs) == (status, [])
