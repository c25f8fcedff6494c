import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.markdown import parse, plain


def blocks_of(text: str) -> list[tuple[str, tuple[str, ...], str]]:
    return [(block.kind, block.headings, block.text) for block in parse(text)[1]]


def test_every_block_knows_the_headings_above_it() -> None:
    text = "intro\n# Leave\none\n## Paid ##\ntwo\n### Sick {#sick}\n\nthree\n## Unpaid\nfour"

    assert [(headings, text) for _, headings, text in blocks_of(text)] == [
        ((), "intro"),
        (("Leave",), "one"),
        (("Leave", "Paid"), "two"),
        (("Leave", "Paid", "Sick"), "three"),
        (("Leave", "Unpaid"), "four"),
    ]


def test_underlined_headings_count() -> None:
    assert blocks_of("Leave\n=====\n\nPaid\n---\ntext") == [
        ("paragraph", ("Leave", "Paid"), "text")
    ]


def test_headings_are_shown_without_their_marks() -> None:
    assert blocks_of("# **Jamf** and [`jq`](https://jq.example)\ntext")[0][1] == ("Jamf and jq",)


def test_a_heading_with_nothing_below_it_becomes_a_text() -> None:
    assert blocks_of("# FAQ\n## Is there a gym? No.\n## Parking\nNone.\n# End") == [
        ("paragraph", ("FAQ", "Is there a gym? No."), "Is there a gym? No."),
        ("paragraph", ("FAQ", "Parking"), "None."),
        ("paragraph", ("End",), "End"),
    ]


def test_a_long_heading_is_a_paragraph() -> None:
    text = "# " + "word " * 100

    assert blocks_of(text) == [("paragraph", (), text.rstrip())]


def test_code_keeps_what_looks_like_structure() -> None:
    code = "```sh\n# not a heading\n- no list\n<!-- no comment -->\n\n| no | table |\n```"

    assert blocks_of(f"before\n{code}\nafter") == [
        ("paragraph", (), "before"),
        ("code", (), code),
        ("paragraph", (), "after"),
    ]


def test_code_that_is_never_closed_reaches_to_the_end() -> None:
    assert blocks_of("~~~\na\n\nb")[0] == ("code", (), "~~~\na\n\nb")


def test_a_list_with_nested_items_and_paragraphs_is_one_block() -> None:
    text = "- one\n  - nested\n\n  more of one\n\n1. two\n* three"

    assert blocks_of(f"{text}\n\nafter") == [("list", (), text), ("paragraph", (), "after")]


def test_a_table_is_one_block() -> None:
    table = "| a | b |\n|---|:-:|\n| 1 | 2 |"

    assert blocks_of(f"text\n\n{table}\n\nafter")[1] == ("table", (), table)


def test_comments_and_rules_are_not_text() -> None:
    assert blocks_of("a\n\n<!-- hidden\nover lines -->\n\n---\n\n* * *\n##\n\nb") == [
        ("paragraph", (), "a"),
        ("paragraph", (), "b"),
    ]


def test_a_comment_that_is_never_closed_is_text() -> None:
    assert blocks_of("<!-- open\n\nb")[0][2] == "<!-- open"


def test_front_matter_is_not_text() -> None:
    title, blocks = parse("---\ntitle: Leave\ntags: [a]\n---\ntext")

    assert (title, [block.text for block in blocks]) == ("Leave", ["text"])


@pytest.mark.parametrize(
    ("marked", "bare"),
    [
        ("up to **$2,000** for _desk_ `setup`", "up to $2,000 for desk setup"),
        ('see [our *page*](a/b.md "x") now', "see our page now"),
        ("![a map](m.png)", "a map"),
        ("snake_case_name and 2*3", "snake_case_name and 23"),
        ("a<br/>b", "a b"),
    ],
)
def test_plain_drops_marks_and_keeps_words(marked: str, bare: str) -> None:
    assert plain(marked) == bare


STARTS = ["", "# ", "## ", "###### ", "- ", "1. ", "  * ", "    ", "| ", "```", "~~~~", "> ", "<p>"]
LINES = st.lists(
    st.tuples(
        st.sampled_from(STARTS), st.sampled_from(["", " |", " #", " text. ", "\n===", "\n---"])
    )
    | st.sampled_from(["", "---", "|---|", "```", "===", "<!--x", "* * *"]),
    max_size=24,
)


@given(LINES)
def test_no_word_is_lost(lines: list[tuple[str, str] | str]) -> None:
    """Each word of a page stands in a block or in a heading above one, whatever surrounds it."""
    text = "\n".join(
        line if isinstance(line, str) else f"{line[0]}w{number}{line[1]}"
        for number, line in enumerate(lines)
    )

    _, blocks = parse(f"start\n{text}")

    kept = " ".join(" ".join([*block.headings, block.text]) for block in blocks)
    assert set(re.findall(r"w\d+", kept)) == set(re.findall(r"w\d+", text))


@given(st.text())
def test_any_text_can_be_parsed(text: str) -> None:
    for block in parse(text)[1]:
        assert block.text.strip()
