"""Sentence models run by ONNX Runtime: the same vectors as by torch, in a fraction of the time.

The graph is made once from the model's own weights (`bert`) and kept in the user's cache, named by
the digest of what it was made from. Where a model is of another kind, or the runtime is missing,
`open_fast` returns None and sentence-transformers does the work.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge.bert import Precision, Shape, bert_model

Vectors = npt.NDArray[np.float32]

FORMAT = 1
"""Counted up when `bert` makes another graph of the same weights."""

PRECISION: Precision = "int8"

BATCH_TOKENS = 2_048
"""Tokens that are worked on at a time, padding and all: what is made of them stays in cache."""


@dataclass(frozen=True)
class _Plan:
    """What a model's folder says of it."""

    weights: Path
    tokenizer: Path
    shape: Shape
    window: int
    dimensions: int


class FastModel:
    """A sentence model in memory. Its libraries are untyped: `Any` stays inside this class."""

    def __init__(self, model: bytes, plan: _Plan) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session: Any = onnxruntime.InferenceSession(
            model, options, providers=["CPUExecutionProvider"]
        )
        self.window, self.dimensions = plan.window, plan.dimensions
        self._cutting = _tokenizer(plan.tokenizer)
        self._cutting.enable_truncation(plan.window)
        self.tokenizer: Any = _tokenizer(plan.tokenizer)

    def encode(self, texts: list[str], threads: int) -> Vectors:
        """Embed texts, those of about one length together, several batches at a time."""
        tokens = [encoding.ids for encoding in self._cutting.encode_batch(texts)]
        batches = list(_batches([len(ids) for ids in tokens]))
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)

        def work(batch: Sequence[int]) -> None:
            vectors[batch] = self._run([tokens[place] for place in batch])

        if threads == 1 or len(batches) == 1:
            for batch in batches:
                work(batch)
        else:
            # One thread a batch: that scales better than several threads in one.
            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(work, batches))
        return vectors

    def _run(self, tokens: Sequence[Sequence[int]]) -> Vectors:
        ids = np.zeros((len(tokens), max(len(one) for one in tokens)), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, one in enumerate(tokens):
            ids[row, : len(one)] = one
            mask[row, : len(one)] = 1
        return self._session.run(None, {"ids": ids, "mask": mask})[0]


def open_fast(folder: Path) -> FastModel | None:
    """Open a model by ONNX Runtime, or return None if it is not of a kind that can be."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        plan = _plan(folder)
        return FastModel(_graph(plan), plan) if plan else None
    except (ImportError, OSError, ValueError, KeyError, TypeError, RuntimeError):
        return None  # sentence-transformers reads it, or says what is wrong


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


def _graph(plan: _Plan) -> bytes:
    """The serialized graph: from the cache, or made and put there."""
    with plan.weights.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    digest.update(f"{FORMAT} {PRECISION} {plan.shape}".encode())
    path = cache_folder() / f"{digest.hexdigest()[:32]}.onnx"
    kept = _kept(path)
    if kept is None:
        from safetensors.numpy import load_file

        kept = bert_model(load_file(plan.weights), plan.shape, PRECISION)
        _keep(path, kept)
    return kept


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
