"""The HTTP API over fakes: answers, events, stored runs, readings, and a problem document for everything that goes wrong."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from domain.ids import DEFAULT_TENANT, RunId, ThreadId
from domain.letters import DeadLetter
from domain.ports import RunRecord
from domain.tasks import RouteAnswer
from domain.window import rfc3339
from service.app import build_app
from tests.graph.world import END, START, FakeTools, ScriptedJudge
from tests.service.world import BrokenTelemetryStore, Front, front

QUESTION = {"question": "Which services have errors?"}
STREAM = {"accept": "text/event-stream"}
JSON = {"content-type": "application/json"}


@pytest.fixture
def made() -> Front:
    return front()


def broken(_payload: object) -> RouteAnswer:
    raise ZeroDivisionError("secret detail")


def problem(answer: Any, status: int) -> dict[str, Any]:
    """The body of a problem document, checked."""
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail"} <= set(document)
    assert (answer.status_code, document["status"]) == (status, status)
    return document


def events(answer: Any) -> list[tuple[str, Any]]:
    """The (name, data) pairs of a stream."""
    assert answer.headers["content-type"].startswith("text/event-stream")
    frames = [frame.split("\n") for frame in answer.text.split("\n\n") if frame]
    assert all(len(frame) == 2 for frame in frames)
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in frames]


def test_a_question_gets_the_analysis_document(made: Front) -> None:
    document = made.client.post("/api/chat", json=QUESTION).json()
    assert [(claim["id"], claim["verdict"], claim["slots"]["value"]) for claim in document["claims"]] == [
        ("C1", "supported", 42),
        ("C2", "supported", 7),
    ]
    assert document["evidence"][0]["rows"][0] == {"service": "checkout", "errors": 42}
    assert (document["final_decision"], document["grounding"]["score"]) == ("answered", 100.0)


def test_a_stream_has_the_steps_in_order_and_ends_with_the_document(made: Front) -> None:
    seen = events(made.client.post("/api/chat", json=QUESTION, headers=STREAM))
    names = [name for name, _ in seen]
    assert list(dict.fromkeys(names)) == ["route", "tool", "evidence", "claim", "verdict", "token", "final"]
    assert names.count("final") == 1
    final = seen[-1][1]
    assert final["headline"] == "Errors for service checkout: 42."
    assert made.client.get(f"/api/runs/{final['run_id']}").json()["claims"] == final["claims"]


def test_no_word_of_a_claim_is_sent_before_its_verdict(made: Front) -> None:
    seen = events(made.client.post("/api/chat", json=QUESTION, headers=STREAM))
    drafted = {data["claim"]["id"] for name, data in seen if name == "claim"}
    first_token = next(index for index, (name, _) in enumerate(seen) if name == "token")
    assert {data["claim_id"] for name, data in seen[:first_token] if name == "verdict"} == drafted
    published = [seen[-1][1]["headline"], *(claim["text"] for claim in seen[-1][1]["claims"])]
    assert [data["text"] for name, data in seen if name == "token"] == [f"{text}\n" for text in published]


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({**QUESTION, "desk": "kitchen"}, 400, "'kitchen'"),
        ({"question": " "}, 400, "empty"),
        ({**QUESTION, "tz": "Mars/Olympus"}, 400, "Mars/Olympus"),
        ({**QUESTION, "from": "soon"}, 400, "soon"),
        ({**QUESTION, "from": "-999999999d"}, 400, "-999999999d"),
        ({**QUESTION, "to": "9999-12-31T00:00:00Z"}, 400, "1900 to 2261"),
        ({**QUESTION, "from": "2026-03-01T03:00:00Z", "to": "2026-03-01T02:00:00Z"}, 400, "before it starts"),
        ({**QUESTION, "from": "2027-01-01T00:00:00Z"}, 404, "the data go from 2026-03-01T00:00:00Z"),
        ({**QUESTION, "to": "2025-01-01T00:00:00Z"}, 404, "before 2025-01-01T00:00:00Z"),
    ],
)
def test_a_question_that_cannot_be_asked_is_a_problem_in_both_forms(made: Front, body: dict[str, str], status: int, said: str) -> None:
    assert said in problem(made.client.post("/api/chat", json=body), status)["detail"]
    [(name, data)] = events(made.client.post("/api/chat", json=body, headers=STREAM))
    assert (name, data["problem"]["status"]) == ("error", status)
    assert said in data["problem"]["detail"]


def test_an_empty_store_says_what_to_do_in_both_forms() -> None:
    client = front(empty=True).client
    assert "watchfloor ingest FILE" in problem(client.post("/api/chat", json=QUESTION), 404)["detail"]
    [(name, data)] = events(client.post("/api/chat", json=QUESTION, headers=STREAM))
    assert (name, data["problem"]["status"], data["problem"]["exit_code"]) == ("error", 404, 3)


def test_a_bug_is_named_by_its_type_and_its_words_stay_in_the_log() -> None:
    made = front(ScriptedJudge({"route": broken}))
    plain = made.client.post("/api/chat", json=QUESTION)
    assert "ZeroDivisionError" in problem(plain, 500)["detail"]
    streamed = made.client.post("/api/chat", json=QUESTION, headers=STREAM)
    assert (events(streamed)[-1][0], events(streamed)[-1][1]["problem"]["status"]) == ("error", 500)
    assert "secret detail" not in plain.text + streamed.text


def test_a_store_that_went_away_is_service_unavailable() -> None:
    client = front(store=BrokenTelemetryStore()).client
    assert "does not answer" in problem(client.get("/api/overview"), 503)["detail"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("{", "body"),
        ("[]", "body"),
        ("{}", "question"),
        ('{"question": 7}', "question"),
        ('{"question": "x", "budget": {"seconds": 0}}', "budget.seconds"),
        ('{"question": "x", "desks": "sre"}', "desks"),
    ],
)
def test_a_body_of_another_shape_names_the_field(made: Front, body: str, field: str) -> None:
    document = problem(made.client.post("/api/chat", content=body, headers=JSON), 422)
    assert field in {item["field"] for item in document["errors"]}
    assert document["detail"] == f"{document['errors'][0]['field']}: {document['errors'][0]['reason']}"


@pytest.mark.parametrize(
    "path",
    ["/api/nothing", "/api/runs/run_x", "/api/runs/run_x/evidence/E1", "/api/evidence/ev_x", "/api/threads/thr_x", "/api/traces/0af7"],
)
def test_what_is_not_there_is_not_found(made: Front, path: str) -> None:
    problem(made.client.get(path), 404)


def test_another_method_and_another_content_type_are_problems_too(made: Front) -> None:
    problem(made.client.put("/api/chat", json={}), 405)
    problem(made.client.post("/api/chat", content=b"question=x", headers={"content-type": "text/plain"}), 415)


def test_evidence_is_found_by_its_address_and_by_its_run(made: Front) -> None:
    document = made.client.post("/api/chat", json=QUESTION).json()
    (seen,) = document["evidence"]
    assert made.client.get(f"/api/evidence/{seen['uid']}").json()["rows"] == seen["rows"]
    assert made.client.get(f"/api/runs/{document['run_id']}/evidence/E1").json()["sha256"] == seen["sha256"]
    assert "'E2'" in problem(made.client.get(f"/api/runs/{document['run_id']}/evidence/E2"), 404)["detail"]


def test_runs_are_listed_newest_first_and_a_running_one_has_no_claims_yet(made: Front) -> None:
    document = made.client.post("/api/chat", json=QUESTION).json()
    later = RunRecord(RunId("run_later"), ThreadId("thr_x"), DEFAULT_TENANT, "running", "And now?", END + timedelta(hours=1))
    asyncio.run(made.state.save_run(later))
    listed = made.client.get("/api/runs").json()
    assert [(run["run_id"], run["status"]) for run in listed] == [("run_later", "running"), (document["run_id"], "ok")]
    assert (listed[0]["headline"], listed[1]["headline"]) == ("", document["headline"])
    assert made.client.get("/api/runs/run_later").json() == {"run_id": "run_later", "status": "running", "question": "And now?"}


def test_a_thread_keeps_its_turns_in_order(made: Front) -> None:
    thread = made.client.post("/api/chat", json=QUESTION).json()["thread_id"]
    made.client.post("/api/chat", json={"question": "And for cart?", "thread_id": thread})
    turns = made.client.get(f"/api/threads/{thread}").json()["turns"]
    assert [turn["question"] for turn in turns] == [QUESTION["question"], "And for cart?"]


def test_the_trace_of_a_run_can_be_looked_at(made: Front) -> None:
    document = made.client.post("/api/chat", json=QUESTION).json()
    spans = made.client.get(f"/api/traces/{document['trace_id']}").json()["spans"]
    assert "invoke_workflow analysis" in {span["name"] for span in spans}


def test_the_overview_says_what_is_stored(made: Front) -> None:
    overview = made.client.get("/api/overview").json()
    assert (overview["oldest"], overview["newest"]) == (rfc3339(START), rfc3339(END))
    assert (overview["rows"], overview["services"], overview["model"]) == ({"logs": 100}, ["checkout", "cart"], "house")


def test_the_overview_of_an_empty_store_has_the_same_keys(made: Front) -> None:
    empty = front(empty=True).client.get("/api/overview").json()
    assert (empty["oldest"], empty["rows"], empty["services"]) == (None, {}, [])
    assert set(empty) == set(made.client.get("/api/overview").json())


def test_health_tells_living_from_ready(made: Front) -> None:
    assert made.client.get("/health/ready").json() == {"status": "ok", "checks": {"telemetry": "ok", "state": "ok"}}
    ill = front(store=BrokenTelemetryStore()).client
    assert ill.get("/health/live").status_code == 200
    answer = ill.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (503, "degraded")
    assert "does not answer" in answer.json()["checks"]["telemetry"]


def test_dead_letters_tools_and_prompts_are_readable(made: Front) -> None:
    letter = DeadLetter("app.log", 3, "not JSON", "x", START)
    asyncio.run(made.state.add_dead_letters([letter]))
    (shown,) = made.client.get("/api/dlq", params={"cause": "malformed"}).json()
    assert shown == {"letter_id": letter.letter_id, "source": "app.log", "line": 3, "kind": "poison", "cause": "malformed"} | {
        "reason": "not JSON",
        "text": "x",
        "record_id": "",
        "attempts": 0,
        "outcome": "",
        "received_at": rfc3339(START),
    } | {"next_at": None, "replayed_at": None, "replayable": False}
    tools = made.client.get("/api/metrics").json()
    assert all(tool["unavailable_because"] for tool in tools if not tool["available"])
    assert {prompt["task"] for prompt in made.client.get("/api/prompts").json()} >= {"route", "plan", "select", "word", "revise"}


@pytest.mark.parametrize(
    ("name", "parameters"),
    [("nothing", {}), ("top_errors", {"colour": "red"}), ("top_errors", {"limit": "-1"}), ("top_errors", {"limit": "²"})],
)
def test_a_metric_that_cannot_be_run_is_wrong_use(made: Front, name: str, parameters: dict[str, str]) -> None:
    problem(made.client.post(f"/api/metrics/{name}/run", json={"parameters": parameters}), 400)


@pytest.mark.parametrize("path", ["/", "/web/app.js", "/web/style.css"])
def test_the_page_may_load_nothing_from_elsewhere(made: Front, path: str) -> None:
    headers = made.client.get(path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert (policy["default-src"], policy["script-src"], policy["connect-src"]) == ("'none'", "'self'", "'self'")
    assert (policy["frame-ancestors"], policy["form-action"], policy["base-uri"]) == ("'none'", "'none'", "'none'")
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")


def test_no_file_beside_the_page_is_served(made: Front) -> None:
    for path in ("/web/../app.py", "/web/%2e%2e/app.py", "/web/nothing.js"):
        problem(made.client.get(path), 404)


async def test_a_reader_who_leaves_cancels_the_run() -> None:
    made = front(tools=FakeTools(seconds=30))
    body = json.dumps(QUESTION).encode()
    left = asyncio.Event()

    async def receive() -> dict[str, Any]:
        if not receive_calls:
            receive_calls.append(1)
            return {"type": "http.request", "body": body, "more_body": False}
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if b"event: tool" in message.get("body", b""):
            left.set()

    receive_calls: list[int] = []
    headers = [(b"host", b"127.0.0.1"), (b"content-type", b"application/json"), (b"accept", b"text/event-stream")]
    scope: dict[str, Any] = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "path": "/api/chat"}
    scope |= {"raw_path": b"/api/chat", "query_string": b"", "headers": headers, "scheme": "http", "root_path": ""}
    async with asyncio.timeout(10):
        await build_app(made.parts, "0")(scope, receive, send)
    await asyncio.sleep(0.1)
    assert [run.status for run in await made.state.runs()] == ["cancelled"]
