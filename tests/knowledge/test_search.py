import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge import (
    ANSWERABLE,
    Details,
    EmptyIndex,
    Passage,
    SentenceTransformerEmbedder,
    Store,
    WrongModel,
    add,
    answerable,
)
from knowledge.embed import Vectors
from knowledge.index import Rows
from knowledge.score import MAX_WORDS, Weights, words_of
from knowledge.search import search
from tests.fixtures_knowledge import WordEmbedder

Write = Callable[[str, str | bytes], Path]

PAGES = {
    "leave.md": "# Leave\n\nYou get twenty five days of holiday each year.",
    "vpn.md": "# VPN\n\nRestart the tunnel and sign in with your key.",
    "travel.md": "# Travel\n\nBook flights two weeks ahead. A hotel may cost 150 a night.",
}


@pytest.fixture
def filled(store: Store, word_embedder: WordEmbedder, write: Write) -> Store:
    list(add(store, [write(name, text) for name, text in PAGES.items()], word_embedder))
    return store


def titles(passages: list[Passage]) -> list[str]:
    return [passage.title for passage in passages]


def test_the_nearest_passage_comes_first(filled: Store, word_embedder: WordEmbedder) -> None:
    [best, *_] = passages = search(filled, word_embedder, "what days of holiday do I get?")

    assert best.text == "You get twenty five days of holiday each year."
    assert (best.title, best.heading, Path(best.source).name) == ("Leave", "Leave", "leave.md")
    assert best.quarantine is None
    scores = [passage.score for passage in passages]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert best.coverage == 1.0
    assert 0 < best.similarity <= 1


def test_words_are_found_in_any_form_and_in_headings(
    filled: Store, word_embedder: WordEmbedder
) -> None:
    only_words = Weights(dense=0, parts=0, words=1)

    def first(query: str) -> str:
        return search(filled, word_embedder, query, weights=only_words)[0].title

    assert [first("booking"), first("hotels"), first("VPN")] == ["Travel", "Travel", "VPN"]


def test_bm25_and_similarity_can_be_had_alone(filled: Store, word_embedder: WordEmbedder) -> None:
    for weights in (Weights(dense=1, parts=0, words=0), Weights(dense=0, parts=0, words=0, bm25=1)):
        assert search(filled, word_embedder, "hotel a night", weights=weights)[0].title == "Travel"


def test_no_more_than_k_passages_come_back(filled: Store, word_embedder: WordEmbedder) -> None:
    assert len(search(filled, word_embedder, "days", k=2)) == 2
    assert len(search(filled, word_embedder, "days", k=99)) == 3


def test_of_several_queries_the_best_counts(filled: Store, word_embedder: WordEmbedder) -> None:
    both = search(filled, word_embedder, ["holiday days", "restart the tunnel"])

    assert set(titles(both[:2])) == {"Leave", "VPN"}
    assert {passage.coverage for passage in both[:2]} == {1.0}
    assert search(filled, word_embedder, ["holiday", "holiday "]) == search(
        filled, word_embedder, "holiday"
    )


def test_an_empty_store_is_an_error_and_an_empty_query_finds_nothing(
    store: Store, word_embedder: WordEmbedder, write: Write
) -> None:
    with pytest.raises(EmptyIndex):
        search(store, word_embedder, "anything")
    list(add(store, [write("a.md", "Text.")], word_embedder))

    for nothing in ("", " \n", "\x00", [], ["", " "]):
        assert search(store, word_embedder, nothing) == []


class _Wider(WordEmbedder):
    dimensions = 300


def test_vectors_of_another_model_are_never_compared(
    filled: Store, word_embedder: WordEmbedder
) -> None:
    word_embedder.name = "other"
    with pytest.raises(WrongModel, match=r"'words'.*'other'"):
        search(filled, word_embedder, "days")
    with pytest.raises(WrongModel, match=r"256 dimensions.*300"):
        search(filled, _Wider(), "days")


# --- who may read ---------------------------------------------------------------------------------


