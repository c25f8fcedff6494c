"""A streamed answer, put together. The server's events are trusted no more than the model."""

import secrets
from collections.abc import Callable
from typing import Annotated

from pydantic import BaseModel, Field

from bot.model.render import whole_characters
from tools.spec import ToolCall

MAX_CALLS_PER_DECISION = 5
MAX_ANSWER_CHARS = 40_000
MAX_NAME_CHARS = 64
CHARS_PER_TOKEN = 4

_Count = Annotated[int, Field(ge=0)]


class _FunctionDelta(BaseModel):
    name: str | None = None
    arguments: str | None = None


class _CallDelta(BaseModel):
    index: int | None = None
    id: str | None = None
    function: _FunctionDelta | None = None


class _Delta(BaseModel):
    content: str | None = None
    refusal: str | None = None
    tool_calls: list[_CallDelta] | None = None

    def numbered(self) -> "_Delta":
        """The same with the calls told apart by their places: each is whole, none has an index."""
        calls = [c.model_copy(update={"index": i}) for i, c in enumerate(self.tool_calls or ())]
        return self.model_copy(update={"tool_calls": calls})


class _Choice(BaseModel):
    index: int | None = None
    delta: _Delta | None = None
    message: _Delta | None = None
    finish_reason: str | None = None

    @property
    def piece(self) -> _Delta:
        """What it adds: a delta, or the message of an answer in one piece."""
        return self.delta or (self.message.numbered() if self.message else _Delta())


class _Counts(BaseModel):
    prompt_tokens: _Count | None = None
    completion_tokens: _Count | None = None


class Chunk(BaseModel):
    """One event of the stream, or the whole answer of a server that does not stream."""

    choices: list[_Choice] | None = None
    usage: _Counts | None = None


class _Call:
    def __init__(self, call_id: str | None) -> None:
        self.id = call_id
        self.name = ""
        self.arguments: list[str] = []

    @property
    def text(self) -> str:
        return whole_characters("".join(self.arguments))


class Answer:
    """What has come in so far: pieces of content, of a refusal, of calls.

    Attributes:
        finish: Why the model stopped; None until it has.
        size: Characters so far, and one for each piece, so that empty pieces have an end too.
    """

    def __init__(self, max_chars: int = MAX_ANSWER_CHARS) -> None:
        self.finish: str | None = None
        self.size = 0
        self._max_chars = max_chars
        self._content: list[str] = []
        self._refusal: list[str] = []
        self._calls: list[_Call] = []
        self._by_index: dict[int, _Call] = {}
        self._counts = _Counts()

    def add(self, chunk: Chunk) -> None:
        """Take in one event."""
        self._counts = chunk.usage or self._counts
        for choice in chunk.choices or ():
            if choice.index in (None, 0):
                self._add(choice.piece)
                self.finish = choice.finish_reason or self.finish

    def _add(self, delta: _Delta) -> None:
        self.size += 1
        self._content.append(self._measured(delta.content))
        self._refusal.append(self._measured(delta.refusal))
        for piece in delta.tool_calls or ():
            self.size += 1
            function = piece.function or _FunctionDelta()
            call = self._call_of(piece, function)
            call.name = call.name or self._measured(function.name)
            call.arguments.append(self._measured(function.arguments))

    def _measured(self, piece: str | None) -> str:
        self.size += len(piece or "")
        return piece or ""

    def _call_of(self, piece: _CallDelta, function: _FunctionDelta) -> _Call:
        """The call that a piece belongs to, by its index.

        Some servers give every call the index 0, so a new id with a name begins a new call; others
        give every piece an id of its own, so an id alone does not.
        """
        index = piece.index or 0
        call = self._by_index.get(index)
        if call is None or (function.name and piece.id and piece.id != call.id):
            call = _Call(piece.id)
            self._by_index[index] = call
            self._calls.append(call)
        return call

    # --- how much it is ---------------------------------------------------------------------------

    @property
    def too_long(self) -> bool:
        """It has more characters than a reply can need."""
        return self.size > self._max_chars

    @property
    def too_many_calls(self) -> bool:
        """It asks for more calls than one decision may."""
        return len(self._calls) > MAX_CALLS_PER_DECISION

    @property
    def over(self) -> bool:
        """Nobody needs the rest of the stream."""
        return self.too_long or self.too_many_calls

    def tokens(self, request_chars: Callable[[], int]) -> tuple[int, int]:
        """Tokens in and out; estimated where the server does not say, so that budgets hold."""
        asked, written = self._counts.prompt_tokens, self._counts.completion_tokens
        return (
            request_chars() // CHARS_PER_TOKEN if asked is None else asked,
            self.size // CHARS_PER_TOKEN if written is None else written,
        )

    # --- what it says -----------------------------------------------------------------------------

    @property
    def content(self) -> str:
        """The text of the reply, in the form that was asked for or not."""
        return whole_characters("".join(self._content))

    @property
    def refused(self) -> bool:
        """The model, or the filter behind it, declined to answer."""
        return bool("".join(self._refusal).strip()) or self.finish == "content_filter"

    def calls(self) -> tuple[ToolCall, ...]:
        """The calls under ids of our own: the model's may repeat, or be made to collide."""
        return tuple(
            ToolCall(
                id=f"call_{secrets.token_hex(6)}",
                name=whole_characters(call.name)[:MAX_NAME_CHARS],
                arguments=call.text if call.text.strip() else "{}",
            )
            for call in self._calls
        )
