"""The model behind Chat Completions: OpenAI, Azure, vLLM, Ollama, llama.cpp and gateways."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import httpx2
import openai
from openai import AsyncOpenAI, AsyncStream
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    stop_before_delay,
)

from bot import log
from bot.errors import ModelUnavailable
from bot.messages.decisions import Decision, Partial, Usage
from bot.messages.history import Entry
from bot.messages.task import Task
from bot.model.bounded import bounded_client
from bot.model.chat import Hear, unheard
from bot.model.decide import decide, declined
from bot.model.optional import refused_by
from bot.model.partial import read_partial
from bot.model.render import MAX_HISTORY_CHARS, render
from bot.model.retries import BrokenStream, Wait, describe, worth_retrying
from bot.model.schemas import Json, function, reply_format
from bot.model.spotlight import canary_of, mark_of
from bot.model.stream import MAX_ANSWER_CHARS, Answer, Chunk
from tools.spec import AnyTool

OPENAI_URL = "https://api.openai.com/v1"
PATH = "/chat/completions"

NO_KEY = "none"
"""Sent where there is no key: servers of one's own often want none, but the header must be."""


@dataclass(frozen=True)
class Limits:
    """How long and how much; seconds and characters.

    Attributes:
        attempts: Requests for one decision, the first included.
        total_s: One decision, with every attempt and wait.
        attempt_s: One attempt, from the request to the end of its stream.
        stall_s: Between two events of a stream.
        wait_s: The longest wait before an attempt, whatever the server asks for.
        answer_chars: A longer answer is not read to its end.
        history_chars: What is oldest in a longer thread is not sent.
        stream_bytes: A longer HTTP body is cut, whatever it holds.
    """

    attempts: int = 4
    total_s: float = 120.0
    attempt_s: float = 60.0
    connect_s: float = 5.0
    stall_s: float = 30.0
    wait_s: float = 30.0
    answer_chars: int = MAX_ANSWER_CHARS
    history_chars: int = MAX_HISTORY_CHARS
    stream_bytes: int = 16 * 2**20


@dataclass
class _Spent:
    """What one decision has cost so far, over all attempts."""

    request: Json
    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0

    def add(self, answer: Answer) -> None:
        tokens_in, tokens_out = answer.tokens(self._request_chars)
        self.input_tokens += tokens_in
        self.output_tokens += tokens_out

    def _request_chars(self) -> int:
        return len(json.dumps(self.request, ensure_ascii=False))

    @property
    def usage(self) -> Usage:
        return Usage(
            input_tokens=self.input_tokens,
            output_tokens=self.output_tokens,
            requests=self.requests,
        )


def _today() -> date:
    return datetime.now(UTC).date()


