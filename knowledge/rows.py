"""What is written to the file and read from it: the one place where rows become models."""

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from datetime import datetime
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from knowledge.documents import Chunk, Document
from knowledge.embed import Vector, Vectors

DOCUMENTS = """
    SELECT id AS document_id, documents.*,
        (SELECT count(*) FROM chunks WHERE document_id = documents.id) AS chunks,
        (SELECT count(quarantine) FROM chunks WHERE document_id = documents.id) AS quarantined
    FROM documents
"""
CHUNKS = """
    SELECT chunks.row, chunks.id AS chunk_id, document_id, chunks.title, source, heading, text,
        quarantine, expires_at, added_at AS updated_at
    FROM chunks JOIN documents ON documents.id = document_id
"""


Kind = Literal["file", "url", "content"]


@dataclass(frozen=True)
class File:
    """A file as it was added.

    Attributes:
        source: The path as it was given, or below the folder that was given; or the URL.
        location: The same, absolute.
        given: What was given: the file itself or a folder above it.
        root: The same, absolute.
        kind: How a sync reads it again: from the disk, from the web, or not at all.
    """

    source: str
    location: str
    given: str
    root: str
    audience: tuple[str, ...]
    sha256: str
    kind: Kind = "file"
    undone: str = ""

    @property
    def document_id(self) -> str:
        """The same for the same file, however its path is written."""
        return document_id_of(self.location)


@dataclass(frozen=True)
class NewChunk:
    """A chunk to be stored; `embedded` is what the embedder read of it."""

    heading: str
    text: str
    embedded: str
    quarantine: str | None
    vector: Vector
    parts: Vectors | None = None


@dataclass(frozen=True)
class Details:
    """What an admin says of a document beside its text; None leaves what is known.

    Attributes:
        title: Instead of the one in the file, from now on.
        audience: Channel and user group ids who may read it; empty for everyone. A new document
            of which nothing is said is for everyone.
        owner: Who is told when it expires.
        expires_at: From then on replies say that it has expired.
        by: Who says so.
    """

    title: str | None = None
    audience: Sequence[str] | None = None
    owner: str | None = None
    expires_at: datetime | None = None
    by: str = ""


NO_DETAILS = Details()


def digest_of(embedded: str) -> str:
    """Name what the embedder reads of a chunk, so that unchanged chunks keep their vectors."""
    return _digest(embedded, 12)


def document_id_of(location: str) -> str:
    """Name the document from a place."""
    return _digest(location, 12)


def embedded_digest(chunk_id: str) -> str:
    """The digest of what the embedder read of a chunk; it is a part of its id."""
    return chunk_id.split("-")[1]


def exact_digest(title: str, heading: str, text: str) -> str:
    """Name exactly what the guardrails read of a chunk."""
    return _digest(screened(title, heading, text), 32)


def screened(title: str, heading: str, text: str) -> str:
    """What the guardrails read of a chunk."""
    return f"{title}\n{heading}\n{text}"


def _digest(text: str, length: int) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:length]


def quoted(word: str) -> str:
    """Return a word as FTS5 reads it: inside quotes there is no syntax."""
    return '"' + word.replace('"', '""').replace("\x00", "") + '"'


def to_blob(vector: Vector) -> bytes:
    """Return a vector in half the bytes; that costs the third digit of a cosine nothing."""
    return vector.astype("<f2").tobytes()


def from_blobs(blobs: Sequence[bytes]) -> Vectors:
    """Return vectors, one a row; shape (0, 0) for none."""
    if not blobs:
        return np.zeros((0, 0), dtype=np.float32)
    return _widened(np.frombuffer(b"".join(blobs), dtype="<i2")).reshape(len(blobs), -1)


def _widened(halves: npt.NDArray[np.int16]) -> npt.NDArray[np.float32]:
    """Return half floats, given as their bits, in full: a fifth of the time that numpy takes.

    Sign, exponent and digits move to where a float has them, and the exponents' zeros are apart by
    a factor of 2 ** 112. It holds for every half float that is a number.
    """
    bits = halves.astype(np.int32)
    bits <<= 13
    bits &= np.int32(-0x70002000)  # 0x8FFFE000: the sign, and what was moved
    floats = bits.view(np.float32)
    floats *= np.float32(2.0**112)
    return floats


def document_of(row: sqlite3.Row) -> Document:
    """Return the document of a row of `DOCUMENTS`."""
    fields: dict[str, Any] = {name: row[name] for name in Document.model_fields}
    return Document.model_validate(fields | {"audience": tuple(json.loads(row["audience"]))})


def file_of(row: sqlite3.Row) -> File:
    """Return the file of a row of `DOCUMENTS`."""
    fields: dict[str, Any] = {field.name: row[field.name] for field in dataclass_fields(File)}
    fields["audience"] = tuple(json.loads(row["audience"]))
    return File(**fields)


def chunk_of(row: sqlite3.Row) -> Chunk:
    """Return the chunk of a row of `CHUNKS`."""
    return Chunk.model_validate({name: row[name] for name in Chunk.model_fields})
