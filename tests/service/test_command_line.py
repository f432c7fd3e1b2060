"""The command line on a data folder of its own: what it prints, and the exit code of everything that can be asked wrongly."""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.service.logs import BAD_LINE, BREAK_IN, EVENTS, FAILED, write_logs
from tests.service.processes import Ended, Service, many, served, watchfloor

ERRORS_ASKED = "Which services have errors?"
LONG_AGO = ("--from", "2020-01-01T00:00:00Z", "--to", "2020-01-02T00:00:00Z")
# What is asked, the exit code, and words of the message or headline; the same with and without a service on the folder.
CASES: Mapping[str, tuple[tuple[str, ...], int, str]] = {
    "empty question": (("ask", ""), 2, "question is empty"),
    "blank question": (("ask", " \n "), 2, "question is empty"),
    "unknown desk": (("ask", ERRORS_ASKED, "--desk", "kitchen"), 2, "'kitchen'"),
    "unknown zone": (("ask", ERRORS_ASKED, "--tz", "Mars"), 2, "'Mars'"),
    "no time": (("ask", ERRORS_ASKED, "--from", "soon"), 2, "'soon'"),
    "turned window": (("ask", ERRORS_ASKED, "--from", "2026-03-01T11:00:00Z", "--to", "2026-03-01T10:00:00Z"), 2, "before it starts"),
    "window without data": (("ask", ERRORS_ASKED, *LONG_AGO), 3, "nsufficient evidence"),
    "window after the data": (("ask", ERRORS_ASKED, "--from", "2027-01-01"), 3, "Nothing is stored from 2027-01-01T00:00:00Z on"),
    "unknown service": (("ask", "How many errors did the warehouse service have?"), 3, "'warehouse'"),
    "missing file": (("ingest", "missing.log"), 3, "There is no file 'missing.log'"),
    "folder as file": (("ingest", "data"), 2, "'data' is a folder"),
    "loaded before": (("ingest", "app.ndjson"), 2, "already loaded"),
    "binary file": (("ingest", "binary.dat"), 2, "is not text"),
    "empty file": (("ingest", "empty.log"), 3, "is empty"),
    "unknown format": (("ingest", "app.ndjson", "--format", "xml", "--again"), 2, "format"),
    "unknown metric": (("metrics", "run", "nothing"), 2, "nothing"),
    "unknown parameter": (("metrics", "run", "top_errors", "-p", "colour=red"), 2, "['colour']"),
    "parameter without a value": (("metrics", "run", "top_errors", "-p", "service"), 2, "'service'"),
    "unknown evidence": (("evidence", "show", "ev_0_E1"), 3, "no evidence 'ev_0_E1'"),
    "replay of unknown evidence": (("evidence", "replay", "ev_0_E1"), 3, "no evidence 'ev_0_E1'"),
    "metric without data": (("metrics", "run", "error_rate_by_service", *LONG_AGO), 3, ""),
}
FOLDERS: Mapping[str, tuple[str, str]] = {
    "of another version": ("newer", "format 99"),
    "with other things": ("foreign", "not empty"),
    "that is a file": ("app.ndjson", "a file is in its place"),
}


@dataclass(frozen=True, slots=True)
class Story:
    """A folder that was loaded and asked by commands of their own."""

    folder: Path
    loaded: Ended
    asked: Ended
    alone: Mapping[str, Ended]
    elsewhere: Mapping[str, Ended]
    records: Mapping[str, Ended]

    @property
    def uid(self) -> str:
        """The address of the answer's first evidence."""
        return str(self.asked.document["evidence"][0]["uid"])


