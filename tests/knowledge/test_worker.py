import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from knowledge import EmbedderStopped, ModelFilesMissing, SentenceTransformerEmbedder
from knowledge.worker import EmbedderProcess

TEXTS = ["How many weeks of parental leave do I get?", "The guest network", ""]


@pytest.fixture(scope="module")
def worker() -> Iterator[EmbedderProcess]:
    process = EmbedderProcess()
    yield process
    process.close()


def pids(worker: EmbedderProcess) -> list[int]:
    pool = worker._pool  # pyright: ignore[reportPrivateUsage]
    assert pool
    return [*pool._processes]


def test_it_gives_the_same_vectors_and_survives_the_death_of_its_process(
    worker: EmbedderProcess, embedder: SentenceTransformerEmbedder
) -> None:
    assert not worker.loaded
    worker.load()
    assert worker.loaded
    assert (worker.name, worker.dimensions, worker.window) == (
        embedder.name,
        embedder.dimensions,
        embedder.window,
    )
    assert worker.count_tokens(TEXTS[0]) == embedder.count_tokens(TEXTS[0])
    expected = embedder.embed(TEXTS)
    np.testing.assert_allclose(worker.embed(TEXTS), expected, atol=1e-6)
    (before,) = pids(worker)
    os.kill(before, signal.SIGKILL)
    np.testing.assert_allclose(worker.embed(TEXTS), expected, atol=1e-6)
    assert pids(worker) != [before]


def test_a_model_that_is_not_there_is_the_same_error_as_without_a_process(tmp_path: Path) -> None:
    process = EmbedderProcess(tmp_path / "nothing")
    try:
        with pytest.raises(ModelFilesMissing, match="cannot be loaded"):
            process.load()
        assert not process.loaded
    finally:
        process.close()
    process.close()
    with pytest.raises(EmbedderStopped):
        process.load()


def test_the_parent_never_loads_torch_and_its_death_ends_the_worker() -> None:
    script = (
        "import os, signal, sys\n"
        "from knowledge.worker import EmbedderProcess\n"
        "if __name__ == '__main__':\n"
        "    worker = EmbedderProcess()\n"
        "    worker.load()\n"
        "    print(*worker._pool._processes, 'torch' in sys.modules, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    # The worker has inherited the pipes: this returns when it has ended as well, or times out.
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=90
    )
    assert done.returncode == -signal.SIGKILL
    assert done.stdout.split()[1] == "False"