@pytest.fixture
def restricted(store: Store, word_embedder: WordEmbedder, write: Write) -> Store:
    list(add(store, [write("open.md", "# Open\n\nSalary day is Friday.")], word_embedder))
    for name, audience in (("few", ["C01", "S02"]), ("other", ["C03"])):
        path = write(f"{name}.md", f"# {name}\n\nSalary bands salary bands salary bands.")
        list(add(store, [path], word_embedder, Details(audience=audience)))
    return store


@pytest.mark.parametrize(
    ("readers", "found"),
    [
        (frozenset[str](), {"Open"}),
        (frozenset({"C99"}), {"Open"}),
        (frozenset({"C01"}), {"Open", "few"}),
        (frozenset({"S02", "C99"}), {"Open", "few"}),
        (frozenset({"C01", "C03"}), {"Open", "few", "other"}),
    ],
)
def test_only_those_a_document_is_for_find_it(
    restricted: Store, word_embedder: WordEmbedder, readers: frozenset[str], found: set[str]
) -> None:
    assert set(titles(search(restricted, word_embedder, "salary bands", readers=readers))) == found


def test_documents_that_may_not_be_read_do_not_crowd_out_those_that_may(
    restricted: Store, word_embedder: WordEmbedder
) -> None:
    assert titles(search(restricted, word_embedder, "salary bands", k=1)) == ["Open"]


def test_documents_that_may_not_be_read_do_not_move_the_scores(
    store: Store, word_embedder: WordEmbedder, write: Write
) -> None:
    list(add(store, [write("a.md", "Salary day.")], word_embedder))
    list(add(store, [write("b.md", "Other words.")], word_embedder))
    before = search(store, word_embedder, "salary bands")
    list(add(store, [write("c.md", "Salary bands.")], word_embedder, Details(audience=["C01"])))

    assert search(store, word_embedder, "salary bands") == before


def test_nobody_may_read_anything_is_no_result(
    store: Store, word_embedder: WordEmbedder, write: Write
) -> None:
    list(add(store, [write("a.md", "Text.")], word_embedder, Details(audience=["C01"])))

    assert search(store, word_embedder, "text") == []


def test_what_is_held_back_is_found_only_when_asked_for(
    store: Store, word_embedder: WordEmbedder, write: Write
) -> None:
    paths = [write("good.md", "Holiday rules."), write("bad.md", "Holiday orders.")]
    list(
        add(store, paths, word_embedder, screen=lambda text: "orders" if "orders" in text else None)
    )

    assert titles(search(store, word_embedder, "holiday orders")) == ["good"]
    found = search(store, word_embedder, "holiday orders", include_quarantined=True)
    assert [(p.title, p.quarantine) for p in found] == [("bad", "orders"), ("good", None)]


# --- hostile queries ------------------------------------------------------------------------------

SYNTAX = [
    '"',
    '""',
    "NEAR(a b)",
    "a AND",
    "* OR *",
    "title:x",
    "-",
    "(",
    "^a",
    "{a}",
    "a\x00b",
    "'",
]


@pytest.mark.parametrize(
    "query", [*SYNTAX, "🎉🎉", "\uff46\uff4f", "日本語の質問", "_ __", "\ud800"]
)
def test_no_query_is_a_syntax(filled: Store, word_embedder: WordEmbedder, query: str) -> None:
    assert len(search(filled, word_embedder, query)) == 3


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.text(alphabet=st.characters(codec=None), max_size=60))
def test_any_text_is_a_query(filled: Store, word_embedder: WordEmbedder, query: str) -> None:
    assert len(search(filled, word_embedder, query)) in {0, 3}


def test_a_very_long_query_is_cut_and_not_searched_word_by_word(
    filled: Store, word_embedder: WordEmbedder
) -> None:
    query = "holiday " + " ".join(f"word{number}" for number in range(12_000))
    assert len(query) > 100_000

    assert len(search(filled, word_embedder, query)) == 3
    assert len(words_of(query)) == MAX_WORDS
    assert all(len(text) <= 2_000 for text in word_embedder.texts)