def records_of(uid: str) -> Mapping[str, tuple[str, ...]]:
    """Commands on what the answer left behind, as documents."""
    commands = {
        "show": ("evidence", "show", uid),
        "replay": ("evidence", "replay", uid),
        "audit": ("audit", "list", "--kind", "evidence.replayed"),
        "chain": ("audit", "verify"),
        "grounding": ("grounding",),
    }
    return {name: (*words, "--json") for name, words in commands.items()}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("command-line")
    write_logs(folder)
    (folder / "binary.dat").write_bytes(b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 8)
    (folder / "empty.log").touch()
    for name, file, text in (("newer", "meta.json", '{"format": 99}'), ("foreign", "thesis.tex", "years of work")):
        (folder / name).mkdir()
        (folder / name / file).write_text(text)
    loaded = watchfloor(folder, "ingest", "app.ndjson", "auth.log", "--year", "2026", "--json")
    asked = watchfloor(folder, "ask", BREAK_IN, "--json")
    alone = [(*words, "--json") for words, _, _ in CASES.values()]
    elsewhere = [("--data", data, "ask", ERRORS_ASKED) for data, _ in FOLDERS.values()]
    ends = many(folder, [*alone, *elsewhere])
    first, others = dict(zip(CASES, ends, strict=False)), dict(zip(FOLDERS, ends[len(CASES) :], strict=True))
    records = records_of(asked.document["evidence"][0]["uid"])
    return Story(folder, loaded, asked, first, others, dict(zip(records, many(folder, list(records.values())), strict=True)))


@pytest.fixture(scope="module")
def service(story: Story) -> Iterator[Service]:
    with served(story.folder) as running:
        yield running


@pytest.fixture(scope="module")
def beside(service: Service, story: Story) -> Mapping[str, Ended]:
    asked, records = [(*words, "--json") for words, _, _ in CASES.values()], records_of(story.uid)
    told = {f"{name} told": words[:-1] for name, words in records.items()}
    ends = many(service.folder, [*asked, *records.values(), *told.values()])
    return dict(zip([*CASES, *records, *told], ends, strict=True))


def words_of(end: Ended) -> str:
    """The message of a refusal, or the headline of an answer."""
    document = end.document
    return str(document.get("error") or document.get("headline") or "")


def test_files_are_loaded_with_every_line_accounted_for(story: Story) -> None:
    report = story.loaded.document
    assert (story.loaded.code, report["accepted"]) == (0, sum(EVENTS.values()) + 12)
    assert [(item["file"], item["line"]) for item in report["rejected"]] == [("app.ndjson", BAD_LINE)]
    assert (report["from"], report["to"]) == ("2026-03-01T09:00:00Z", "2026-03-01T10:09:00Z")
    assert any("2026, as given" in note for file in report["files"] for note in file["notes"])


def test_a_question_is_answered_with_claims_that_all_hold(story: Story) -> None:
    document = story.asked.document
    assert (story.asked.code, document["final_decision"], document["desks"]) == (0, "answered", ["security"])
    assert document["claims"]
    assert {(claim["verdict"], claim["kind"]) for claim in document["claims"] if claim["verdict"] != "supported"} <= {
        ("consistent", "recommendation")
    }
    assert (document["grounding"]["score"], document["model"]) == (100.0, "house")


def test_the_numbers_are_those_that_were_written(story: Story) -> None:
    document = story.asked.document
    stated = {
        claim["slots"]["subject"].get("source"): claim["slots"]["value"]
        for claim in document["claims"]
        if claim["slots"].get("metric") == "attempts"
    }
    assert {client: stated.get(client) for client in FAILED} == FAILED
    (finding,) = [one for one in document["findings"] if one["kind"] == "brute_force"]
    assert (finding["entity"]["value"], finding["count"], finding["succeeded"], finding["accounts"]) == ("203.0.113.7", 12, True, ["root"])


def test_with_json_nothing_but_the_document_is_on_stdout(story: Story) -> None:
    assert set(story.loaded.document) >= {"accepted", "rejected", "rows_per_s", "from", "to"}
    assert "read app.ndjson" in story.loaded.err
    assert story.asked.err == ""


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_done_has_its_exit_code_and_says_why(story: Story, case: str) -> None:
    _, code, said = CASES[case]
    end = story.alone[case]
    assert (end.code, said in words_of(end)) == (code, True)


@pytest.mark.parametrize("case", CASES)
def test_a_command_ends_the_same_beside_a_running_service(story: Story, beside: Mapping[str, Ended], case: str) -> None:
    assert (beside[case].code, words_of(beside[case])) == (story.alone[case].code, words_of(story.alone[case]))


def test_what_an_answer_left_behind_is_shown_and_asked_again(story: Story) -> None:
    shown, again, records = story.records["show"].document, story.records["replay"].document, story.records
    assert (shown["uid"], shown["intact"], shown["sql_current"]) == (story.uid, True, True)
    assert (again["same"], again["was_sha256"]) == (True, shown["sha256"])
    assert [entry["details"]["uid"] for entry in records["audit"].document] == [story.uid]
    assert (records["chain"].document["whole"], records["chain"].document["entries"] > 5) == (True, True)
    assert records["grounding"].document["success_rate"] == 1.0
    assert {name: end.code for name, end in records.items()} == dict.fromkeys(records, 0)


