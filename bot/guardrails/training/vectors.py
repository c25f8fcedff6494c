"""Vectors of many texts, each made once: a run that was interrupted goes on where it was."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.guardrails.training.table import EmbedMany

Floats = npt.NDArray[np.float32]

AT_A_TIME = 256


def remembered(
    embed: EmbedMany, folder: Path | None, told: Callable[[int, int], None]
) -> EmbedMany:
    """The same vectors, kept in files of a folder; `told` hears how many are done, of how many."""
    if folder is None:
        # Rounded as those in files are: the weights must not depend on whether there was a folder.
        return lambda texts: embed(texts).astype(np.float16).astype(np.float32)
    folder.mkdir(parents=True, exist_ok=True)

    def embed_once(texts: Sequence[str]) -> Floats:
        known = _known(folder)
        keys = [_key(text) for text in texts]
        missing = list(
            {key: text for key, text in zip(keys, texts, strict=True) if key not in known}.items()
        )
        for start in range(0, len(missing), AT_A_TIME):
            some = missing[start : start + AT_A_TIME]
            vectors = embed([text for _, text in some]).astype(np.float16)
            names = [key for key, _ in some]
            np.savez(folder / f"{names[0]}.npz", keys=np.array(names), vectors=vectors)
            known.update(zip(names, vectors, strict=True))
            told(min(start + AT_A_TIME, len(missing)), len(missing))
        return np.array([known[key] for key in keys], dtype=np.float32)

    return embed_once


def _known(folder: Path) -> dict[str, npt.NDArray[np.float16]]:
    found: dict[str, npt.NDArray[np.float16]] = {}
    for path in sorted(folder.glob("*.npz")):
        with np.load(path, allow_pickle=False) as file:
            found.update(zip(file["keys"].tolist(), file["vectors"], strict=True))
    return found


def _key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]
