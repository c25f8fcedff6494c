"""Route: choose the tools that the model is offered."""

import math
import threading
from collections import Counter
from collections.abc import Sequence
from typing import Literal

import numpy as np

from bot.messages.events import Message
from bot.messages.requester import Requester
from bot.messages.task import Evidence, Offer
from bot.messages.verdicts import Verdict
from bot.model.words import subject_words
from knowledge import Embedder
from tools.registry import Toolbox
from tools.spec import AnyTool

OFFERED = 8
"""The most tools a model is offered: more cost tokens and invite mistakes."""


By = Literal["meaning", "words", "both"]

WORDS = 0.1
"""What the words count for beside the meaning: enough for a name that no model knows to decide
between tools that are equally near. More of it measured no better (`benchmarks/routing.py`)."""


class ToolIndex:
    """What each tool is for, by meaning and by words: its description and what people say."""

    def __init__(self, toolbox: Toolbox, embedder: Embedder, most: int = OFFERED) -> None:
        self.toolbox, self.most = toolbox, most
        self._embedder = embedder
        self._names: list[str] = []
        self._rows = np.zeros(0, dtype=np.intp)
        self._vectors = np.zeros((0, 0), dtype=np.float32)
        self._words: list[set[str]] = []
        self._weights: dict[str, float] = {}
        self._lock = threading.Lock()

    def warm(self) -> None:
        """Embed what the tools are for, so that the first question does not wait for it."""
        with self._lock:
            if not self._names and len(self.toolbox):
                self._build(list(self.toolbox))

    def similarities(self, texts: Sequence[str]) -> dict[str, float]:
        """Each tool's highest cosine similarity to any of the texts, -1 to 1, by name."""
        return self.scores(texts, by="meaning")

    def scores(self, texts: Sequence[str], by: By = "both") -> dict[str, float]:
        """How near each tool is to any of the texts, by name; higher is nearer.

        By meaning it is the cosine, by words the share of a text's telling words that the tool
        knows, 0 to 1, rare ones counting more; both are added up.
        """
        self.warm()
        if not self._names:
            return {}
        found = np.zeros(len(self._names))
        if by != "words":
            found += self._by_meaning(texts)
        if by != "meaning":
            found += (1.0 if by == "words" else WORDS) * self._by_words(texts)
        return dict(zip(self._names, found.tolist(), strict=True))

    def _build(self, tools: Sequence[AnyTool]) -> None:
        said = [_utterances(tool) for tool in tools]
        self._vectors = self._embedder.embed([text for texts in said for text in texts])
        self._rows = np.cumsum([0, *map(len, said[:-1])], dtype=np.intp)
        self._words = [subject_words(" ".join(texts)) for texts in said]
        counts = Counter(word for words in self._words for word in words)
        self._weights = {w: math.log(1 + len(tools) / n) for w, n in counts.items()}
        self._names = [tool.name for tool in tools]

    def _by_meaning(self, texts: Sequence[str]) -> np.ndarray:
        nearest = (self._vectors @ self._embedder.embed(list(texts)).T).max(axis=1)
        return np.maximum.reduceat(nearest, self._rows)

    def _by_words(self, texts: Sequence[str]) -> np.ndarray:
        return np.max([self._shares(subject_words(text)) for text in texts], axis=0)

    def _shares(self, asked: set[str]) -> list[float]:
        known = {word: self._weights[word] for word in asked if word in self._weights}
        total = sum(known.values()) or 1.0
        return [sum(known[w] for w in known.keys() & words) / total for words in self._words]


def route(
    message: Message,
    evidence: Evidence,
    requester: Requester,
    verdict: Verdict,
    index: ToolIndex,
) -> tuple[Offer, ...]:
    """Choose the tools this person may call now, the most relevant first.

    After `restrict` only tools that read are offered. A tool that is not offered cannot run,
    whatever the model says.
    """
    permitted = index.toolbox.permitted(requester.calling_from(message.place))
    if verdict.action == "restrict":
        permitted = [tool for tool in permitted if tool.effect == "read"]
    if not permitted:
        return ()
    texts = tuple({message.text, evidence.query or message.text})
    ranks, scores = index.scores(texts), index.similarities(texts)
    best = sorted(permitted, key=lambda tool: -ranks[tool.name])[: index.most]
    return tuple(
        Offer(tool=tool.name, title=tool.title, effect=tool.effect, score=scores[tool.name])
        for tool in best
    )


def _utterances(tool: AnyTool) -> list[str]:
    return [f"{tool.title}. {tool.description}", *tool.examples]
