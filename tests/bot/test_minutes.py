"""Minutes by code: what holds of a draft, what is quoted without a model, what a page takes."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages.minutes import (
    ACTIONS,
    DECISIONS,
    SUMMARY_CHARS,
    Brief,
    DraftAction,
    DraftDecision,
    Line,
    MinutesDraft,
)
from bot.model.extractive_scribe import ExtractiveScribe
from bot.office.notices import Point, Sheet
from bot.recap.check import check
from bot.slack.markup import escape
from bot.slack.sheet_blocks import sheet_blocks, sheet_pages

MONDAY = date(2026, 11, 30)


def brief(*texts: str, by: str = "Ada Okafor", people: tuple[str, ...] = ()) -> Brief:
    lines = tuple(
        Line(number=n, by=by, day=MONDAY, text=text, ts=f"17960300{n:02}.000100")
        for n, text in enumerate(texts, 1)
    )
    return Brief(id="b", people=people or ("Ada Okafor", "Ben Castillo"), lines=lines)


def draft(*items: DraftAction | DraftDecision, summary: str = "They talked.") -> MinutesDraft:
    return MinutesDraft(
        summary=summary,
        decisions=tuple(i for i in items if isinstance(i, DraftDecision)),
        actions=tuple(i for i in items if isinstance(i, DraftAction)),
    )


def action(
    task: str = "Do it.", owner: str | None = None, due: str | None = None, message: int = 1
) -> DraftAction:
    return DraftAction(task=task, owner=owner, due=due, message=message)


# --- what holds -----------------------------------------------------------------------------------


@pytest.mark.parametrize("owner", ["ben castillo", "@Ben Castillo", " Ben Castillo "])
def test_an_owner_is_known_by_their_name_however_it_is_written(owner: str) -> None:
    checked = check(draft(action(owner=owner)), brief("one"))
    assert [item.owner for item in checked.minutes.items] == ["Ben Castillo"]
    assert not checked.problems


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (action(owner="Zoe"), "an owner who is not in the conversation"),
        (action(owner="Ben"), "an owner who is not in the conversation"),
        (action(message=2), "cites 2, and there is no line of that number"),
        (action(message=0), "cites 0"),
        (action(message=-1), "cites -1"),
        (action(due="Friday"), "not written as YYYY-MM-DD"),
        (action(due="2026-11-29"), "is due before 2026-11-30"),
        (action(task=" "), "says nothing"),
        (DraftDecision(text="Yes.", message=9), "Decision 1 cites 9"),
        (DraftDecision(text="", message=1), "Decision 1 says nothing"),
    ],
)
def test_what_does_not_hold_is_told_and_left_out(
    wrong: DraftAction | DraftDecision, says: str
) -> None:
    checked = check(draft(wrong, action("It holds.")), brief("one"))
    assert says in checked.problems[0]
    assert [item.text for item in checked.minutes.items] == ["It holds."]
    assert checked.dropped == 1


def test_a_brief_cites_no_line_without_a_number() -> None:
    """The summary of a part is what somebody wrote of messages, and no message."""
    notes = Brief(id="b", whole=True, lines=(Line(day=MONDAY, text="notes"),))
    assert check(draft(DraftDecision(text="Yes.", message=0)), notes).dropped == 1


def test_too_much_is_sent_back_and_at_last_cut() -> None:
    many = [action(f"{n}") for n in range(ACTIONS + 5)]
    more = [DraftDecision(text=f"{n}", message=1) for n in range(DECISIONS + 1)]
    checked = check(draft(*many, *more, summary="x" * 9_000), brief("one"))
    assert len(checked.problems) == 3
    assert len(checked.minutes.summary) == SUMMARY_CHARS
    assert checked.dropped == 6
    assert not check(draft(summary=""), brief("one")).minutes.summary


# --- without a model ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "owner", "due"),
    [
        ("I'll write the page by Friday.", "Ada Okafor", date(2026, 12, 4)),
        ("I will do that until 2026-12-24.", "Ada Okafor", date(2026, 12, 24)),
        ("I'm going to call them by Monday.", "Ada Okafor", date(2026, 12, 7)),
        ("I can take the two tickets tomorrow.", "Ada Okafor", None),
        ("I'll send it by tomorrow.", "Ada Okafor", date(2026, 12, 1)),
        ("I'll send it by 2026-02-31.", "Ada Okafor", None),
        ("Ben, could you check the list?", "Ben Castillo", None),
        ("@Ben Castillo please order more.", "Ben Castillo", None),
        ("To do: find a room.", None, None),
    ],
)
async def test_who_does_what_is_quoted_from_plain_english(
    text: str, owner: str | None, due: date | None
) -> None:
    written = await ExtractiveScribe().write(brief("Good morning!", text), ())
    assert written.draft
    (found,) = check(written.draft, brief("Good morning!", text)).minutes.items
    assert (found.text, found.owner or None, found.due) == (text, owner, due)


@pytest.mark.parametrize(
    "text", ["Zoe, could you come?", "Somebody will do it.", "He said he will.", "It is Friday."]
)
async def test_what_nobody_here_has_taken_is_no_action(text: str) -> None:
    written = await ExtractiveScribe().write(brief(text), ())
    assert written.draft
    assert written.draft.actions == ()


TEXTS = st.lists(st.text(max_size=300), max_size=30)


@given(TEXTS, st.booleans())
async def test_what_is_quoted_holds_for_any_conversation(texts: list[str], whole: bool) -> None:
    given_brief = brief(*texts).model_copy(update={"whole": whole})
    written = await ExtractiveScribe().write(given_brief, ())
    assert written.draft
    checked = check(written.draft, given_brief)
    assert checked.problems == ()
    assert checked.minutes.summary


# --- the page -------------------------------------------------------------------------------------

POINTS = st.builds(
    Point,
    bold=st.text(max_size=60),
    text=st.text(alphabet=st.sampled_from("a&<>*_`~ \n"), max_size=400),
    aside=st.text(max_size=30),
    label=st.text(max_size=80),
    link=st.sampled_from(["", "https://team.slack.com/archives/C01/p1796030000000100"]),
)
SHEETS = st.builds(
    Sheet,
    title=st.just("Summary of #general"),
    text=st.text(alphabet=st.sampled_from("a&<\n"), max_size=SUMMARY_CHARS),
    lists=st.tuples(
        st.tuples(st.just("Decisions"), st.lists(POINTS, max_size=DECISIONS).map(tuple)),
        st.tuples(st.just("Action items"), st.lists(POINTS, max_size=ACTIONS).map(tuple)),
    ),
    notes=st.lists(st.text(max_size=200), max_size=3).map(tuple),
    sources=st.lists(POINTS, max_size=6).map(tuple),
)


@given(SHEETS)
def test_a_page_keeps_slack_s_limits_and_nothing_is_lost(sheet: Sheet) -> None:
    pages = sheet_pages(sheet)
    kept = [(head, p) for page in pages for head, points in page.lists for p in points]
    assert kept == [(head, p) for head, points in sheet.lists for p in points]
    assert pages[-1].notes == sheet.notes
    for page in pages:
        blocks = sheet_blocks(page)
        texts = [str(b.get("text", "")) for b in blocks]
        assert len(blocks) <= 50
        assert sum(map(len, texts)) <= 13_000
        sections = [b["text"]["text"] for b in blocks if b["type"] == "section"]
        assert all(0 < len(text) <= 3_000 for text in sections)


def test_only_our_own_link_is_one() -> None:
    hostile = "</a> <https://evil.example|press> <!channel> `"
    point = Point(bold=hostile, text=hostile, label=hostile, link="https://team.slack.com/x")
    (*_, block) = sheet_blocks(Sheet(lists=(("Decisions", (point,)),)))
    shown = block["text"]["text"]
    assert shown.count("<") == 1
    assert "<https://team.slack.com/x|" in shown
    assert escape("<!channel>") in shown
    assert block["text"]["verbatim"] is True
