"""Plain ways to split a document, and how search does with them: to measure ours against."""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from knowledge.blocks import ReadDocument
from knowledge.cut import sentences
from knowledge.embed import Embedder
from knowledge.errors import UnreadableDocument
from knowledge.evaluate import MODES, Question, Retrieval, evaluate
from knowledge.read import read
from knowledge.rows import File, NewChunk
from knowledge.store import Store

Chunker = Callable[[str, Embedder], list[str]]

CHARS, CHAR_OVERLAP = 1_000, 200
TOKENS, TOKEN_OVERLAP = 1_024, 200
_BREAKS = ("\n\n", "\n", " ")


def characters(text: str, _embedder: Embedder) -> list[str]:
    """Cut every 1000 characters at the best break there is, 200 of them twice."""
    chunks, start = list[str](), 0
    while start < len(text):
        end = _break(text, start, start + CHARS) if start + CHARS < len(text) else len(text)
        chunks.append(text[start:end].strip())
        start = end if end == len(text) else max(start + 1, _break(text, start, end - CHAR_OVERLAP))
    return [chunk for chunk in chunks if chunk]


def packed_sentences(text: str, embedder: Embedder) -> list[str]:
    """Put sentences together up to 1024 tokens, 200 of them twice; no model here reads so far."""
    held, chunks = list[tuple[str, int]](), list[str]()
    for sentence in sentences(text):
        size = embedder.count_tokens(sentence)
        if held and sum(count for _, count in held) + size > TOKENS:
            chunks.append("".join(text for text, _ in held).strip())
            while held and sum(count for _, count in held) > TOKEN_OVERLAP:
                held.pop(0)
        held.append((sentence, size))
    chunks.append("".join(text for text, _ in held).strip())
    return [chunk for chunk in chunks if chunk]


CHUNKERS: Mapping[str, Chunker] = {
    "1000/200 characters": characters,
    "1024/200 tokens of sentences": packed_sentences,
}


def by_chunker(
    store: Store, embedder: Embedder, questions: Sequence[Question]
) -> dict[str, dict[str, Retrieval]]:
    """Split and embed the files in the store again in each plain way, and ask the questions there.

    It takes as long as loading them did, once for each way. What is not on this disk any more is
    left out.
    """
    modes = {mode: MODES[mode] for mode in ("dense", "fused")}
    found: dict[str, dict[str, Retrieval]] = {}
    for name, chunker in CHUNKERS.items():
        with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "plain.db") as plain:
            for file in store.files():
                _load(plain, file, chunker, embedder)
            found[name] = evaluate(plain, embedder, questions, modes=modes).retrieval
    return found


def _load(plain: Store, file: File, chunker: Chunker, embedder: Embedder) -> None:
    try:
        document = read(Path(file.location))
    except UnreadableDocument:
        return
    texts = chunker(rebuilt(document), embedder)
    chunks = [
        NewChunk("", text, text, None, vector)
        for text, vector in zip(texts, embedder.embed(texts), strict=True)
    ]
    if chunks:
        plain.replace(file, document.title, chunks, model=embedder.name)


def rebuilt(document: ReadDocument) -> str:
    """Return a document's text again, with its headings."""
    return "\n\n".join(_lines(document))


def _lines(document: ReadDocument) -> Iterator[str]:
    before: tuple[str, ...] = ()
    for block in document.blocks:
        for depth, heading in enumerate(block.headings):
            if block.headings[: depth + 1] != before[: depth + 1]:
                yield f"{'#' * (depth + 1)} {heading}"
        before = block.headings
        yield block.text


def _break(text: str, start: int, end: int) -> int:
    """The last place before `end` where a paragraph, a line or a word ends; `end` if there is none.

    One in the first half of what may be taken does not count.
    """
    least = start + (end - start) // 2
    for mark in _BREAKS:
        at = text.rfind(mark, least, end)
        if at >= 0:
            return at + len(mark)
    return end
