"""What an admin wants done, and is told by the clock: the nouns of `bot/admin/`."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from bot.messages.frozen import Frozen

GROUP = r"^[0-9a-f]{12}$"
"""What turns that an admin was told of together are known by."""

DocumentId = Annotated[str, StringConstraints(min_length=1, max_length=64)]


# --- where a document comes from ------------------------------------------------------------------


class WebPage(Frozen):
    """A page on the web."""

    kind: Literal["page"] = "page"
    url: str = Field(max_length=2_000)

    @property
    def name(self) -> str:
        return self.url


class SlackFile(Frozen):
    """A file that was dropped in Slack. `name` is for showing, never for the file system."""

    kind: Literal["file"] = "file"
    file_id: str = Field(pattern=r"^F[A-Z0-9]{2,40}$")
    name: str = Field(max_length=255)
    size: int = Field(ge=0, description="Bytes, as Slack says.")


class SavedMessage(Frozen):
    """A message that somebody wrote; `user` said it, and `link` leads to it."""

    kind: Literal["message"] = "message"
    text: str = Field(max_length=40_000)
    user: str
    link: str
    written_at: AwareDatetime

    @property
    def name(self) -> str:
        return "a message"


Source = Annotated[WebPage | SlackFile | SavedMessage, Field(discriminator="kind")]


class Details(Frozen):
    """What an admin says of a document; an empty title is the document's own.

    Attributes:
        audience: Channels and user groups whose members may read it; empty for everyone.
        owner: Who is asked when it expires.
    """

    title: str = Field(default="", max_length=150)
    audience: tuple[str, ...] = ()
    owner: str = ""
    expires_at: AwareDatetime | None = None


class Proposal(Frozen):
    """Something that an admin may add; kept in our record, since a button carries only a key."""

    source: Source
    by: str


# --- what is to be done ---------------------------------------------------------------------------


class Help(Frozen):
    """Say how the command is used; `problem` is what was wrong with it, if anything."""

    kind: Literal["help"] = "help"
    problem: str = ""


class ListDocuments(Frozen):
    """Show what is loaded, a page at a time, counted from 1."""

    kind: Literal["list"] = "list"
    page: int = Field(default=1, ge=1, le=100_000)


class SearchDocuments(Frozen):
    """Show what a search finds, whoever may read it."""

    kind: Literal["search"] = "search"
    query: str = Field(max_length=2_000)


class ListQuarantine(Frozen):
    """Show what the guardrails hold back, a page at a time, counted from 1."""

    kind: Literal["quarantine"] = "quarantine"
    page: int = Field(default=1, ge=1, le=100_000)


class Propose(Frozen):
    """Remember what may be added; files are asked about with a card, the rest by a dialog."""

    kind: Literal["propose"] = "propose"
    sources: tuple[Source, ...]


class Save(Frozen):
    """Add what was proposed under a key."""

    kind: Literal["save"] = "save"
    key: str
    details: Details


class Edit(Frozen):
    """Change what is known of a document beside its text, to what the form says."""

    kind: Literal["edit"] = "edit"
    document_id: DocumentId
    details: Details


class Remove(Frozen):
    """Remove a document; it can be undone."""

    kind: Literal["remove"] = "remove"
    document_id: DocumentId


class Undo(Frozen):
    """Take the last change back; with `state`, only if it is the one that made this state."""

    kind: Literal["undo"] = "undo"
    document_id: DocumentId
    state: str | None = Field(default=None, max_length=20)


class Release(Frozen):
    """Let out a passage that is held back, after a person has looked at it.

    Attributes:
        held_id: The id of the passage, or of a document for all that is held of it.
        digest: Of the text that was shown; one that has changed since stays where it is.
    """

    kind: Literal["release"] = "release"
    held_id: DocumentId
    digest: str = Field(pattern=r"^[0-9a-f]{32}$")


class Renew(Frozen):
    """Let a document that has expired hold for longer."""

    kind: Literal["renew"] = "renew"
    document_id: DocumentId


class Sync(Frozen):
    """Read everything again that can be read again."""

    kind: Literal["sync"] = "sync"


class Remind(Frozen):
    """Tell the owner of a document that it has expired. Nobody asks for this: the clock does."""

    kind: Literal["remind"] = "remind"
    document_id: DocumentId


class Digest(Frozen):
    """Tell an admin how the week was. Nobody asks for this: the clock does."""

    kind: Literal["digest"] = "digest"


class TellParked(Frozen):
    """Tell an admin which turns were given up, a group of them. The clock asks for this, too."""

    kind: Literal["parked"] = "parked"
    group: str = Field(pattern=GROUP)


class Retry(Frozen):
    """Try turns again that were given up: those of a group that ended in the same error."""

    kind: Literal["retry"] = "retry"
    group: str = Field(pattern=GROUP)
    error: str = Field(pattern=r"^[A-Za-z]{1,60}$")


class Answer(Frozen):
    """Save an answer to a question that had none, so that the next one who asks gets it."""

    kind: Literal["answer"] = "answer"
    question: str = Field(min_length=1, max_length=2_000)
    text: str = Field(min_length=1, max_length=3_000)


Scope = Literal["here", "everywhere", "count"]
"""Of forgetting: this conversation, all of them, or only how much there is."""


class Forget(Frozen):
    """Delete what the person has said. Anybody may ask for it, for themselves."""

    kind: Literal["forget"] = "forget"
    scope: Scope


Act = Annotated[
    Digest
    | Forget
    | TellParked
    | Retry
    | Answer
    | Help
    | ListDocuments
    | SearchDocuments
    | ListQuarantine
    | Propose
    | Save
    | Edit
    | Remove
    | Undo
    | Release
    | Renew
    | Sync
    | Remind,
    Field(discriminator="kind"),
]
