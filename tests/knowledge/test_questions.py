"""Questions made of headings and sentences are English, or are not made."""

from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge import Details, Store, add, sample_questions
from knowledge.questions import about, candidates, from_heading, from_text
from knowledge.search import search
from tests.fixtures_knowledge import HANDBOOK, WordEmbedder


@pytest.mark.parametrize(
    ("heading", "question"),
    [
        ("How do I reset my password?", "How do I reset my password?"),
        ("3. **How to** add a new dashboard:", "How do I add a new dashboard?"),
        ("How to book your desk", "How do I book my desk?"),
        ("How many days you get", "How many days do I get?"),
        ("What to put in a ticket", "What should I put in a ticket?"),
        ("Who manages a contractor", "Who manages a contractor?"),
        ("Booking a room (offices only)", "What should I know about booking a room?"),
    ],
)
def test_a_heading_is_turned_into_a_question(heading: str, question: str) -> None:
    assert [found for _, found in from_heading(heading)] == [question]


@pytest.mark.parametrize(
    "heading",
    [
        "How to ask",
        "What to expect",
        "What is it?",
        "Tooling",
        "Why? Because we can?",
        "Week 2",
        "",
    ],
)
def test_a_heading_that_means_nothing_alone_is_left(heading: str) -> None:
    assert list(from_heading(heading)) == []


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        (
            "Every full-time employee gets 27 days of annual leave a year, plus holidays.",
            "How many days of annual leave does every full-time employee get?",
        ),
        (
            "If you fall ill during your leave, tell your manager on the same day.",
            "What should I do if I fall ill during my leave?",
        ),
        ("If you are hired, your time counts.", "What happens if I am hired?"),
        (
            "To add a partner or a child, use the form in Nest.",
            "How do I add a partner or a child?",
        ),
        ("A learning day is a working day.", "What is a learning day?"),
        ("- A *learning day* is [a day](x.md) for learning.", "What is a learning day?"),
    ],
)
def test_a_sentence_is_turned_into_a_question(sentence: str, question: str) -> None:
    assert [found for _, found in from_text(sentence)] == [question]


@pytest.mark.parametrize(
    "sentence",
    [
        "If you need it again, ask for a new one.",  # what "it" was, stood in the sentence before
        "To reach us, write to help@example.com.",
        "This is the best way.",
        "If the date is a holiday, pay comes earlier.",
        "| A | is a |",
        "> A quote is a quote.",
        "To date, use of it is rare.",
        "Every team has 3 <b>days</b> of _x_.",
    ],
)
def test_a_sentence_that_leans_on_others_is_left(sentence: str) -> None:
    assert list(from_text(sentence)) == []


def test_what_a_page_says_about_its_headings_is_asked_last() -> None:
    found = candidates("VPN", [("VPN > Split tunnels", "A tunnel is a pipe."), ("VPN", "Words.")])

    assert found == ["What is a tunnel?", "What does “VPN” say about Split tunnels?"]


@pytest.mark.parametrize(
    ("heading", "text", "asked"),
    [
        ("Receipts", "Keep receipts.", "receipts"),
        ("Portugal", "In Portugal it is so.", "Portugal"),
        ("The VPN profile", "", "the VPN profile"),
    ],
)
def test_names_keep_their_capital(heading: str, text: str, asked: str) -> None:
    assert about("T", heading, text) == f"What does “T” say about {asked}?"


@pytest.mark.parametrize("heading", ["Before you start", "Overview", "How fast", "At a glance", ""])
def test_a_heading_that_is_no_name_is_not_asked_about(heading: str) -> None:
    assert about("T", heading, "") is None


def test_each_sample_question_finds_its_document_first(handbook: Store, embedder: object) -> None:
    [leave] = [d for d in handbook.documents() if d.source == str(HANDBOOK / "hr/annual-leave.md")]

    questions = sample_questions(handbook, embedder, leave.document_id)  # pyright: ignore[reportArgumentType]

    assert len(questions) == 3
    for question in questions:
        [first] = search(handbook, embedder, question, k=1)  # pyright: ignore[reportArgumentType]
        assert first.document_id == leave.document_id


def test_a_question_that_another_document_answers_better_is_not_offered(
    store: Store, word_embedder: WordEmbedder, tmp_path: Path
) -> None:
    body = "## How to book a room\n\nAsk the front desk, and wait for what they say to you."
    (tmp_path / "a.md").write_text(f"# Rooms\n\n{body}")
    [first] = add(store, [tmp_path / "a.md"], word_embedder)
    assert first.document
    assert sample_questions(store, word_embedder, first.document.document_id) == [
        "How do I book a room?",
        "What does “Rooms” say about how to book a room?",
    ]

    (tmp_path / "b.md").write_text("# How do I book a room?\n\nHow do I book a room?")
    list(add(store, [tmp_path / "b.md"], word_embedder))

    questions = sample_questions(store, word_embedder, first.document.document_id)
    assert "How do I book a room?" not in questions


def test_a_document_for_few_is_searched_for_by_one_of_them(
    store: Store, word_embedder: WordEmbedder, write: Callable[[str, str], Path]
) -> None:
    path = write("a.md", "# Rooms\n\n## How to book a room\n\nAsk the desk.")
    [progress] = add(store, [path], word_embedder, Details(audience=["C01"]))
    assert progress.document

    assert sample_questions(store, word_embedder, progress.document.document_id, 1) == [
        "How do I book a room?"
    ]
