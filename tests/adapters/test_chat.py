"""The model behind an OpenAI-compatible server, and every way it can fail."""

import time

import pytest

from adapters.chat import ChatJudge, ChatSettings
from agents.fallback import FallbackJudge
from agents.house.judge import HouseJudge
from domain.claims import Claim
from domain.errors import JudgeAnswerError, JudgeUnavailableError
from domain.tasks import Decision, DeskCard, RouteAnswer, RoutePayload, SelectAnswer, SelectPayload, Task
from prompts.library import PromptLibrary
from tests.adapters.chat_server import Step, chat_server

DESKS = (DeskCard("sre", "Errors, latency.", ("Which routes fail?",)), DeskCard("security", "Break-ins.", ("Who broke in?",)))
ROUTE = Task("route", RoutePayload("Which routes fail?", DESKS), RouteAnswer)
GOOD = '{"desks": ["sre"]}'


def judge(url: str, **settings: float) -> ChatJudge:
    quick = {"timeout_s": 5.0, "idle_s": 0.2, **settings}
    return ChatJudge(ChatSettings(url, "tiny", timeout_s=quick["timeout_s"], idle_s=quick["idle_s"]), PromptLibrary.load())


async def decided(*steps: Step, complaint: str = "try later") -> tuple[Decision[RouteAnswer], list[dict[str, object]]]:
    async with chat_server(steps, complaint) as server:
        return await judge(server.url).decide(ROUTE), server.requests


async def test_an_answer_is_read_from_the_stream_with_its_tokens_and_prompt() -> None:
    decision, requests = await decided(GOOD)
    assert decision.answer == RouteAnswer(("sre",))
    assert (decision.model, decision.usage.input_tokens, decision.usage.output_tokens) == ("tiny", 100, 7)
    assert (decision.prompt_version, len(decision.prompt_sha256)) == ("1", 64)
    assert requests[0]["stream"] is True


async def test_the_request_carries_the_examples_and_the_schema_on_offer() -> None:
    _, requests = await decided(GOOD)
    messages, form = requests[0]["messages"], requests[0]["response_format"]
    assert isinstance(messages, list)
    assert [message["role"] for message in messages[:3]] == ["system", "user", "assistant"]
    assert messages[-1]["content"] == "Question: Which routes fail?"
    assert isinstance(form, dict)
    assert form["json_schema"]["schema"]["properties"]["desks"]["items"]["enum"] == ["sre", "security"]


async def test_a_fence_around_the_answer_is_taken_off() -> None:
    decision, _ = await decided(f"Sure!\n```json\n{GOOD}\n```")
    assert decision.answer.desks == ("sre",)


async def test_a_bad_answer_is_sent_back_once_with_what_was_wrong() -> None:
    decision, requests = await decided('{"desks": 5}', GOOD)
    messages = requests[1]["messages"]
    assert isinstance(messages, list)
    assert messages[-2]["content"] == '{"desks": 5}'
    assert "desks" in messages[-1]["content"]
    assert (decision.answer.desks, decision.usage.input_tokens) == (("sre",), 200)


async def test_a_second_bad_answer_is_an_error_of_the_answer() -> None:
    with pytest.raises(JudgeAnswerError, match="tiny"):
        await decided("I think it is sre.", '{"desk')


async def test_a_busy_server_is_asked_again() -> None:
    decision, requests = await decided(429, 503, GOOD)
    assert decision.answer.desks == ("sre",)
    assert len(requests) == 3


async def test_a_server_that_stays_busy_is_unavailable() -> None:
    with pytest.raises(JudgeUnavailableError, match="HTTP 429"):
        await decided(429, 429, 429)


async def test_a_wrong_key_is_not_tried_twice() -> None:
    with pytest.raises(JudgeUnavailableError, match="HTTP 401; check the key"):
        await decided(401)


async def test_a_server_without_schemas_is_asked_without_one_from_then_on() -> None:
    async with chat_server((400, GOOD, GOOD), "response_format is not supported") as server:
        tiny = judge(server.url)
        assert (await tiny.decide(ROUTE)).answer.desks == ("sre",)
        await tiny.decide(ROUTE)
        assert ["response_format" in request for request in server.requests] == [True, False, False]


async def test_a_connection_lost_in_mid_stream_is_noticed_at_once() -> None:
    begin = time.monotonic()
    with pytest.raises(JudgeUnavailableError):
        await decided("cut")
    assert time.monotonic() - begin < 2


async def test_nobody_listening_is_noticed_at_once() -> None:
    begin = time.monotonic()
    with pytest.raises(JudgeUnavailableError, match="server runs"):
        await judge("http://127.0.0.1:1/v1").decide(ROUTE)
    assert time.monotonic() - begin < 2


async def test_a_frozen_server_is_noticed_long_before_the_timeout() -> None:
    begin = time.monotonic()
    async with chat_server(("silent",)) as server:
        with pytest.raises(JudgeUnavailableError):
            await judge(server.url, timeout_s=60.0).decide(ROUTE)
    assert time.monotonic() - begin < 5


async def test_a_slow_server_that_lives_gets_its_time_but_not_more() -> None:
    begin = time.monotonic()
    async with chat_server(("hang",)) as server:
        with pytest.raises(JudgeUnavailableError, match="within 1 s"):
            await judge(server.url, timeout_s=1.0).decide(ROUTE)
        assert server.probes >= 2
    assert time.monotonic() - begin < 3


async def test_with_the_house_behind_it_a_lost_model_costs_no_answer() -> None:
    claims = (Claim("E1.1", "quantity", text="/cart failed 31 times."),)
    async with chat_server((GOOD, "cut")) as server:
        pair = FallbackJudge(judge(server.url), HouseJudge())
        first = await pair.decide(ROUTE)
        second = await pair.decide(Task("select", SelectPayload("Which routes fail?", claims), SelectAnswer))
    assert (first.model, first.fallback) == ("tiny", False)
    assert (second.model, second.fallback, second.answer.claims) == ("house", True, ("E1.1",))
    assert "the house judge decided" in second.note
