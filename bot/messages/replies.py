"""What we say, and show on the way to it."""

from typing import Literal

from pydantic import AwareDatetime, Field

from bot.messages.frozen import Frozen


class Citation(Frozen):
    """A numbered source of a reply."""

    number: int
    title: str
    source: str
    heading: str
    quote: str
    document_id: str = Field(default="", description="Empty where a tool said it.")
    updated_at: AwareDatetime | None = None

    def __str__(self) -> str:
        return f"[{self.number}] {self.heading or self.title}"


class Statement(Frozen):
    """What a document says, and when it was last updated."""

    document_id: str
    title: str
    text: str
    updated_at: AwareDatetime | None = None

    def saying(self, text: str) -> "Statement":
        """A part of it."""
        return self.model_copy(update={"text": text.strip()})


class Conflict(Frozen):
    """Two documents that disagree."""

    one: Statement
    other: Statement


class Step(Frozen):
    """One thing that is being done for a person, as they may watch it; `id` is its own in a turn.

    Nothing of a person's, a document's or a tool's words is in it: everybody in a thread reads it.
    """

    id: str
    title: str
    status: Literal["in_progress", "complete", "error"] = "in_progress"
    output: str = ""

    def done(self, output: str = "") -> "Step":
        """The same at its end, with what came of it in a few words."""
        return self.model_copy(update={"status": "complete", "output": output})


class Reply(Frozen):
    """What the bot says, checked.

    `label` tells the reader how the text was made where that is not by the model; `notes` are
    remarks of the system, such as a page that was held back.
    """

    status: Literal["grounded", "unknown", "clarify", "refused", "failed"]
    text: str
    citations: tuple[Citation, ...] = ()
    label: str | None = None
    notes: tuple[str, ...] = ()
    choices: tuple[str, ...] = Field(
        default=(), description="What the person may have meant, for a button each."
    )
    conflicts: tuple[Conflict, ...] = ()
    attachment: str = Field(default="", description="The whole text, where that is for a file.")
    private: bool = Field(default=False, description="It rests on what only the requester may see.")


class Validation(Frozen):
    """What became of a draft: a reply, or what is wrong with it in words the model can act on."""

    reply: Reply | None = None
    problems: tuple[str, ...] = ()