# --- whether it is an answer ----------------------------------------------------------------------


def test_without_passages_nothing_is_answerable() -> None:
    assert answerable([]) == 0.0


def test_answerable_tells_a_question_from_one_the_pages_do_not_answer(
    store: Store, embedder: SentenceTransformerEmbedder, write: Write
) -> None:
    list(add(store, [write(name, text) for name, text in PAGES.items()], embedder))

    def ask(question: str) -> float:
        return answerable(search(store, embedder, question))

    assert ask("How many holiday days do I get in a year?") > ANSWERABLE
    assert ask("how much may a hotel cost") > ANSWERABLE
    assert ask("What is the wifi password at the warehouse?") < ANSWERABLE
    assert ask("🎉") < ANSWERABLE


def test_meaning_finds_what_shares_no_word(
    store: Store, embedder: SentenceTransformerEmbedder, write: Write
) -> None:
    list(add(store, [write(name, text) for name, text in PAGES.items()], embedder))

    assert search(store, embedder, "vacation allowance")[0].title == "Leave"
    assert search(store, embedder, "vacation \ud800 allowance")[0].title == "Leave"


class _Slow(WordEmbedder):
    """Changes the store between the question and the search, as another process may."""

    def __init__(self, change: Callable[[], None]) -> None:
        super().__init__()
        self.change = change

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.change()
        return super().embed(texts)


def test_a_document_may_be_removed_while_it_is_searched_for(filled: Store) -> None:
    gone = filled.documents()[0]

    passages = search(filled, _Slow(lambda: void(filled.remove(gone.document_id))), "holiday")

    assert gone.document_id not in {passage.document_id for passage in passages}
    assert len(passages) == 2


class _Overtaken(Store):
    """Another process removes everything while a search runs."""

    def holding(self, word: str, *, start: int = 0, limit: int = -1) -> Rows:
        with Store(self.path) as other:
            for document in other.documents():
                other.remove(document.document_id)
        return super().holding(word, start=start, limit=limit)


def test_a_search_sees_one_state_of_the_file(filled: Store, word_embedder: WordEmbedder) -> None:
    with _Overtaken(filled.path) as overtaken:
        assert len(search(overtaken, word_embedder, "holiday")) == 3
        with pytest.raises(EmptyIndex):
            search(overtaken, word_embedder, "holiday")


def void(_: object) -> None:
    """A call whose result does not matter."""


def test_the_very_same_passage_is_shown_once(
    store: Store, word_embedder: WordEmbedder, write: Write
) -> None:
    pages = [write(f"{name}.md", "# Leave\n\nYou get 25 days.") for name in ("a", "b")]
    list(add(store, [*pages, write("c.md", "# Leave\n\nYou get 26 days.")], word_embedder))

    passages = search(store, word_embedder, "days of leave")

    assert sorted(passage.text for passage in passages) == ["You get 25 days.", "You get 26 days."]


def test_a_sentence_that_answers_is_found_in_a_long_passage(
    store: Store, embedder: SentenceTransformerEmbedder, write: Write
) -> None:
    other = "The kitchen has coffee. Parcels wait for five days. Desks are booked in the tool. "
    pages = [
        write("offices.md", f"# Offices\n\n{other * 3}A lost badge is reported to reception."),
        write("badges.md", "# Badges\n\nBadges open doors. Badges are blue. Wear badges."),
    ]
    list(add(store, pages, embedder))

    [best, *_] = search(store, embedder, "I lost my badge, whom do I tell?")

    assert best.title == "Offices"
    assert best.nearest > best.similarity


def test_a_chunk_from_before_there_were_parts_is_found_all_the_same(
    filled: Store, word_embedder: WordEmbedder
) -> None:
    with sqlite3.connect(filled.path) as db:
        db.execute("UPDATE vectors SET parts = NULL")
    db.close()

    [best, *_] = search(filled, word_embedder, "days of holiday")

    assert best.title == "Leave"
    assert best.nearest == best.similarity
