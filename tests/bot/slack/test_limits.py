"""Any reply gives payloads that Slack takes, and all of its text.

`python -m benchmarks.replies 5000` sends as many over the wire of a local Slack.
"""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.local_slack.blocks import checked_blocks
from bot.messages.replies import Citation, Reply, Step
from bot.sentences import finished, units
from bot.slack.blocks import preview_blocks
from bot.slack.markup import inert_markdown
from bot.slack.pages import PAGE_BYTES, pages
from bot.slack.replies import paged, reply_blocks

TURN = "T01TEAM:C01GENERAL:1795553727.660394"
LONGEST = 60_000

_WORDS = st.text(max_size=300)
_PARTS = st.one_of(
    _WORDS,
    st.text(alphabet="ab .!?\n`|*_[]()<>&-1234567890", max_size=400),
    st.text(alphabet="\U0001f469\u200d\U0001f680\U0001f1f5\U0001f1f9\u2764\ufe0f", max_size=80),
    st.text(
        alphabet="\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627\u202e\u202c.", max_size=80
    ),
    st.text(alphabet="\u4e00\u4e8c\u3002\uff01", max_size=200),
    st.builds("[{0}](https://wiki.example/{0})".format, st.from_regex(r"\w{1,20}", fullmatch=True)),
    st.builds("\n```{0}\n{1}\n```\n".format, st.sampled_from(["", "python", "c++"]), _WORDS),
    st.lists(st.from_regex(r"\n\| \w{0,30} \| \w{0,30} \|", fullmatch=True), max_size=30).map(
        lambda rows: "".join([*rows, "\n"])
    ),
    st.just("<!channel> <@U01ADA> <https://evil.example|x>"),
)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Texts of every length up to `LONGEST`, of prose, code, tables, links, emoji, both ways."""
    text = "".join(draw(st.lists(_PARTS, min_size=1, max_size=12))) or "."
    length = draw(st.sampled_from([len(text), 500, 5_000, 15_000, 30_000, LONGEST]))
    return (text * (length // len(text) + 1))[:length]


@st.composite
def replies(draw: st.DrawFn) -> Reply:
    """Replies with all that can stand below a text."""
    cited = [
        Citation(
            number=n,
            title=draw(_WORDS),
            source=draw(st.sampled_from(["a.md", "https://wiki.example/a", "https://x|y>"])),
            heading=draw(_WORDS),
            quote=draw(_WORDS),
            document_id="d",
            updated_at=datetime(2025, 1, 1, tzinfo=UTC),
        )
        for n in range(draw(st.integers(0, 12)))
    ]
    notes = draw(st.lists(_WORDS, max_size=6))
    choices = draw(st.lists(st.text(min_size=1, max_size=120), max_size=4))
    return Reply(
        status="grounded",
        text=draw(texts()),
        citations=tuple(cited),
        notes=tuple(notes),
        choices=tuple(choices),
    )


def visible(text: str) -> str:
    """What is read of a text: without whitespace, and the fences that a cut adds."""
    return re.sub(r"\s", "", re.sub(r"```[\w+#-]*", "", text))


@settings(max_examples=120, deadline=None)
@given(replies())
def test_any_reply_is_taken_by_slack_and_no_text_is_lost(reply: Reply) -> None:
    whole = inert_markdown(reply.text)
    found = paged(reply)
    for page in found:
        assert len(inert_markdown(page.text).encode()) <= PAGE_BYTES + 200
        checked_blocks(reply_blocks(page, TURN))
    if found[0].attachment:
        assert found[0].attachment == reply.text
    else:
        assert visible("".join(page.text for page in found)) == visible(whole)


@settings(max_examples=60, deadline=None)
@given(texts())
def test_a_private_reply_loses_no_text_either(text: str) -> None:
    found = paged(Reply(status="grounded", text=text), as_file=False)
    assert visible("".join(page.text for page in found)) == visible(inert_markdown(text))


@settings(max_examples=120, deadline=None)
@given(texts())
def test_a_preview_only_grows_and_its_pages_stay_where_they_are(text: str) -> None:
    assert "".join(units(text)) == text
    before: list[str] = []
    for end in (len(text) // 3, len(text) // 2, len(text)):
        so_far = finished(text[:end])
        assert text.startswith(so_far)
        if so_far:
            now = pages(so_far)
            assert now[: max(0, len(before) - 1)] == before[:-1]
            before = now


@settings(max_examples=60, deadline=None)
@given(texts(), st.lists(st.tuples(_WORDS, _WORDS), max_size=20))
def test_any_preview_is_taken_by_slack(text: str, named: list[tuple[str, str]]) -> None:
    steps = [Step(id=str(n), title=a or "-", output=b) for n, (a, b) in enumerate(named)]
    checked_blocks(preview_blocks(pages(inert_markdown(text))[0], steps, f"{TURN}/live"))


def test_blank_text_is_no_longer_than_a_page() -> None:
    (page,) = pages("\r" * 15_000)
    assert len(page) <= PAGE_BYTES


def test_code_and_tables_are_not_cut_where_they_fit_a_page() -> None:
    prose = "A sentence of some length. " * 340
    code = "```python\n" + "print('x')\n" * 80 + "```\n"
    table = "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 60
    for block in (code, table):
        first, second = pages(f"{prose}\n{block}")
        assert second.strip() == block.strip()
        assert first.strip() == prose.strip()


def test_code_that_is_longer_than_a_page_is_closed_and_opened_again() -> None:
    code = "```python\n" + "print('a line of code')\n" * 900 + "```"
    found = pages(code)
    assert len(found) == 3
    assert all(page.startswith("```python\n") and page.rstrip().endswith("```") for page in found)


@pytest.mark.parametrize(("rows", "wide"), [(250, 1), (90, 200), (5, 1)])
def test_a_long_table_is_cut_between_rows_and_has_its_head_again(rows: int, wide: int) -> None:
    head = "| who | gets |\n|---|---|\n"
    table = head + "".join(f"| person {n} | {'leave ' * wide}|\n" for n in range(rows))
    found = pages(f"Here it is.\n\n{table}\nThat is all.")
    tables = [part for page in found for part in re.findall(r"(?:^\|.*\n?)+", page, re.MULTILINE)]
    assert all(part.startswith(head) and part.count("\n") <= 101 for part in tables)
    assert "".join(part.removeprefix(head) for part in tables).count("person") == rows
    assert all(len(page.encode()) <= PAGE_BYTES for page in found)
