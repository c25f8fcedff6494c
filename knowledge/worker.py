"""An embedding model in a process of its own, so that nobody waits while it loads or works.

Importing torch and reading weights hold Python's interpreter lock for seconds at a time; whoever
serves requests in the same process would keep them waiting.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TypeVar

from knowledge.embed import Embedded, SentenceTransformerEmbedder, Vectors
from knowledge.errors import EmbedderStopped

T = TypeVar("T")


class EmbedderProcess:
    """The same as `SentenceTransformerEmbedder`, elsewhere. Starts with the first use or `load`.

    A worker that dies is started again, once a call.
    """

    def __init__(self, model: str | Path | None = None) -> None:
        self.name = SentenceTransformerEmbedder(model).name
        self._model = model
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._facts: tuple[int, int] | None = None
        self._closed = False

    @property
    def loaded(self) -> bool:
        """Whether the model is in memory; embedding does not wait then."""
        return self._facts is not None

    @property
    def dimensions(self) -> int:
        return self._known()[0]

    @property
    def window(self) -> int:
        return self._known()[1]

    def load(self) -> None:
        """Start the process and load the model there.

        Raises:
            ModelFilesMissing: The model is not on this machine.
            ModelFilesDamaged: The weights are not the ones that were released.
        EmbedderStopped: It was closed, or its process died twice.
        """
        self._known()

    def count_tokens(self, text: str) -> int:
        return self._call(_count_tokens, text)

    def embed(self, texts: Sequence[str]) -> Vectors:
        return self._call(_embed, list(texts))

    def embed_parts(
        self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]
    ) -> list[Embedded]:
        return self._call(_embed_parts, list(texts), [list(some) for some in spans])

    def close(self) -> None:
        """End the process; what it works on is finished first, what waits is dropped."""
        with self._lock:
            self._closed = True
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(cancel_futures=True)

    def _known(self) -> tuple[int, int]:
        if self._facts is None:
            self._facts = self._call(_facts)
        return self._facts

    def _call(self, work: Callable[..., T], *args: object) -> T:
        try:
            pool = self._started()
            try:
                return pool.submit(work, *args).result()
            except BrokenProcessPool:
                with self._lock:
                    self._pool = None if self._pool is pool else self._pool
                return self._started().submit(work, *args).result()
        except (RuntimeError, CancelledError) as error:  # a pool that was closed meanwhile
            raise EmbedderStopped("the embedding model's process was stopped") from error

    def _started(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._closed:
                raise EmbedderStopped("the embedding model's process was stopped")
            if self._pool is None:
                # Spawned, not forked: the parent has threads, and locks they may hold.
                context = multiprocessing.get_context("spawn")
                self._pool = ProcessPoolExecutor(
                    1, mp_context=context, initializer=_set_up, initargs=(self._model,)
                )
            return self._pool


# --- in the worker --------------------------------------------------------------------------------

_here: list[SentenceTransformerEmbedder] = []


def _set_up(model: str | Path | None) -> None:
    """Leave Ctrl-C to the parent, and end when it does, however it ends."""
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _here.append(SentenceTransformerEmbedder(model))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _facts() -> tuple[int, int]:
    return _here[0].dimensions, _here[0].window


def _count_tokens(text: str) -> int:
    return _here[0].count_tokens(text)


def _embed(texts: list[str]) -> Vectors:
    return _here[0].embed(texts)


def _embed_parts(texts: list[str], spans: list[list[tuple[int, int]]]) -> list[Embedded]:
    return _here[0].embed_parts(texts, spans)
