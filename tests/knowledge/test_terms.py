"""A chunk's words as numbers, held against FTS5, whose tokenizer they are cut by."""

import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.rows import quoted
from knowledge.terms import TOKENIZER, holding, joined, terms_of, word_terms

CHUNKS = [
    ("Leave", "Leave > Parents", "Parents get twelve weeks of leave."),
    ("Gates", "", "The gate closes at nine; e-mail the porter."),
    ("", "Ünïcode", "Straße, naïve, 東京 and x_1."),
]


def test_a_chunk_holds_a_word_in_any_form_and_field() -> None:
    terms = joined([one.tobytes() for one in terms_of(CHUNKS)])

    assert holding(terms, "parent").tolist() == [True, False, False]
    assert holding(terms, "closing").tolist() == [False, True, False]
    assert holding(terms, "unicode").tolist() == [False, False, True]
    assert holding(terms, "e-mail").tolist() == [False, True, False]
    assert holding(terms, "bicycle").tolist() == [False, False, False]


def test_a_word_of_nothing_is_held_by_nobody() -> None:
    terms = joined([one.tobytes() for one in terms_of(CHUNKS)])

    assert word_terms("—") == ()
    assert holding(terms, "—").tolist() == [False, False, False]


def test_chunks_without_words_and_no_chunks_at_all() -> None:
    terms = joined([one.tobytes() for one in terms_of([("", "", ""), ("", "", "gate")])])

    assert holding(terms, "gates").tolist() == [False, True]
    assert holding(joined([]), "gate").tolist() == []


@pytest.fixture(scope="module")
def fts() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute(
        f"CREATE VIRTUAL TABLE t USING fts5 (title, heading, text, tokenize = '{TOKENIZER}')"
    )
    return connection


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=40), word=st.text(min_size=1, max_size=12))
def test_it_says_what_fts5_says(fts: sqlite3.Connection, text: str, word: str) -> None:
    text, word = (one.encode("utf-8", "replace").decode() for one in (text, word))
    fts.execute("DELETE FROM t")
    fts.execute("INSERT INTO t VALUES ('', '', ?)", (text,))
    parts = word_terms(word)
    if len(parts) != 1 or "\x00" in text + word:
        return  # several words are a phrase to FTS5, and only all of them to us
    found = fts.execute("SELECT 1 FROM t WHERE t MATCH ?", (quoted(word),)).fetchall()

    terms = joined([terms_of([("", "", text)])[0].tobytes()])

    assert holding(terms, word).tolist() == [bool(found)]
