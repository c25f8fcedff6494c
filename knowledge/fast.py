"""Sentence models run by ONNX Runtime: the same vectors as by torch, in a fraction of the time.

The graph is made once from the model's own weights (`bert`) and kept in the user's cache, named by
the digest of what it was made from. Where a model is of another kind, or the runtime is missing,
`open_fast` returns None and sentence-transformers does the work.
"""

import hashlib
import importlib
import json
import os
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge.bert import Precision, Shape, bert_model

Vectors = npt.NDArray[np.float32]

FORMAT = 4
"""Counted up when `bert` makes another graph of the same weights."""

PRECISION: Precision = "int8"

BATCH_TOKENS = 384
"""Tokens that are worked on at a time, padding and all: what is made of them stays in cache."""


@dataclass(frozen=True)
class _Plan:
    """What a model's folder says of it."""

    weights: Path
    tokenizer: Path
    shape: Shape
    window: int
    dimensions: int


@dataclass(frozen=True)
class Tokens:
    """What a model made of a text.

    Attributes:
        vector: Shape (d,), of length 1: the direction of the mean of `tokens`.
        tokens: Shape (t, d).
        offsets: Where each token begins and ends in the text, (t, 2); empty for those of the model.
    """

    vector: npt.NDArray[np.float32]
    tokens: Vectors
    offsets: npt.NDArray[np.int64]


class FastModel:
    """A sentence model in memory. Its libraries are untyped: `Any` stays inside this class."""

    def __init__(self, model: bytes, plan: _Plan) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session: Any = onnxruntime.InferenceSession(
            model,
            options,
            providers=["CPUExecutionProvider"],
            disabled_optimizers=["SkipLayerNormFusion"],  # see `bert`
        )
        self.window, self.dimensions = plan.window, plan.dimensions
        self._cutting = _tokenizer(plan.tokenizer)
        self._cutting.enable_truncation(plan.window)
        self.tokenizer: Any = _tokenizer(plan.tokenizer)

    def encode(self, texts: list[str], threads: int) -> Vectors:
        """Embed texts: (n, d), of length 1."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)

        def work(batch: Sequence[int], tokens: Sequence[Any]) -> None:
            (vectors[batch],) = self._run(tokens, ["vectors"])

        self._each(texts, work, threads)
        return vectors

    def encode_tokens(self, texts: list[str], threads: int) -> list[Tokens]:
        """Embed texts, and tell what became of each token."""
        found: dict[int, Tokens] = {}

        def work(batch: Sequence[int], tokens: Sequence[Any]) -> None:
            vectors, hidden = self._run(tokens, ["vectors", "tokens"])
            for row, (place, one) in enumerate(zip(batch, tokens, strict=True)):
                offsets = np.array(one.offsets, dtype=np.int64)
                found[place] = Tokens(vectors[row], hidden[row, : len(offsets)].copy(), offsets)

        self._each(texts, work, threads)
        return [found[place] for place in range(len(texts))]

    def _each(
        self, texts: list[str], work: Callable[[Sequence[int], Sequence[Any]], None], threads: int
    ) -> None:
        """Do texts of about one length together, and several such batches at a time."""
        tokens = self._cutting.encode_batch(texts)
        batches = list(_batches([len(one.ids) for one in tokens]))

        def run(batch: list[int]) -> None:
            work(batch, [tokens[place] for place in batch])

        if threads == 1 or len(batches) == 1:
            for batch in batches:
                run(batch)
        else:
            # One thread a batch: that scales better than several threads in one.
            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(run, batches))

    def _run(self, tokens: Sequence[Any], outputs: list[str]) -> list[Any]:
        ids = np.zeros((len(tokens), max(len(one.ids) for one in tokens)), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, one in enumerate(tokens):
            ids[row, : len(one.ids)] = one.ids
            mask[row, : len(one.ids)] = 1
        return self._session.run(outputs, {"ids": ids, "mask": mask})


def open_fast(folder: Path) -> FastModel | None:
    """Open a model by ONNX Runtime, or return None if it is not of a kind that can be."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        plan = _plan(folder)
        return _opened(plan) if plan else None
    except (ImportError, OSError, ValueError, KeyError, TypeError, RuntimeError):
        return None  # sentence-transformers reads it, or says what is wrong


def _opened(plan: _Plan) -> FastModel | None:
    """Open the graph from the cache, or make it; one that the runtime refuses is not kept."""
    refused: Any = importlib.import_module("onnxruntime.capi.onnxruntime_pybind11_state")

    path = _place(plan)
    try:
        if (kept := _kept(path)) is not None:
            return FastModel(kept, plan)
        from safetensors.numpy import load_file

        made = bert_model(load_file(plan.weights), plan.shape, PRECISION)
        model = FastModel(made, plan)
    except (refused.Fail, refused.InvalidGraph, refused.InvalidProtobuf, refused.NotImplemented):
        path.unlink(missing_ok=True)
        return None
    _keep(path, made)
    return model


def cache_folder() -> Path:
    """Where graphs are kept: a cache, so anything in it may be deleted."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "sluice"


def _plan(folder: Path) -> _Plan | None:
    """Read what kind of model it is; None for one that `bert` does not cover."""
    config = _json(folder / "config.json")
    kinds = [module["type"].rsplit(".", 1)[-1] for module in _json(folder / "modules.json")]
    pooling = _json(folder / "1_Pooling" / "config.json")
    sentence = _json(folder / "sentence_bert_config.json")
    pooled = {
        name for name, on in pooling.items() if name.startswith("pooling_mode") and on is True
    }
    covered = (
        config["model_type"] == "bert"
        and config["hidden_act"] == "gelu"
        and config.get("position_embedding_type", "absolute") == "absolute"
        and kinds == ["Transformer", "Pooling", "Normalize"]
        and pooled == {"pooling_mode_mean_tokens"}
        and not sentence.get("do_lower_case")
    )
    if not covered:
        return None
    return _Plan(
        weights=folder / "model.safetensors",
        tokenizer=folder / "tokenizer.json",
        shape=Shape(
            layers=config["num_hidden_layers"],
            heads=config["num_attention_heads"],
            epsilon=config["layer_norm_eps"],
        ),
        window=min(sentence["max_seq_length"], config["max_position_embeddings"]),
        dimensions=config["hidden_size"],
    )


def _place(plan: _Plan) -> Path:
    """Where the graph of these weights is kept."""
    with plan.weights.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    digest.update(f"{FORMAT} {PRECISION} {plan.shape}".encode())
    return cache_folder() / f"{digest.hexdigest()[:32]}.onnx"


def _kept(path: Path) -> bytes | None:
    """What is in the cache, if it is whole: its own digest stands before it."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    digest, model = content[:32], content[32:]
    return model if hashlib.sha256(model).digest() == digest else None


def _keep(path: Path, model: bytes) -> None:
    """Put a graph into the cache, whole or not at all. A cache that cannot be written is none."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            try:
                file.write(hashlib.sha256(model).digest() + model)
                file.close()
                os.replace(file.name, path)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
    except OSError:
        return


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Places of texts, longest first, so many together as make `BATCH_TOKENS` with the padding."""
    batches: list[list[int]] = []
    for place in sorted(range(len(lengths)), key=lambda place: -lengths[place]):
        longest = lengths[batches[-1][0]] if batches else 0
        if not batches or longest * (len(batches[-1]) + 1) > BATCH_TOKENS:
            batches.append([])
        batches[-1].append(place)
    return batches


def _tokenizer(path: Path) -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
