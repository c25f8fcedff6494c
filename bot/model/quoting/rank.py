"""Which pieces of the passages answer a question, and whether any does.

The numbers here were chosen on the judged questions of two handbooks, ours and a real company's:
see `tests/bot/model/test_extractive.py`, which measures them on ours.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bot.model.quoting.memory import Memory, Vectors
from bot.model.quoting.pieces import Piece, clean, pieces_of
from bot.model.wishes.subject import asks_for_all, asks_for_steps
from bot.model.words import LITTLE, stem, subject_words, words
from knowledge.documents import Passage

MAX_QUESTION = 1_000
"""Characters of a question that are looked at; the embedder reads about as many."""

MAX_PASSAGES = 6
COMPARED = 24
"""The most pieces whose vectors are compared: those that share most words with the question.

Embedding is what takes the time; with all pieces it takes twice as long for the same answers.
"""

LATER_PASSAGE = 0.004
"""What a piece has to make up for with words for each passage that is before its own."""

CHOSEN = 3
"""The most pieces in an answer."""

NEAR = 0.2
"""How far behind the best piece another may be and still be shown."""

ENOUGH = 0.4
"""The least score of a piece that is shown beside the best one."""

MAX_CHARS = 1_100
"""Of the pieces in an answer together; the first may be longer."""

HEADING = 0.35
"""The weight of the headings a piece stands under, next to its own words.

Embedded in one text with a short piece they drown it: "4. Accept the terms." came first.
"""

SHARED_WORDS = 0.2
"""What sharing all words of the question is worth, next to a cosine."""

CODE = 0.4
"""What it is worth that a piece holds the very code, such as LC-41, that is asked about."""

STEPS = 0.1
"""What it is worth to be a numbered list where somebody asks how something is done."""

WHOLE = 0.1
"""What is taken off a whole table or list, since mostly one row will do; or what it is worth where
somebody asks for all of it."""

ANSWERABLE = 0.46
"""From which certainty on the pieces are an answer; chosen on both handbooks, where 0.44 to 0.48
do about as well. Below, half of the unanswerable questions got an answer; above, answers were lost.
"""

_CODES = re.compile(r"\b[A-Z]{1,8}-\d{1,8}\b", re.IGNORECASE)


@dataclass(frozen=True)
class Candidate:
    """A piece with what is compared.

    Attributes:
        passage: Index of the passage that the piece is from.
        text: What is embedded: the piece, after the line that leads to it.
        headings: What it stands under.
        stems: Subject words of the piece and of its headings.
    """

    passage: int
    piece: Piece
    text: str
    headings: str
    stems: frozenset[str]
    score: float = 0.0


@dataclass(frozen=True)
class Reading:
    """What the passages say to a question: the best pieces first, and how sure that is."""

    chosen: tuple[Candidate, ...] = ()
    score: float = 0.0

    @property
    def answers(self) -> bool:
        """Whether the pieces answer the question, as far as words and vectors can tell."""
        return self.score >= ANSWERABLE


def read(question: str, latest: str, passages: Sequence[Passage], memory: Memory) -> Reading:
    """Choose the pieces that answer a question.

    Args:
        question: The question in its context.
        latest: What the person wrote now: the question's end, where it is a follow-up.
        passages: The best ones first.
        memory: The embedder.
    """
    asked, latest = question[:MAX_QUESTION].strip(), latest[:MAX_QUESTION].strip()
    candidates = [
        candidate
        for index, passage in enumerate(passages[:MAX_PASSAGES])
        for candidate in _candidates(index, passage)
    ]
    if not candidates or not asked:
        return Reading()
    ranked = _ranked(asked, latest or asked, candidates, memory)
    if asks_for_steps(latest or asked):
        ranked = _with_steps(ranked)
    return Reading(_choose(ranked), _certainty(asked, ranked[0], candidates, memory))


# --- pieces to compare ----------------------------------------------------------------------------


def _candidates(index: int, passage: Passage) -> list[Candidate]:
    headings = ", ".join(_heading(part) for part in passage.heading.split(" > "))
    title = frozenset(subject_words(headings) | subject_words(passage.title))
    return [
        Candidate(
            passage=index,
            piece=piece,
            text=f"{piece.lead} {piece.plain}".strip(),
            headings=headings,
            stems=title | subject_words(f"{piece.lead} {piece.shown}"),
        )
        for piece in pieces_of(passage.text)
        if re.search(r"\w", piece.plain)
    ]


def _heading(markdown: str) -> str:
    return re.sub(r"^(?:Q|FAQ)\s*[:.]\s*", "", clean(markdown))


# --- order ----------------------------------------------------------------------------------------


def _ranked(
    asked: str, latest: str, candidates: Sequence[Candidate], memory: Memory
) -> list[Candidate]:
    """The candidates with their scores, best first."""
    weights, codes = _weights(subject_words(asked), candidates), _codes(asked)
    by_words = [(_by_words(c, weights, codes), c) for c in candidates]
    compared = sorted(by_words, key=lambda s: LATER_PASSAGE * s[1].passage - s[0])[:COMPARED]
    near = _nearness(list(dict.fromkeys([asked, latest])), [c for _, c in compared], memory)
    scored = [
        replace(c, score=by_words + float(cosine) + _fitting(latest, c.piece))
        for (by_words, c), cosine in zip(compared, near.mean(axis=1), strict=True)
    ]
    return sorted(scored, key=lambda c: -c.score)


def _by_words(candidate: Candidate, weights: Mapping[str, float], codes: set[str]) -> float:
    """What speaks for a piece without its vector."""
    shared = sum(weights[word] for word in candidate.stems & weights.keys())
    same_code = bool(codes & _codes(candidate.piece.plain))
    return SHARED_WORDS * shared + CODE * same_code - _thin(candidate.piece.plain)


def _fitting(asked: str, piece: Piece) -> float:
    """What speaks for the form of a piece: steps for a "how", a whole table for "what are the"."""
    if piece.steps:
        return STEPS * asks_for_steps(asked)
    return (WHOLE if asks_for_all(asked) else -WHOLE) * piece.whole


def _nearness(queries: Sequence[str], candidates: Sequence[Candidate], memory: Memory) -> Vectors:
    """How near each candidate is to each query, shape (candidates, queries), -1 to 1."""
    texts = [c.text for c in candidates] + [c.headings for c in candidates]
    vectors = memory.embed([*texts, *queries])
    pieces, headings = vectors[: len(candidates)], vectors[len(candidates) : len(texts)]
    mixed = np.asarray((1 - HEADING) * pieces + HEADING * headings, dtype=np.float32)
    return mixed @ vectors[len(texts) :].T


def _weights(asked: Iterable[str], candidates: Sequence[Candidate]) -> Mapping[str, float]:
    """What each word of the question tells: the rarer among the pieces, the more; 1 in all."""
    known = {word: sum(word in c.stems for c in candidates) for word in asked}
    raw = {word: math.log(1 + len(candidates) / (1 + n)) for word, n in known.items()}
    total = sum(raw.values()) or 1.0
    return {word: weight / total for word, weight in raw.items()}


def _codes(text: str) -> set[str]:
    return {code.upper() for code in _CODES.findall(text)}


def _thin(plain: str) -> float:
    """What to take off for pieces that say little: fragments, questions, the page's own label."""
    fragment = len(plain.split()) < 5
    label = plain.startswith(("Owner:", "Last reviewed"))
    return 0.1 * fragment + 0.1 * plain.endswith("?") + 0.2 * label


