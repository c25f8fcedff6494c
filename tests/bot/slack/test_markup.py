import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.markup import escape, inert_markdown, literal, mentions, unmarked
from bot.wording import shorten


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<@U01BOT> hello", "hello"),
        ("hello <@U01BOT|sluice>", "hello"),
        ("ask <@U01BEN> or <#C1|general>", "ask @U01BEN or #general"),
        ("see <https://a.example/x?a=1&amp;b=2>", "see https://a.example/x?a=1&b=2"),
        ("see <https://a.example|the page>", "see the page (https://a.example)"),
        ("see <http://a.example|a.example>", "see http://a.example"),
        ("<!here> <!subteam^S1|@ops> look", "look"),
        ("1 &lt; 2 &amp;&amp; 3 &gt; 2", "1 < 2 && 3 > 2"),
        ("nul\x00l", "null"),
        ("lone \ud83d surrogate", "lone ? surrogate"),
        ("&lt;@U01BOT&gt;", "<@U01BOT>"),
    ],
)
def test_markup_becomes_what_the_person_read(written: str, read: str) -> None:
    assert unmarked(written, "U01BOT") == read


def test_without_knowing_who_we_are_no_mention_is_taken_away() -> None:
    assert unmarked("<@U01BOT> hello", "") == "@U01BOT hello"


def test_the_people_mentioned_are_found_in_order() -> None:
    assert mentions("<@U2> and <@U1|ada> but not &lt;@U3&gt;") == ["U2", "U1"]


@given(st.text())
def test_no_mention_or_link_survives_escaping(text: str) -> None:
    assert "<" not in escape(text)
    assert "<" not in literal(text)
    assert "`" not in literal(text).strip("`")


@given(st.text(alphabet="`<!@>chanel \n"))
def test_no_mention_survives_in_markdown_outside_code(text: str) -> None:
    inert = inert_markdown(text)
    assert inert.replace("&lt;", "<") == text
    if "`" not in text:
        assert "<" not in inert


@given(st.text(), st.integers(2, 50))
def test_shortened_text_is_one_line_within_the_limit(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert len(short) <= limit
    assert "\n" not in short
