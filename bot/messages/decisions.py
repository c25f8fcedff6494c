"""What the model decides: calls, or a draft; nothing of it is checked yet."""

from typing import Literal

from pydantic import Field

from bot.messages.frozen import Frozen
from tools.spec import ToolCall

EXTRACTIVE = "extractive"
"""The author of what is quoted word for word, and not written by a model."""

MAX_CHARS = 30_000
"""Of a draft's text: more than anybody reads; what is too long for messages leaves as a file."""


class Quote(Frozen):
    """What a claim rests on, in the model's words: a source of this turn and words it holds."""

    source_id: str = Field(description="The id of a passage, or of a tool call.")
    quote: str = Field(description="Copied verbatim from that source, 300 characters at most.")


class Draft(Frozen):
    """What the model wants to say. No field has a default: strict output writes every one."""

    status: Literal["grounded", "unknown", "clarify"]
    text: str
    citations: tuple[Quote, ...]


class Partial(Frozen):
    """A draft while the model is still writing it; nothing of it is checked yet.

    Attributes:
        text: Its text so far, every character as it will stay.
        whole: Nothing more of the text will come.
        status: The draft's, if it has been written already.
        canary: As in `Decision`.
    """

    text: str
    whole: bool = False
    status: str = ""
    canary: str = ""


class Usage(Frozen):
    """What an answer of the model cost, in tokens and requests."""

    input_tokens: int = 0
    output_tokens: int = 0
    requests: int = 0


class Decision(Frozen):
    """One answer of the model: calls to run, or a draft, or a problem it has to mend."""

    author: str = Field(description="The model's name, or `extractive`.")
    calls: tuple[ToolCall, ...] = ()
    draft: Draft | None = None
    problem: str | None = Field(default=None, description="Why the answer could not be read.")
    degraded: str | None = Field(default=None, description="Why the model did not answer itself.")
    usage: Usage = Usage()
    canary: str = Field(default="", description="Letters that only its system prompt held.")
