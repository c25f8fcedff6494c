from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.grounding.pieces import clauses, sentences, units

TABLE = """\
| Severity | In the channel | Status page |
|---|---|---|
| SEV1 | Every 15 minutes | Every 30 minutes |
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("It is so [1]. It is not [2].", ["It is so [1].", "It is not [2]."]),
        ("It costs €4.50 a day.", ["It costs €4.50 a day."]),
        ("Bring food, e.g. bread. Eat.", ["Bring food, e.g. bread.", "Eat."]),
        ('He said "No." Then he left.', ['He said "No."', "Then he left."]),
        ("- first\n- second\n\n...", ["- first", "- second"]),
        ("Do this:\n```\nrun it. now.\n```\nDone.", ["Do this:", "Done."]),
        ("はい。いいえ。", ["はい。", "いいえ。"]),
        ("", []),
    ],
)
def test_a_reply_is_cut_into_sentences_and_code_is_none(text: str, expected: list[str]) -> None:
    assert [span.of(text) for span in sentences(text)] == expected


@given(st.text())
def test_sentences_stand_in_their_order_and_do_not_overlap(text: str) -> None:
    spans = sentences(text)
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert all(span.start < span.end <= len(text) for span in spans)


def test_a_cell_says_something_with_the_names_of_its_row_and_column() -> None:
    found = units(f"Write often.\n\n{TABLE}\nThen stop. Rest.\n\n| Alone |\n|---|\n| Cell |\n")
    assert [unit.text for unit in found] == [
        "Write often.",
        "SEV1: In the channel: Every 15 minutes",
        "SEV1: Status page: Every 30 minutes",
        "Then stop.",
        "Rest.",
        "Cell",
    ]
    assert [bool(unit.row) for unit in found] == [False, True, True, False, False, False]
    assert [unit.near for unit in found] == [False, False, False, True, True, False]


def test_clauses_stand_between_commas_and_conjunctions() -> None:
    assert clauses("From 07:30 in Porto, and from 09:00 in Toronto.") == [
        "From 07:30 in Porto",
        "and from 09:00 in Toronto.",
    ]