def test_beside_a_running_service_the_records_are_the_same(story: Story, beside: Mapping[str, Ended]) -> None:
    shown, chain = beside["show"].document, beside["chain"].document
    assert shown == story.records["show"].document
    assert (beside["replay"].document["same"], chain["whole"]) == (True, True)
    assert chain["entries"] > story.records["chain"].document["entries"]
    assert beside["replay told"].out == f"same: {shown['sha256']}\n"
    assert "entries, one chain" in beside["chain told"].out
    assert "100.0 % stood" in beside["grounding told"].out
    assert f"sha256 {shown['sha256']}, intact" in beside["show told"].out


@pytest.mark.parametrize("case", FOLDERS)
def test_a_data_folder_that_is_not_ours_is_left_alone(story: Story, case: str) -> None:
    data, said = FOLDERS[case]
    end = story.elsewhere[case]
    assert (end.code, end.out) == (1, "")
    assert said in end.err
    assert sorted(path.name for path in (story.folder / data).glob("*")) == {"newer": ["meta.json"], "foreign": ["thesis.tex"]}.get(
        data, []
    )


def test_with_nothing_stored_the_answer_says_what_to_do(tmp_path: Path) -> None:
    end = watchfloor(tmp_path, "ask", ERRORS_ASKED)
    assert (end.code, end.out) == (3, "")
    assert end.err == "watchfloor: Nothing is stored yet. Load something first: watchfloor ingest FILE\n"


def test_claims_are_verified_from_files_alone(story: Story, tmp_path: Path) -> None:
    document = story.asked.document
    claims, evidence = tmp_path / "claims.json", tmp_path / "evidence.json"
    wrong = [
        {**claim, "slots": {**claim["slots"], "value": 99}} for claim in document["claims"] if claim["slots"].get("metric") == "attempts"
    ]
    claims.write_text(json.dumps([*document["claims"], *({**claim, "id": f"W{number}"} for number, claim in enumerate(wrong))]))
    evidence.write_text(json.dumps(document["evidence"]))
    end = watchfloor(tmp_path, "verify", "--claims", str(claims), "--evidence", str(evidence), "--json")
    verdicts = {entry["id"]: entry["verdict"] for entry in end.document["claims"]}
    assert end.code == 0
    assert [verdicts[claim["id"]] for claim in document["claims"]] == [claim["verdict"] for claim in document["claims"]]
    assert {verdict for name, verdict in verdicts.items() if name.startswith("W")} == {"contradicted"}
    assert end.document["grounding"]["score"] < 100
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(("content", "said"), [("{", "is not JSON"), (None, "cannot be read"), ("7", "claims")])
def test_files_of_another_kind_cannot_be_verified(tmp_path: Path, content: str | None, said: str) -> None:
    claims = tmp_path / "claims.json"
    if content is not None:
        claims.write_text(content)
    (tmp_path / "evidence.json").write_text("[]")
    end = watchfloor(tmp_path, "verify", "--claims", "claims.json", "--evidence", "evidence.json")
    assert (end.code, end.out) == (2, "")
    assert said in end.err


def test_templates_are_mined_from_a_file_alone(story: Story, tmp_path: Path) -> None:
    end = watchfloor(tmp_path, "templates", "mine", str(story.folder / "app.ndjson"))
    rows = list(csv.DictReader(end.out.splitlines()))
    assert (end.code, list(rows[0])) == (0, ["line", "template_id", "template"])
    assert len(rows) == sum(EVENTS.values())
    assert len({row["template_id"] for row in rows}) == 2


def test_prompts_are_listed_without_a_store(tmp_path: Path) -> None:
    end = watchfloor(tmp_path, "prompts", "list", "--json")
    assert end.code == 0
    assert all(len(prompt["sha256"]) == 64 for prompt in end.document)
    assert not (tmp_path / "data").exists()


def test_wrong_words_are_wrong_use(tmp_path: Path) -> None:
    assert watchfloor(tmp_path, "ingset", "x").code == 2
    assert watchfloor(tmp_path, "dlq", "list", "--limit", "0").code == 2
