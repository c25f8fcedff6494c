import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import Embedder, SentenceTransformerEmbedder
from knowledge.blocks import Block, ReadDocument
from knowledge.cut import cut_block, pack
from knowledge.markdown import parse
from knowledge.read import read
from knowledge.split import MAX_CHARS_PER_TOKEN, Piece, Splitter
from tests.fixtures_knowledge import HANDBOOK, WordEmbedder


def split(text: str, embedder: Embedder, title: str = "Page") -> tuple[Piece, ...]:
    return Splitter(ReadDocument(title, parse(text)[1]), embedder).pieces()


def sentences(count: int, start: int = 0) -> str:
    return " ".join(f"Sentence number {number} has seven words." for number in range(start, count))


def test_a_section_that_fits_is_one_piece_under_its_headings(word_embedder: WordEmbedder) -> None:
    pieces = split("# Page\n\n## Paid\n\nOne two.\n\n- three\n- four", word_embedder)

    assert [(piece.heading, piece.text) for piece in pieces] == [
        ("Page > Paid", "One two.\n\n- three\n- four")
    ]


def test_long_text_is_cut_between_sentences(word_embedder: WordEmbedder) -> None:
    pieces = split(sentences(20), word_embedder)

    assert len(pieces) > 1
    assert all(piece.text.startswith("Sentence") and piece.text.endswith(".") for piece in pieces)
    assert " ".join(" ".join(piece.text.split()) for piece in pieces) == sentences(20)


def test_a_list_is_cut_between_items_and_nested_ones_stay(word_embedder: WordEmbedder) -> None:
    items = [f"- item {number} {'word ' * 20}\n  - nested {number}" for number in range(6)]

    pieces = split("\n".join(items), word_embedder)

    assert len(pieces) > 1
    for piece in pieces:
        assert piece.text.startswith("- item")
        assert re.findall(r"item (\d)", piece.text) == re.findall(r"nested (\d)", piece.text)


def test_a_table_that_is_cut_repeats_its_header(word_embedder: WordEmbedder) -> None:
    header = "| City | Limit |\n|---|---|"
    rows = [f"| City {number} with a long name | {number} |" for number in range(20)]

    pieces = split("\n".join([header, *rows]), word_embedder)

    assert len(pieces) > 1
    assert all(piece.text.startswith(f"{header}\n| City") for piece in pieces)
    assert [row for piece in pieces for row in piece.text.splitlines()[2:]] == rows


def test_code_that_is_cut_is_code_in_every_piece(word_embedder: WordEmbedder) -> None:
    lines = [f"run --step {number} with some more arguments" for number in range(20)]

    pieces = split("\n".join(["```sh", *lines, "```"]), word_embedder)

    assert len(pieces) > 1
    assert all(p.text.startswith("```sh\n") and p.text.endswith("\n```") for p in pieces)
    assert [line for piece in pieces for line in piece.text.splitlines()[1:-1]] == lines


def test_a_table_whose_header_fills_the_window_is_cut_like_text(
    word_embedder: WordEmbedder,
) -> None:
    header = f"| {'long ' * 80}| b |\n|---|---|"

    pieces = split(f"{header}\n| one | two |", word_embedder)

    assert " ".join(piece.text for piece in pieces).split() == f"{header}\n| one | two |".split()


def test_small_neighbours_share_a_piece_that_names_their_headings() -> None:
    embedder = WordEmbedder(window=256)
    text = "# Page\n\n## Perks\n\n### Gym\n\nTen a month.\n\n### Phone\n\nTwenty a month."

    pieces = split(text, embedder)

    assert [(piece.heading, piece.text) for piece in pieces] == [
        ("Page > Perks", "### Gym\n\nTen a month.\n\n### Phone\n\nTwenty a month.")
    ]


def test_sections_of_different_pages_of_thought_stay_apart() -> None:
    embedder = WordEmbedder(window=256)
    long = sentences(12)

    pieces = split(f"# Page\n\n## A\n\n{long}\n\n## B\n\n{long}", embedder)

    assert [piece.heading for piece in pieces] == ["Page > A", "Page > B"]


