"""Texts as numbers: a row a window, in the form in which the classifier sees them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from bot.guardrails.classifier.grams import BUCKETS, grams, said_once
from bot.guardrails.classifier.judge import VECTOR_CHARS, spans
from bot.guardrails.classifier.language import english
from bot.guardrails.classifier.signs import signs
from bot.guardrails.classifier.weights import VECTOR
from bot.guardrails.classifier.windows import Span
from bot.guardrails.hidden_text import hidden_text
from bot.guardrails.known_attacks import known_attacks
from bot.guardrails.layers.characters import key_of
from bot.guardrails.normalise import normalise
from bot.guardrails.training.texts import Text
from bot.messages.verdicts import Origin

Floats = npt.NDArray[np.float32]
EmbedMany = Callable[[Sequence[str]], Floats]

WINDOWS = 12
"""Windows of one text that are learned from; the payload's are always among them."""

CHARS = 6_000

ENGLISH = 0.1
"""How English a text has to be for a vector to be made of it."""


@dataclass(frozen=True)
class Table:
    """Windows of texts.

    Attributes:
        owner: Which text a row is of, shape (rows,).
        attack: Whether the window holds an attack, shape (rows,).
        grams: Counts of buckets over the root of their number, (rows, BUCKETS).
        gate: How English a window is, shape (rows,).
        signs: Shape (rows, len(NAMES)).
        vectors: A vector a text, (texts, 384); None for data.
    """

    texts: Sequence[Text]
    owner: npt.NDArray[np.int64]
    attack: npt.NDArray[np.bool_]
    grams: sparse.csr_matrix
    gate: Floats
    signs: Floats
    vectors: Floats | None

    def worst(self, sums: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
        """The highest of the sums of each text's windows, shape (texts,)."""
        found = np.full(len(self.texts), -np.inf)
        np.maximum.at(found, self.owner, sums)
        return found


def table(texts: Sequence[Text], sizes: Sequence[int], embed: EmbedMany | None) -> Table:
    """Look at every text as the classifier would."""
    owner: list[int] = []
    attack: list[bool] = []
    buckets: list[npt.NDArray[np.int64]] = []
    gate: list[float] = []
    seen: list[Floats] = []
    heads: list[str] = []
    for number, one in enumerate(texts):
        origin: Origin = "document" if one.of_data else "requester"
        text = one.text[:CHARS]
        known, hidden = known_attacks(text, origin), hidden_text(text, origin)
        layer = normalise(text).visible
        heads.append(layer.text[:VECTOR_CHARS])
        key = layer.key
        read = grams(key)
        for (a, b), guilty in _windows(one, key, sizes):
            owner.append(number)
            attack.append(guilty)
            buckets.append(said_once(read.buckets[read.within(a, b)]))
            gate.append(english(key[a:b]))
            score = known.score if known else 0.0
            seen.append(signs(layer.text[a:b], key[a:b], score, hidden is not None))
    return Table(
        texts=texts,
        owner=np.array(owner),
        attack=np.array(attack),
        grams=_counted(buckets),
        gate=np.array(gate, dtype=np.float32),
        signs=np.array(seen, dtype=np.float32),
        vectors=_embedded(heads, embed) if embed else None,
    )


def _embedded(heads: Sequence[str], embed: EmbedMany) -> Floats:
    """Vectors of what is English enough; the others count for little and would take minutes."""
    some = [n for n, text in enumerate(heads) if english(key_of(text)) >= ENGLISH]
    found = np.zeros((len(heads), VECTOR), dtype=np.float32)
    if some:
        found[some] = embed([heads[n] for n in some])
    return found


def _windows(one: Text, key: str, sizes: Sequence[int]) -> list[tuple[Span, bool]]:
    """The windows that are learned from, and whether the attack is in each."""
    every = spans(key, sizes)
    if not one.attack or not one.payload:
        return [(span, one.attack) for span in _some(every)]
    at = key.find(normalise(one.payload).visible.key[:60])
    end = at + len(one.payload)
    marked = [(span, at < 0 or _overlap(span, (at, end)) >= 0.5) for span in every]
    marked.sort(key=lambda pair: not pair[1])
    return marked[:WINDOWS]


def _some(spans: Sequence[Span]) -> Sequence[Span]:
    """Of many windows so many as are learned from, spread over them all."""
    step = max(1, -(-len(spans) // WINDOWS))
    return spans[::step]


def _overlap(span: tuple[int, int], payload: tuple[int, int]) -> float:
    """The part of the payload, or of the window if that is shorter, that they share."""
    shared = min(span[1], payload[1]) - max(span[0], payload[0])
    return shared / max(1, min(span[1] - span[0], payload[1] - payload[0]))


def _counted(rows: Sequence[npt.NDArray[np.int64]]) -> sparse.csr_matrix:
    ends, columns, counts = [0], [np.zeros(0, np.int32)], [np.zeros(0, np.float32)]
    for buckets in rows:
        found, count = np.unique(buckets, return_counts=True)
        columns.append(found.astype(np.int32))
        counts.append((count / max(1, len(buckets)) ** 0.5).astype(np.float32))
        ends.append(ends[-1] + len(found))
    shape = (len(rows), BUCKETS)
    return sparse.csr_matrix((np.concatenate(counts), np.concatenate(columns), ends), shape=shape)
