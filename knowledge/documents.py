"""The nouns of the knowledge base: documents in, passages out."""

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


class Chunk(_Frozen):
    """A span of a document, short enough for the embedder's window."""

    chunk_id: str
    document_id: str
    title: str
    source: str
    heading: str = Field(description="The heading path, outermost first, joined by ' > '.")
    text: str


class Passage(Chunk):
    """A chunk that was retrieved.

    `score` is the fused score that orders passages (0 to 1, higher is nearer); `similarity` the
    cosine of its vector to the query's.
    """

    score: float
    similarity: float = 0.0
    coverage: float = Field(
        default=0.0, description="Share of the query's words it holds, rare ones weighing more."
    )
    quarantine: str | None = Field(
        default=None, description="Why the guardrails hold it back; None if they do not."
    )
