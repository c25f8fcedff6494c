from collections.abc import Callable
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from knowledge import Store, add
from knowledge.blocks import ReadDocument
from knowledge.chunkers import CHARS, CHUNKERS, by_chunker, characters, packed_sentences, rebuilt
from knowledge.evaluate import Question
from knowledge.markdown import parse
from tests.fixtures_knowledge import WordEmbedder

Write = Callable[[str, str | bytes], Path]


def test_characters_are_cut_at_breaks_and_some_stand_twice() -> None:
    text = " ".join(f"word{number}" for number in range(400))

    chunks = characters(text, WordEmbedder())

    assert len(chunks) > 3
    assert all(len(chunk) <= CHARS for chunk in chunks)
    assert all(set(chunk.split()) <= set(text.split()) for chunk in chunks)
    assert set(chunks[0].split()) & set(chunks[1].split())
    assert set(" ".join(chunks).split()) == set(text.split())


@given(st.text(alphabet="ab \n", max_size=5_000))
def test_characters_lose_no_text_and_come_to_an_end(text: str) -> None:
    chunks = characters(text, WordEmbedder())

    assert all(chunk in text for chunk in chunks)
    assert bool(chunks) == bool(text.strip())
    if chunks:
        assert text.strip().startswith(chunks[0])
        assert text.strip().endswith(chunks[-1])


def test_sentences_are_packed_and_some_stand_twice() -> None:
    text = " ".join(f"Sentence {number} has five words." for number in range(500))

    chunks = packed_sentences(text, WordEmbedder())

    assert len(chunks) > 2
    assert all(chunk.startswith("Sentence") and chunk.endswith(".") for chunk in chunks)
    assert chunks[1].split(". ")[0] in chunks[0]
    assert set(" ".join(chunks).split()) == set(text.split())


def test_a_document_is_rebuilt_with_its_headings_once() -> None:
    text = "# A\n\none\n\ntwo\n\n## B\n\nthree\n\n# C\n\nfour"

    assert rebuilt(ReadDocument("A", parse(text)[1])) == text


def test_the_files_in_the_store_are_split_and_searched_in_each_plain_way(
    store: Store, word_embedder: WordEmbedder, write: Write
) -> None:
    gone = write("gone.md", "# Gone\n\nNothing stays.")
    list(add(store, [write("a.md", "# Leave\n\nYou get 25 days."), gone], word_embedder))
    gone.unlink()
    question = Question(question="days leave", gold_quote="25 days", gold_paths=("a.md",))

    found = by_chunker(store, word_embedder, [question])

    assert found.keys() == CHUNKERS.keys()
    assert all(modes["fused"].recall_at_1 == 1 for modes in found.values())
    assert len(store.documents()) == 2
