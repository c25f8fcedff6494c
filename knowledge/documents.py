"""The nouns of the knowledge base: documents in, passages out."""

from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Document(_Frozen):
    """One file that an admin has loaded."""

    document_id: str
    title: str
    source: str = Field(description="The path or URL as it was added.")
    audience: tuple[str, ...] = Field(
        default=(), description="Channel and user group ids who may read it; empty for everyone."
    )
    sha256: str
    added_at: AwareDatetime
    chunks: int = Field(ge=0, description="How many chunks it was split into.")
    quarantined: int = Field(default=0, ge=0, description="Chunks held back by the guardrails.")
    owner: str = Field(default="", description="Who is told when it expires: a user id, or none.")
    expires_at: AwareDatetime | None = None
    version: int = Field(default=1, ge=1, description="Counts what it has been replaced by.")
    added_by: str = Field(default="", description="Who loaded this version, where that is known.")

    def expired(self, now: datetime) -> bool:
        """Whether its time is up."""
        return self.expires_at is not None and self.expires_at <= now


class Version(_Frozen):
    """A state of a document: the one that is searched, or one that can be brought back."""

    document_id: str
    version: int
    title: str
    audience: tuple[str, ...]
    sha256: str
    chunks: int
    added_at: AwareDatetime
    added_by: str
    ended_at: AwareDatetime | None = Field(description="When it was replaced or removed.")
    ended_by: str = ""
    ended: Literal["", "replaced", "undone", "removed"] = ""

    @property
    def current(self) -> bool:
        """Whether it is the one that is searched."""
        return self.ended_at is None


class Held(_Frozen):
    """A chunk in quarantine, for a second look; `digest` names exactly the text that was read."""

    document_id: str
    chunk_id: str
    title: str
    source: str
    heading: str
    text: str
    reason: str
    digest: str


class Released(_Frozen):
    """A second look that let a text go: who, when, and what the guardrails had said of it."""

    document_id: str
    heading: str
    reason: str
    released_by: str
    released_at: AwareDatetime


class Chunk(_Frozen):
    """A span of a document, short enough for the embedder's window."""

    chunk_id: str
    document_id: str
    title: str
    source: str
    heading: str = Field(description="The heading path, outermost first, joined by ' > '.")
    text: str
    expires_at: AwareDatetime | None = Field(
        default=None, description="The document's; a reply from an expired one has to say so."
    )
    updated_at: AwareDatetime | None = Field(
        default=None, description="When the document was loaded with other words than before."
    )


class Passage(Chunk):
    """A chunk that was retrieved.

    `score` is the fused score that orders passages (0 to 1, higher is nearer); `similarity` the
    cosine of its vector to the query's.
    """

    score: float
    similarity: float = 0.0
    nearest: float = Field(
        default=0.0, description="Cosine of the vector of its nearest part to the query's."
    )
    coverage: float = Field(
        default=0.0, description="Share of the query's words it holds, rare ones weighing more."
    )
    quarantine: str | None = Field(
        default=None, description="Why the guardrails hold it back; None if they do not."
    )