def _with_steps(ranked: Sequence[Candidate]) -> list[Candidate]:
    """Put the numbered list of the best piece's passage right behind it: that is the how."""
    best, *rest = ranked
    steps = next((c for c in rest if c.piece.steps and c.passage == best.passage), None)
    if steps is None:
        return list(ranked)
    return [best, replace(steps, score=best.score), *(c for c in rest if c is not steps)]


# --- choice ---------------------------------------------------------------------------------------


def _choose(ranked: Sequence[Candidate]) -> tuple[Candidate, ...]:
    chosen: list[Candidate] = []
    enough = max(ranked[0].score - NEAR, ENOUGH)
    for candidate in ranked:
        if len(chosen) == CHOSEN or (chosen and candidate.score < enough):
            break
        length = sum(len(c.piece.shown) for c in (*chosen, candidate))
        if not chosen or (length <= MAX_CHARS and not any(_repeats(candidate, c) for c in chosen)):
            chosen.append(candidate)
    return tuple(chosen)


def _repeats(one: Candidate, other: Candidate) -> bool:
    """Whether a piece says what another says: the same place, or nearly the same words."""
    a, b = one.piece.unit, other.piece.unit
    if one.passage == other.passage and a.start < b.end and b.start < a.end:
        return True
    mine, its = set(words(one.piece.shown)), set(words(other.piece.shown))
    return len(mine & its) > 0.8 * min(len(mine), len(its))


def _certainty(
    asked: str, best: Candidate, candidates: Sequence[Candidate], memory: Memory
) -> float:
    """How likely the best piece is an answer and not only near to one.

    Nearness is not enough: "Is there a dress code for the Porto office?" is near to what is said
    about the Porto office. So the words of the question that no passage knows are left out and the
    rest is compared again. If that is nearer, these words ask for something that is not there; if
    it is not, they are only the person's way to put it.
    """
    if _codes(asked) - {code for c in candidates for code in _codes(c.piece.plain)}:
        return 0.0
    rest = _without(asked, frozenset[str]().union(*(c.stems for c in candidates)))
    if rest == asked or not rest:
        return best.score
    whole, part = _nearness([asked, rest], [best], memory)[0]
    return best.score - max(0.0, float(part - whole))


def _without(asked: str, known: frozenset[str]) -> str:
    """The question without its subject words that no passage knows."""

    def stays(token: str) -> bool:
        return all(word in LITTLE or stem(word) in known for word in words(token))

    return " ".join(token for token in asked.split() if stays(token))