def test_the_embedder_reads_title_and_headings_with_the_text(word_embedder: WordEmbedder) -> None:
    document = ReadDocument("Leave", parse("# Leave\n## Paid\nSee [here](x.md).")[1])
    splitter = Splitter(document, word_embedder)

    assert [splitter.embedded(piece) for piece in splitter.pieces()] == ["Leave > Paid\nSee here."]


def test_headings_larger_than_the_window_leave_room_for_the_text() -> None:
    embedder = WordEmbedder(window=24)
    headings = "\n".join(f"{'#' * level} {'deep ' * 12}" for level in range(1, 7))

    pieces = split(f"{headings}\n{sentences(8)}", embedder, title="long " * 30)

    assert_fits(pieces, ReadDocument("long " * 30, ()), embedder)
    assert " ".join(" ".join(piece.text.split()) for piece in pieces) == sentences(8)


def test_of_headings_too_long_to_embed_the_innermost_stays() -> None:
    embedder = WordEmbedder(window=24)
    document = ReadDocument("T", parse(f"# {'outer ' * 9}\n## inner\ntext")[1])
    splitter = Splitter(document, embedder)

    assert [splitter.embedded(piece) for piece in splitter.pieces()] == ["inner\ntext"]


def test_one_endless_word_is_cut(word_embedder: WordEmbedder) -> None:
    word = "x" * 5_000

    pieces = split(word, word_embedder)

    assert "".join(piece.text for piece in pieces) == word
    assert all(len(p.text) <= word_embedder.window * MAX_CHARS_PER_TOKEN for p in pieces)


def assert_fits(pieces: tuple[Piece, ...], document: ReadDocument, embedder: Embedder) -> None:
    splitter = Splitter(document, embedder)
    for piece in pieces:
        assert embedder.count_tokens(piece.text) <= embedder.window
        assert embedder.count_tokens(splitter.embedded(piece)) <= embedder.window


PAGES = st.lists(
    st.tuples(
        st.sampled_from(
            ["", "# ", "## ", "#### ", "- ", "  - ", "```\n", "| a | b |\n|---|---|\n| "]
        ),
        st.integers(1, 40),
        st.sampled_from([" ", "\n", ". ", " | "]),
    ),
    min_size=1,
    max_size=12,
)


@given(PAGES, st.integers(12, 60))
def test_no_text_is_lost_and_every_piece_fits(
    parts: list[tuple[str, int, str]], window: int
) -> None:
    embedder = WordEmbedder(window)
    text = "\n\n".join(
        start + between.join(f"w{number}x{word}" for word in range(count))
        for number, (start, count, between) in enumerate(parts)
    )
    document = ReadDocument("Title", parse(text)[1])

    pieces = Splitter(document, embedder).pieces()

    assert_fits(pieces, document, embedder)
    kept = " ".join(f"{piece.heading} {piece.text}" for piece in pieces)
    assert set(re.findall(r"w\d+x\d+", kept)) == set(re.findall(r"w\d+x\d+", text))


@given(st.text(), st.integers(1, 30))
def test_the_parts_of_a_paragraph_are_the_paragraph(text: str, most: int) -> None:
    block = Block("paragraph", (), text)

    parts = cut_block(block, lambda part: len(part) <= most)

    assert "".join(parts) == text
    assert all(len(part) <= most for part in parts)


@given(st.lists(st.text(min_size=1, max_size=9)), st.integers(0, 20))
def test_packing_fills_each_part_as_far_as_it_fits(units: list[str], most: int) -> None:
    packed = pack(units, lambda text: len(text) <= most)

    assert "".join(packed) == "".join(units)
    rest = list(units)
    for part in packed:
        taken = 0
        while sum(map(len, rest[: taken + 1])) <= len(part) and taken < len(rest):
            taken += 1
        assert taken == 1 or len(part) <= most
        rest = rest[taken:]
        assert not rest or len(part) + len(rest[0]) > most


@pytest.mark.parametrize("path", sorted(HANDBOOK.rglob("*.md")), ids=lambda path: path.stem)
def test_the_real_model_reads_every_piece_to_its_end(
    path: Path, embedder: SentenceTransformerEmbedder
) -> None:
    document = read(path)

    assert_fits(Splitter(document, embedder).pieces(), document, embedder)
