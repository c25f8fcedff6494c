"""Route: choose the tools that the model is offered."""

import threading
from collections.abc import Sequence

import numpy as np

from bot.messages import Evidence, Message, Offer, Requester, Verdict
from knowledge import Embedder
from tools.registry import Toolbox
from tools.spec import AnyTool

OFFERED = 8
"""The most tools a model is offered: more cost tokens and invite mistakes."""


class ToolIndex:
    """What each tool is for, as vectors: its description and what people say when they want it."""

    def __init__(self, toolbox: Toolbox, embedder: Embedder, most: int = OFFERED) -> None:
        self.toolbox, self.most = toolbox, most
        self._embedder = embedder
        self._vectors: dict[str, np.ndarray] = {}
        self._lock = threading.Lock()

    def warm(self) -> None:
        """Embed what the tools are for, so that the first question does not wait for it."""
        with self._lock:
            missing = [tool for tool in self.toolbox if tool.name not in self._vectors]
            for tool in missing:
                self._vectors[tool.name] = self._embedder.embed(_utterances(tool))

    def similarities(self, texts: Sequence[str]) -> dict[str, float]:
        """Each tool's highest cosine similarity to any of the texts, -1 to 1, by name."""
        self.warm()
        queries = self._embedder.embed(list(texts))
        return {name: float((v @ queries.T).max()) for name, v in self._vectors.items()}


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
    scores = index.similarities(tuple({message.text, evidence.query or message.text}))
    best = sorted(permitted, key=lambda tool: -scores[tool.name])[: index.most]
    return tuple(
        Offer(tool=tool.name, title=tool.title, effect=tool.effect, score=scores[tool.name])
        for tool in best
    )


def _utterances(tool: AnyTool) -> list[str]:
    return [f"{tool.title}. {tool.description}", *tool.examples]