class OpenAIChat:
    """A `Chat` that asks a language model.

    Attributes:
        model: The name it is asked for by.
        today: Says what day it is.
        without: The parts of a request that its server has refused, and is not sent any more.
    """

    def __init__(
        self,
        client: AsyncOpenAI,
        model: str,
        limits: Limits | None = None,
        *,
        today: Callable[[], date] = _today,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.model = model
        self.without: frozenset[str] = frozenset()
        self._limits = limits or Limits()
        self.today = today
        self._sleep = sleep
        self._key = secrets.token_bytes(16)
        timeout = httpx2.Timeout(self._limits.attempt_s, connect=self._limits.connect_s)
        # The SDK's own retries know neither our limits nor our log.
        self._client = client.with_options(max_retries=0, timeout=timeout)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def decide(
        self,
        task: Task,
        history: Sequence[Entry],
        tools: Sequence[AnyTool],
        hear: Hear = unheard,
    ) -> Decision:
        """Ask the model, as often as the limits allow, and read what it answers."""
        mark = self.mark(task.message.id)
        canary = canary_of(task.message.id, self._key)

        async def told(partial: Partial) -> None:
            await hear(partial.model_copy(update={"canary": canary}))

        request: Json = {
            "messages": render(
                task,
                history,
                today=self.today(),
                max_chars=self._limits.history_chars,
                mark=mark,
                canary=canary,
            ),
            "response_format": reply_format(),
        }
        # An empty list of tools is an error to the API.
        request |= {"tools": [function(tool) for tool in tools]} if tools else {}
        answer, usage = await self.ask(request, told)
        if answer is None:
            return Decision(author=self.model, draft=declined(), usage=usage)
        decision = decide(answer, self.model, usage, mark)
        return decision.model_copy(update={"canary": canary})

    def mark(self, work: str) -> str:
        """What stands before every line of untrusted text in a piece of work."""
        return mark_of(work, self._key)

    async def ask(self, request: Json, hear: Hear = unheard) -> tuple[Answer | None, Usage]:
        """Ask, as often as the limits allow; None where a filter objects to what was asked.

        Raises:
            ModelUnavailable: No usable answer after all retries.
        """
        request = {
            "model": self.model,
            **request,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        spent = _Spent(request)
        try:
            async with asyncio.timeout(self._limits.total_s):
                answer = await self._retrying()(self._attempt, request, spent, hear)
        except TimeoutError:
            raise _unavailable("TimeoutError", spent) from None
        except (openai.OpenAIError, BrokenStream) as error:
            if _filtered(error):
                return None, spent.usage
            # Without its cause: what the server said may hold the key or a person's words.
            raise _unavailable(describe(error), spent) from None
        return answer, spent.usage

    def _retrying(self) -> AsyncRetrying:
        limits = self._limits
        return AsyncRetrying(
            retry=retry_if_exception(worth_retrying),
            stop=stop_after_attempt(limits.attempts) | stop_before_delay(limits.total_s),
            wait=Wait(limits.wait_s),
            sleep=self._sleep,
            before_sleep=_log_retry,
            reraise=True,
        )

    # --- one attempt ------------------------------------------------------------------------------

    async def _attempt(self, request: Json, spent: _Spent, hear: Hear) -> Answer:
        answer = Answer(self._limits.answer_chars)
        spent.requests += 1
        try:
            await self._ask(request, answer, hear)
        except (openai.APIError, BrokenStream):
            # After the finish, only the usage and the end of the stream can be missing.
            if answer.finish is None:
                raise
        finally:
            if answer.size:
                spent.add(answer)
        if answer.finish is None and not answer.over:
            raise BrokenStream("ended before the answer did")
        return answer

    async def _ask(self, request: Json, answer: Answer, hear: Hear) -> None:
        """Send the request once and fill the answer, while the clock of the stream is running."""
        now = asyncio.get_running_loop().time
        deadline = now() + self._limits.attempt_s
        try:
            async with asyncio.timeout_at(deadline) as clock:
                async with await self._create(request) as stream:
                    async for event in _events(stream):
                        clock.reschedule(min(deadline, now() + self._limits.stall_s))
                        answer.add(event)
                        if answer.over:
                            break
                        if partial := read_partial(answer.content):
                            await hear(partial)
        except TimeoutError:
            raise BrokenStream("stalled, or took too long") from None
        except httpx2.RequestError as error:
            # The SDK translates these, but not while it reads the body of an error.
            raise BrokenStream(type(error).__name__) from None

    async def _create(self, request: Json) -> AsyncStream[object]:
        """Begin the stream; what the server does not know is left out, now and from now on.

        What the SDK does for a request of any form, and makes of every event, takes longer than
        all else that asking costs; ours is JSON already, and events are read by our own models.
        """
        known = {name: value for name, value in request.items() if name not in self.without}
        try:
            return await self._client.post(
                PATH, body=known, cast_to=object, stream=True, stream_cls=AsyncStream[object]
            )
        except openai.APIStatusError as error:
            refused = refused_by(error) & known.keys()
            if not refused:
                raise
            self.without |= refused
            log.warning("model.asked_without", parts=sorted(refused), status=error.status_code)
        return await self._create(request)


async def _events(stream: AsyncStream[object]) -> AsyncIterator[Chunk]:
    try:
        if _in_one_piece(stream.response):
            yield Chunk.model_validate_json(await stream.response.aread())
        async for event in stream:
            yield Chunk.model_validate(event)
    except (ValueError, RecursionError):
        raise BrokenStream("an event that cannot be read") from None


def _in_one_piece(response: httpx2.Response) -> bool:
    """Whether a server did not stream, though we asked it to: some gateways cannot."""
    return response.headers.get("Content-Type", "").startswith("application/json")


def connect(
    api_key: str | None,
    base_url: str | None,
    model: str,
    limits: Limits | None = None,
    *,
    today: Callable[[], date] = _today,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> OpenAIChat:
    """Make a chat with a model; `base_url` is that of any server of the protocol.

    Redirects are not followed: what a company asks goes to the host that it named, and no other.
    """
    limits = limits or Limits()
    client = AsyncOpenAI(
        api_key=api_key or NO_KEY,
        base_url=base_url or OPENAI_URL,
        http_client=bounded_client(limits.stream_bytes),
    )
    return OpenAIChat(client, model, limits, today=today, sleep=sleep)


def _filtered(error: Exception) -> bool:
    """Azure answers 400 where its filter objects to what a person wrote."""
    return isinstance(error, openai.BadRequestError) and error.code == "content_filter"


def _unavailable(reason: str, spent: _Spent) -> ModelUnavailable:
    return ModelUnavailable(f"{reason}, requests: {spent.requests}")


def _log_retry(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    reason = describe(error) if error else ""
    log.warning(
        "model.retried",
        reason=reason,
        attempt=state.attempt_number,
        wait_s=round(state.upcoming_sleep, 3),
    )
