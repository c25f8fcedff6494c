"""What the classifier has learned: numbers in a file, read without running anything in it."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from bot.errors import GuardBroken
from bot.guardrails.classifier.grams import BUCKETS
from bot.guardrails.classifier.signs import NAMES

FORMAT = 3
FILE = "weights.npz"
VECTOR = 384

Floats = npt.NDArray[np.float32]
HeadName = Literal["people", "data"]
HEADS: tuple[HeadName, ...] = ("people", "data")


@dataclass(frozen=True)
class Linear:
    """Weights of a sum over a few features, and what is added to it."""

    weights: Floats
    bias: float

    def __call__(self, features: Floats) -> float:
        return float(features @ self.weights) + self.bias


@dataclass(frozen=True)
class Foreign:
    """What judges the part of a text that is not English: n-grams, and their sum with signs."""

    grams: npt.NDArray[np.float16]
    bias: float
    total: Linear


@dataclass(frozen=True)
class Head:
    """What judges one kind of text.

    Attributes:
        windows: Characters of the stretches that are judged one by one, in several sizes.
        grams: A weight for each bucket, shape (BUCKETS,); `bias` is added to their sum.
        vectors: Two layers over the vector of a text: (384, h), (h,), (h,), (1,); none for data.
        sharp: Sums n-grams and signs; used where there is no vector.
        full: Sums n-grams, signs and what the vectors say.
        foreign: Judges what is not English.
        scores: What a sum means: pairs (sum, score), both rising, shape (n, 2).
    """

    windows: tuple[int, ...]
    grams: npt.NDArray[np.float16]
    bias: float
    vectors: tuple[Floats, Floats, Floats, Floats] | None
    sharp: Linear
    full: Linear | None
    foreign: Foreign
    scores: Mapping[str, Floats]

    def seen(self, vector: Floats) -> float:
        """What a vector says, as a logit."""
        if self.vectors is None:
            raise GuardBroken("these weights know nothing of vectors: train the guard again")
        if vector.shape != (VECTOR,) or not np.isfinite(vector).all():
            raise GuardBroken("the embedding model gives no usable vectors: run `sluice doctor`")
        first, shift, last, bias = self.vectors
        return float(np.maximum(vector @ first + shift, 0) @ last + bias[0])


@dataclass(frozen=True)
class Weights:
    """Both heads, and the name of the model whose vectors they know."""

    heads: Mapping[HeadName, Head]
    embedder: str


def shipped() -> Weights:
    """The weights that come with this package.

    Raises:
        GuardBroken: They are missing, or not the ones that were made.
    """
    try:
        content = files("bot.guardrails").joinpath("data", FILE).read_bytes()
    except OSError as error:
        raise GuardBroken(
            "the classifier's weights are missing: install sluice-bot again"
        ) from error
    return read(content)


def read(content: bytes) -> Weights:
    """Read weights and check that they are whole and of this version.

    Raises:
        GuardBroken: They are not.
    """
    digest, body = content[:32], content[32:]
    if hashlib.sha256(body).digest() != digest:
        raise GuardBroken("the classifier's weights are damaged: install sluice-bot again")
    try:
        with np.load(io.BytesIO(body), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        facts = json.loads(bytes(arrays["facts"]))
        if (facts["format"], facts["signs"]) != (FORMAT, list(NAMES)):
            raise ValueError("another version")
        return Weights({name: _head(name, arrays, facts) for name in HEADS}, facts["embedder"])
    except (ValueError, KeyError, TypeError, OSError, zipfile.BadZipFile) as error:
        raise GuardBroken(
            "the classifier's weights are of another version: train it again, or install "
            "sluice-bot again"
        ) from error


def write(weights: Weights) -> bytes:
    """The bytes that `read` reads; the same for the same numbers."""
    told = {
        name: {"windows": h.windows, "bias": h.bias, "foreign": h.foreign.bias}
        for name, h in weights.heads.items()
    }
    facts = {"format": FORMAT, "signs": NAMES, "embedder": weights.embedder, "heads": told}
    arrays: dict[str, npt.NDArray[Any]] = {}
    for name, head in weights.heads.items():
        arrays[f"{name}.grams"] = head.grams
        arrays[f"{name}.foreign"] = head.foreign.grams
        arrays[f"{name}.foreign.total"] = _numbers(head.foreign.total)
        for kind, linear in (("sharp", head.sharp), ("full", head.full)):
            if linear is not None:
                arrays[f"{name}.{kind}"] = _numbers(linear)
                arrays[f"{name}.{kind}.scores"] = head.scores[kind].astype("<f4")
        for at, layer in enumerate(head.vectors or ()):
            arrays[f"{name}.vectors{at}"] = layer.astype("<f2")
    arrays["facts"] = np.frombuffer(json.dumps(facts, sort_keys=True).encode(), dtype=np.uint8)
    body = _zipped(arrays)
    return hashlib.sha256(body).digest() + body


def _numbers(linear: Linear) -> Floats:
    return np.append(linear.weights, linear.bias).astype("<f4")


def _zipped(arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """An .npz with a fixed time in it, so that the same arrays are the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(arrays):
            one = io.BytesIO()
            np.save(one, arrays[name], allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", (2026, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, one.getvalue())
    return out.getvalue()


def _head(name: HeadName, arrays: Mapping[str, npt.NDArray[Any]], facts: Any) -> Head:
    told = facts["heads"][name]
    grams = _checked(arrays[f"{name}.grams"], (BUCKETS,), np.float16)
    sharp, scores = _linear(name, "sharp", arrays, len(NAMES) + 1)
    kinds, full, vectors = {"sharp": scores}, None, None
    if f"{name}.full" in arrays:
        full, kinds["full"] = _linear(name, "full", arrays, len(NAMES) + 2)
        layers = [arrays[f"{name}.vectors{at}"].astype(np.float32) for at in range(4)]
        width = layers[1].shape[0]
        shapes = ((VECTOR, width), (width,), (width,), (1,))
        first, shift, last, bias = map(_checked, layers, shapes)
        vectors = (first, shift, last, bias)
    total = _checked(arrays[f"{name}.foreign.total"], (len(NAMES) + 2,))
    foreign = Foreign(
        _checked(arrays[f"{name}.foreign"], (BUCKETS,), np.float16),
        float(told["foreign"]),
        Linear(total[:-1], float(total[-1])),
    )
    return Head(
        windows=tuple(map(int, told["windows"])),
        grams=grams,
        bias=float(told["bias"]),
        vectors=vectors,
        sharp=sharp,
        full=full,
        foreign=foreign,
        scores=kinds,
    )


def _linear(
    name: str, kind: str, arrays: Mapping[str, npt.NDArray[Any]], count: int
) -> tuple[Linear, Floats]:
    numbers = _checked(arrays[f"{name}.{kind}"], (count + 1,))
    scores = arrays[f"{name}.{kind}.scores"].astype(np.float32)
    scores = _checked(scores, (len(scores), 2))
    if len(scores) < 2 or not (np.diff(scores, axis=0) > 0).all():
        raise ValueError("scores do not rise")
    return Linear(numbers[:-1], float(numbers[-1])), scores


def _checked(array: npt.NDArray[Any], shape: tuple[int, ...], kind: Any = np.float32) -> Any:
    if array.shape != shape or array.dtype != kind or not np.isfinite(array).all():
        raise ValueError("wrong shape")
    return array
