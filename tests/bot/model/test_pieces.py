"""What can be quoted from a passage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.quoting.pieces import MAX_PASSAGE, MAX_PIECE, clean, pieces_of

TABLE = """| Office | Reception | Badge |
|---|:--:|---|
| Porto | **08:00** to 19:00 | 06:00 |
| Leeds | 08:00 to 18:00 | |"""


def shown(text: str) -> list[str]:
    return [piece.shown for piece in pieces_of(text)]


def test_prose_is_cut_at_the_ends_of_sentences_and_not_at_abbreviations() -> None:
    text = (
        "Ask Dr. Lobo, e.g. by mail. Version 2.3 is out! See https://a.example/x.y for it... "
        "The U.S. office opens at 9 a.m. on Monday. Is that all?"
    )
    assert shown(text) == [
        "Ask Dr. Lobo, e.g. by mail.",
        "Version 2.3 is out!",
        "See https://a.example/x.y for it...",
        "The U.S. office opens at 9 a.m. on Monday.",
        "Is that all?",
    ]


def test_a_sentence_that_leans_on_the_one_before_is_shown_with_it() -> None:
    first, second = pieces_of("The VPN is called Connect. It is\ninstalled on every laptop.")
    assert first.shown == "The VPN is called Connect."
    assert second.plain == "It is installed on every laptop."
    assert second.shown == "The VPN is called Connect. It is installed on every laptop."


def test_headings_and_rules_are_no_pieces() -> None:
    assert shown("# Title\n\n---\n\nText.\n## Next\nMore.") == ["Text.", "More."]


def test_a_table_row_is_shown_with_the_names_of_its_columns_and_quoted_as_it_stands() -> None:
    porto, leeds, whole = pieces_of(TABLE)
    assert porto.shown == "- Office: Porto; Reception: 08:00 to 19:00; Badge: 06:00"
    assert porto.unit.of(TABLE) == "| Porto | **08:00** to 19:00 | 06:00 |"
    assert leeds.shown == "- Office: Leeds; Reception: 08:00 to 18:00"
    assert whole.shown == f"{porto.shown}\n{leeds.shown}"


def test_a_table_without_a_header_keeps_its_cells() -> None:
    assert shown("| Rename a column | Add, copy, remove |") == [
        "- Rename a column; Add, copy, remove"
    ]


def test_a_numbered_list_is_shown_whole_with_the_line_that_announces_it() -> None:
    text = "Do these things:\n\n1. Restart it.\n2. Try it\n   without the dock.\n\nThen wait."
    *steps, wait = pieces_of(text)
    assert {piece.shown for piece in steps} == {
        "Do these things:\n1. Restart it.\n2. Try it\n   without the dock."
    }
    assert {piece.unit.of(text) for piece in steps} == {text.split("\n\nThen")[0]}
    assert [piece.steps for piece in steps] == [False, False, True]
    assert wait.shown.startswith("Then wait.")


def test_items_of_a_plain_list_stand_alone_with_what_is_nested_in_them() -> None:
    text = "* **Porto.** The garden.\n  - by the gate\n* Leeds. The canal."
    first, second, _ = pieces_of(text)
    assert first.shown == "- Porto. The garden.\n  - by the gate"
    assert second.shown == "- Leeds. The canal."


def test_a_block_of_code_is_kept_whole_with_its_introduction() -> None:
    code = "```\nlarkconnect status\n# not a heading\n\nlarkconnect reset\n```"
    text = f"Look at it from the command line:\n\n{code}\n\nIt holds no passwords."
    line, block, _ = pieces_of(text)
    assert line.shown == block.shown == f"Look at it from the command line:\n\n{code}"
    assert line.unit.of(text) == text.split("\n\nIt holds")[0]


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("**Bold** and *thin* and __both__, 5*3*2 and snake_case_name", None),
        ("a [page](https://a.example/b_c) here", "a page (https://a.example/b_c) here"),
        ("[https://a.example](https://a.example)", "https://a.example"),
        ("[ask](mailto:it@a.example), [see](../vpn.md)", "ask (it@a.example), see"),
        ("![logo](x.png) <br> text<!-- hidden -->", "logo text"),
        ("> quoted\n> twice", "quoted twice"),
        ("costs **€1,500**, 20 % of `C$2,200`", "costs €1,500, 20 % of `C$2,200`"),
    ],
)
def test_markdown_is_taken_off_and_every_word_stays(markdown: str, plain: str | None) -> None:
    assert clean(markdown) == (plain or "Bold and thin and both, 5*3*2 and snake_case_name")


def test_a_sentence_without_an_end_is_cut_at_a_blank() -> None:
    pieces = pieces_of("word " * 400)
    assert len(pieces) > 1
    assert all(len(piece.shown) <= MAX_PIECE for piece in pieces)
    assert all(piece.shown.startswith("word") for piece in pieces)


MARKS = st.sampled_from(
    ["word ", "word. ", "|", "-", "- ", "1. ", "\n", "\n\n", "```", "**", "_", "[", "](", ")", "#"]
)


@given(st.lists(MARKS | st.text(max_size=3), max_size=60).map("".join))
def test_every_piece_of_any_text_stands_in_it(text: str) -> None:
    for piece in pieces_of(text):
        assert 0 <= piece.unit.start <= piece.span.start < piece.span.end <= piece.unit.end
        assert piece.unit.end <= len(text)
        assert piece.unit.of(text).strip()


@pytest.mark.parametrize("text", ["." * 100_000, "**" * 50_000, "- \n" * 30_000, "|" * 100_000])
def test_a_hostile_passage_costs_no_more_than_its_beginning(text: str) -> None:
    assert all(piece.unit.end <= MAX_PASSAGE for piece in pieces_of(text))
