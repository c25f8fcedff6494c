"""How well search finds what is known to be the answer."""

import json
import math
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from knowledge.documents import Passage
from knowledge.embed import Embedder, Vectors
from knowledge.errors import UnreadableDocument
from knowledge.markdown import plain
from knowledge.score import FUSED, Weights
from knowledge.search import answerable, search
from knowledge.store import Store

MODES: Mapping[str, Weights] = {
    "dense": Weights(dense=1, words=0),
    "lexical": Weights(dense=0, words=1),
    "bm25": Weights(dense=0, words=0, bm25=1),
    "fused": FUSED,
}

DEPTH = 10
"""How many passages are looked at."""


class Question(BaseModel):
    """A judged question. Fields that others have added are let through."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str = ""
    question: str
    gold_paths: tuple[str, ...] = ()
    gold_heading: str = ""
    gold_quote: str = ""
    answerable: bool = True


class Retrieval(BaseModel):
    """How one kind of search does, each figure a mean over the answerable questions, 0 to 1.

    A passage counts if the gold quote stands in it; `document_recall_*` if it is from a gold path.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    recall_at_1: float
    recall_at_5: float
    recall_at_10: float
    mrr: float
    ndcg_at_10: float
    document_recall_at_1: float
    document_recall_at_5: float


class Evaluation(BaseModel):
    """What `evaluate` measured.

    Attributes:
        unfindable: Ids of questions whose quote stands in no chunk at all: they count as missed.
        answerable_auc: How often an answerable question scores above one that is not; None where
            the questions are all of one kind.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    chunks: int
    answerable: int
    unanswerable: int
    unfindable: tuple[str, ...]
    retrieval: dict[str, Retrieval]
    answerable_auc: float | None


def load_questions(path: Path) -> list[Question]:
    """Read questions, one JSON object a line.

    Raises:
        UnreadableDocument: The file or a line of it cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeError) as error:
        raise UnreadableDocument(f"{path} cannot be read ({type(error).__name__})") from error
    return list(_parse(path, lines))


def _parse(path: Path, lines: Sequence[str]) -> Iterator[Question]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield Question.model_validate(json.loads(line))
            except (ValueError, ValidationError) as error:
                raise UnreadableDocument(
                    f'{path}, line {number}: expected {{"question": "..."}} and the gold fields'
                ) from error


def evaluate(
    store: Store,
    embedder: Embedder,
    questions: Sequence[Question],
    *,
    readers: frozenset[str] = frozenset(),
    modes: Mapping[str, Weights] = MODES,
) -> Evaluation:
    """Ask every question in every mode, and count.

    Raises:
        EmptyIndex: Nothing has been loaded yet.
        WrongModel: The index was built with another embedding model.
    """
    chunks = [(chunk.chunk_id, normalise(chunk.text)) for chunk in store.all_chunks()]
    known = [question for question in questions if question.answerable]
    relevant = {
        question: frozenset(id for id, text in chunks if _holds(text, question))
        for question in known
    }

    once = _Once(embedder)

    def ask(question: Question, weights: Weights) -> list[Passage]:
        return search(store, once, question.question, readers=readers, k=DEPTH, weights=weights)

    return Evaluation(
        chunks=len(chunks),
        answerable=len(known),
        unanswerable=len(questions) - len(known),
        unfindable=tuple(question.id for question in known if not relevant[question]),
        retrieval={
            mode: _measure([(question, ask(question, weights)) for question in known], relevant)
            for mode, weights in modes.items()
        },
        answerable_auc=_auc(
            [(answerable(ask(question, FUSED)), question.answerable) for question in questions]
        ),
    )


class _Once:
    """An embedder that embeds each question once, in however many modes it is asked."""

    def __init__(self, embedder: Embedder) -> None:
        self.name = embedder.name
        self.dimensions = embedder.dimensions
        self.window = embedder.window
        self.count_tokens = embedder.count_tokens
        self._embed: Callable[[tuple[str, ...]], Vectors] = cache(embedder.embed)

    def embed(self, texts: Sequence[str]) -> Vectors:
        return self._embed(tuple(texts))


def normalise(text: str) -> str:
    """A text as quotes are compared: no Markdown, no case, one space between words."""
    text = unicodedata.normalize("NFKC", plain(text)).casefold()
    return " ".join(
        text.replace("\u2019", "'").replace("\u201c", '"').replace("\u201d", '"').split()
    )


def _holds(text: str, question: Question) -> bool:
    quote = normalise(question.gold_quote)
    return bool(quote) and quote in text


def _from_gold(source: str, question: Question) -> bool:
    """Whether a source is one of the gold paths; either may begin further up than the other."""
    place = f"/{source.strip('/')}"
    return any(
        place.endswith(f"/{gold.strip('/')}") or f"/{gold.strip('/')}".endswith(place)
        for gold in question.gold_paths
    )


def _measure(
    asked: Sequence[tuple[Question, list[Passage]]],
    relevant: Mapping[Question, frozenset[str]],
) -> Retrieval:
    hits = [
        [passage.chunk_id in relevant[question] for passage in found] for question, found in asked
    ]
    documents = [
        [_from_gold(passage.source, question) for passage in found] for question, found in asked
    ]
    return Retrieval(
        recall_at_1=_mean([any(row[:1]) for row in hits]),
        recall_at_5=_mean([any(row[:5]) for row in hits]),
        recall_at_10=_mean([any(row[:10]) for row in hits]),
        mrr=_mean([1 / (row.index(True) + 1) if any(row) else 0 for row in hits]),
        ndcg_at_10=_mean(
            [
                _ndcg(row, len(relevant[question]))
                for row, (question, _) in zip(hits, asked, strict=True)
            ]
        ),
        document_recall_at_1=_mean([any(row[:1]) for row in documents]),
        document_recall_at_5=_mean([any(row[:5]) for row in documents]),
    )


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 4) if values else 0.0


def _ndcg(hits: Sequence[bool], relevant: int) -> float:
    """The gain of the list over that of the best list there could be, in ten places."""
    gain = sum(1 / math.log2(place + 2) for place, hit in enumerate(hits[:DEPTH]) if hit)
    best = sum(1 / math.log2(place + 2) for place in range(min(relevant, DEPTH)))
    return gain / best if best else 0.0


def _auc(scores: Sequence[tuple[float, bool]]) -> float | None:
    """The chance that a positive scores above a negative; an even score counts as half."""
    positive = [score for score, label in scores if label]
    negative = [score for score, label in scores if not label]
    if not positive or not negative:
        return None
    wins = sum((p > n) + (p == n) / 2 for p in positive for n in negative)
    return round(wins / (len(positive) * len(negative)), 4)
