"""The judge that is a language model: any OpenAI-compatible server, through langchain-openai."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import httpx2
import openai
from langchain_core.exceptions import ModelError
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, SystemMessage
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from adapters.answers import answer_in, prose_answer
from adapters.replies import LONGEST_REPLY, ReplyError
from domain.errors import JudgeAnswerError, JudgeUnavailableError
from domain.ports import Prompt, PromptSource
from domain.tasks import Decision, Task, TokenUsage

AnswerT = TypeVar("AnswerT")
Failed = (openai.OpenAIError, ModelError, httpx2.HTTPError, OSError)
CONNECT_S = 3.0
ALIVE_S = 2.0
BACKOFF_S = 0.4
ROUNDS = 2
LONGEST_ECHO = 2_000
# What the client raises over a stream that is no stream of an OpenAI-compatible server.
GARBLED = (ValueError, TypeError, LookupError, AttributeError)
UNSUPPORTED = ("response_format", "json_schema", "grammar", "schema")


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """Where the model is. `timeout_s` bounds one decision; after `idle_s` of silence the server is asked whether it lives.

    `retries` counts further tries after 429 and 5xx; a lost connection is not tried again.
    """

    base_url: str
    model: str
    api_key: str = ""
    timeout_s: float = 30.0
    idle_s: float = 3.0
    max_tokens: int = 512
    retries: int = 2


@dataclass(frozen=True, slots=True)
class _Reply:
    text: str
    usage: TokenUsage


class ChatJudge:
    """Decides tasks by prompt and JSON schema; a bad answer is sent back once with what was wrong."""

    def __init__(self, settings: ChatSettings, prompts: PromptSource) -> None:
        self._settings = settings
        self._prompts = prompts
        self._takes_schema = True
        self._chat = ChatOpenAI(
            model=settings.model,
            base_url=settings.base_url,
            api_key=SecretStr(settings.api_key or "none"),
            use_responses_api=False,
            stream_usage=True,
            temperature=0,
            max_tokens=settings.max_tokens,
            max_retries=0,
            timeout=httpx2.Timeout(settings.timeout_s, connect=CONNECT_S),
        )

    @property
    def model(self) -> str:
        """The model's name as the server knows it."""
        return self._settings.model

    async def decide(self, task: Task[AnswerT]) -> Decision[AnswerT]:
        """The model's answer. Raises JudgeUnavailableError when it cannot be had, JudgeAnswerError when it does not fit."""
        prompt = self._prompts.prompt(task)
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                answer, usage = await self._answer(task, prompt)
        except TimeoutError as error:
            raise JudgeUnavailableError(f"no answer to {task.name!r} within {self._settings.timeout_s:g} s") from error
        return Decision(answer, self.model, usage, prompt_version=prompt.version, prompt_sha256=prompt.sha256)

    async def _answer(self, task: Task[AnswerT], prompt: Prompt) -> tuple[AnswerT, TokenUsage]:
        messages, usage, complaint, reply = _messages(prompt), TokenUsage(), "", _Reply("", TokenUsage())
        for _ in range(ROUNDS):
            reply = await self._reply(messages, task.name, prompt.schema)
            usage = TokenUsage(usage.input_tokens + reply.usage.input_tokens, usage.output_tokens + reply.usage.output_tokens)
            try:
                return answer_in(task, reply.text), usage
            except ReplyError as error:
                complaint = str(error)
            again = HumanMessage(f"That does not fit: {complaint}. Answer again with JSON only.")
            messages = [*messages, AIMessage(reply.text[:LONGEST_ECHO]), again]
        written = prose_answer(task, reply.text)
        if written is None:
            raise JudgeAnswerError(f"{self.model!r} gave no fitting answer in {ROUNDS} tries: {complaint}")
        return written, usage

    async def _reply(self, messages: Sequence[BaseMessage], name: str, schema: Mapping[str, Any]) -> _Reply:
        tries_left = self._settings.retries
        while True:
            try:
                return await self._streamed(messages, name, schema)
            except Failed as error:
                if self._takes_schema and _refuses_schema(error):
                    self._takes_schema = False
                    continue
                if tries_left <= 0 or not isinstance(error, openai.RateLimitError | openai.InternalServerError):
                    raise JudgeUnavailableError(self._unavailable(error)) from error
            except GARBLED as error:
                raise JudgeAnswerError(f"{self._settings.base_url!r} sent what is no chat completion ({type(error).__name__})") from error
            await asyncio.sleep(BACKOFF_S * 2 ** (self._settings.retries - tries_left))
            tries_left -= 1

    async def _streamed(self, messages: Sequence[BaseMessage], name: str, schema: Mapping[str, Any]) -> _Reply:
        """One reply, read as a stream so that a server that falls silent is noticed; its tokens are shown to nobody."""
        form = {"type": "json_schema", "json_schema": {"name": name, "strict": False, "schema": schema}}
        model = self._chat.bind(extra_body={"response_format": form}) if self._takes_schema and schema else self._chat
        whole: AIMessageChunk | None = None
        async with aclosing(cast("AsyncGenerator[AIMessageChunk]", model.astream(list(messages)))) as chunks:
            while (chunk := await self._next(chunks)) is not None:
                whole = chunk if whole is None else whole + chunk
                if len(whole.text) > LONGEST_REPLY:
                    break
        return _Reply(_said(whole), _usage(whole))

    async def _next(self, chunks: AsyncGenerator[AIMessageChunk]) -> AIMessageChunk | None:
        pending = asyncio.ensure_future(anext(chunks, None))
        try:
            while not (await asyncio.wait({pending}, timeout=self._settings.idle_s))[0]:
                await self._check_alive()
            return pending.result()
        finally:
            if not pending.done():
                pending.cancel()
                await asyncio.wait({pending})

    async def _check_alive(self) -> None:
        """Raises a connection error unless the server answers anything at all; a busy server still does."""
        client = self._chat.root_async_client.with_options(timeout=ALIVE_S, max_retries=0)
        try:
            await client.models.list()
        except openai.APIStatusError:
            return

    def _unavailable(self, error: BaseException) -> str:
        status = getattr(error, "status_code", None)
        said = f"HTTP {status}" if status else type(error).__name__
        advice = "check the key, the model's name and the address" if status else "check that the server runs"
        return f"{self._settings.base_url!r} failed with {said}; {advice}"


def _messages(prompt: Prompt) -> list[BaseMessage]:
    turns = [message for asked, told in prompt.examples for message in (HumanMessage(asked), AIMessage(told))]
    return [SystemMessage(prompt.system), *turns, HumanMessage(prompt.user)]


def _said(message: AIMessageChunk | None) -> str:
    """The text of a reply, or the arguments of its one tool call where a model answers by calling."""
    if message is None or message.text:
        return message.text if message else ""
    called = [str(chunk["args"] or "") for chunk in message.tool_call_chunks]
    return called[0] if len(called) == 1 else ""


def _refuses_schema(error: BaseException) -> bool:
    is_refusal = isinstance(error, openai.BadRequestError | openai.UnprocessableEntityError | openai.InternalServerError)
    return is_refusal and any(word in str(error).lower() for word in UNSUPPORTED)


def _usage(message: AIMessageChunk | None) -> TokenUsage:
    spent = message.usage_metadata if message else None
    return TokenUsage(spent["input_tokens"], spent["output_tokens"]) if spent else TokenUsage()
