"""Sources of a reply, and questions with choices, at Slack's wire."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.slack.ages import age
from bot.slack.looks import span_of
from tests.bot.slack.test_live import QUESTION, cited, dripping
from tests.fakes.model_answers import say
from tests.harness import ADA, BEN, GENERAL, GUEST, MIRA, PAGES, TEAM, Company, company, text_of

NOW = datetime(2026, 11, 24, tzinfo=UTC)
TWO_LEAVES = {
    "leave.md": PAGES["leave.md"].split("## Contractors")[0],
    "agency.md": "# Agency leave\n\n## Contractors\n\nTheir agency pays for annual leave.\n",
}
SHORT = "Employees get 25 days a year. [1]"


async def looked(bot: Company, user: str, ts: str, channel: str = GENERAL) -> str:
    """What a person sees on pressing "Sources"."""
    before = len(bot.slack.modals(user))
    await bot.slack.click(user, channel, ts, "sources_open")
    await bot.slack.wait_for(
        lambda: (
            len(bot.slack.modals(user)) > before
            and "Looking it up" not in json.dumps(bot.slack.modals(user)[-1])
        )
    )
    return json.dumps(bot.slack.modals(user)[-1], ensure_ascii=False)


async def test_sources_open_with_the_passage_and_its_quote_marked(tmp_path: Path) -> None:
    async with dripping(tmp_path, cited(SHORT)) as bot:
        reply = await bot.ask(QUESTION)
        assert "updated today" in text_of(reply)
        shown = await looked(bot, BEN, reply.ts)
        marked = '{"type": "text", "text": "Employees get 25 days of annual leave a year.", '
        assert marked + '"style": {"bold": true}}' in shown


async def test_sources_are_for_those_who_may_read_them_when_they_press(tmp_path: Path) -> None:
    async with dripping(tmp_path, cited(SHORT)) as bot:
        reply = await bot.ask(QUESTION)
        library = bot.bot.deps.library.store
        leave = next(d for d in library.documents() if d.title == "Leave")
        library.describe(leave.document_id, audience=(TEAM,))
        bot.slack.set_group("S01FINANCE", MIRA)
        library.describe(leave.document_id, audience=("S01FINANCE",))
        assert "25 days of annual leave" in await looked(bot, MIRA, reply.ts)
        hidden = await looked(bot, BEN, reply.ts)
        assert "You may not read this source." in hidden
        assert "25 days" not in hidden
        assert "Annual leave" not in hidden
        guest = await looked(bot, GUEST, reply.ts)
        assert "25 days" not in guest
        library.remove(leave.document_id)
        assert "has been removed" in await looked(bot, MIRA, reply.ts)


async def test_a_forged_value_of_the_sources_button_shows_nothing(tmp_path: Path) -> None:
    async with dripping(tmp_path, cited(SHORT)) as bot:
        reply = await bot.ask(QUESTION)
        await bot.slack.click(BEN, GENERAL, reply.ts, "sources_open", value="T01TEAM:C01BOARD:1.2")
        await bot.slack.wait_for(lambda: "no longer" in json.dumps(bot.slack.modals(BEN)))


@pytest.mark.parametrize(
    ("days", "words"),
    [(0, "today"), (1, "1 day ago"), (15, "2 weeks ago"), (95, "3 months ago"), (800, "2 years")],
)
def test_ages_are_told_in_the_largest_unit(days: int, words: str) -> None:
    assert words in age(NOW - timedelta(days=days), NOW)


def test_a_quote_is_found_whatever_its_whitespace() -> None:
    assert span_of("One  two\nthree four", "two three") == (5, 14)
    assert span_of("One", "two") == (0, 0)
    assert span_of("One", " ") == (0, 0)


async def test_documents_that_disagree_are_shown_with_their_dates(tmp_path: Path) -> None:
    pages = PAGES | {
        "faq.md": "# Old FAQ\n\n## Leave\n\nEmployees get 20 days of annual leave a year.\n"
    }
    async with dripping(tmp_path, cited(SHORT), pages=pages) as bot:
        reply = await bot.ask(QUESTION)
        assert "The documents disagree." in text_of(reply)
        assert "Employees get 20 days of annual leave a year." in text_of(reply)
        assert f"{datetime.now(UTC):%d %b %Y}" in text_of(reply)


async def test_a_question_with_several_meanings_has_buttons_that_go_on(tmp_path: Path) -> None:
    question = "Which leave do you mean?"
    async with dripping(
        tmp_path, lambda _: say("clarify", question), cited(SHORT), pages=TWO_LEAVES
    ) as bot:
        asked = await bot.ask("Tell me about leave")
        choices = next(b for b in asked.blocks if b.get("block_id") == "choices")["elements"]
        labels = [choice["text"]["text"] for choice in choices]
        assert "Agency leave: Contractors" in labels
        assert 2 <= len(labels) <= 4
        at = labels.index("Agency leave: Contractors")
        for _ in range(2):  # the second press changes nothing
            await bot.slack.click(ADA, GENERAL, asked.ts, f"clarify_{at}")
        reply = await bot.next_reply(1)
        await bot.idle()
        assert len(bot.said()) == 2
        assert reply.root == asked.root
        assert SHORT in text_of(reply)
        found = await bot.step("retrieve")
        assert "Tell me about leave (Agency leave: Contractors)" in found["query"]


async def test_a_forged_choice_starts_nothing(tmp_path: Path) -> None:
    async with dripping(
        tmp_path, lambda _: say("clarify", "Which leave?"), pages=TWO_LEAVES
    ) as bot:
        asked = await bot.ask("Tell me about leave")
        for forged in (
            {"turn": "T01TEAM:C01BOARD:1.2", "number": 0},
            {"turn": f"T01TEAM:{GENERAL}:{asked.root}", "number": 7},
            {"turn": f"T01TEAM:{GENERAL}:{asked.root}", "number": -1},
        ):
            await bot.slack.click(ADA, GENERAL, asked.ts, "clarify_0", value=json.dumps(forged))
        await bot.slack.click(ADA, GENERAL, asked.ts, "clarify_0", value="{}")
        await bot.idle()
        assert len(bot.said()) == 1


async def test_a_greeting_has_no_choices(tmp_path: Path) -> None:
    async with dripping(tmp_path, lambda _: say("clarify", "Hello! How can I help?")) as bot:
        assert "clarify_0" not in text_of(await bot.ask("zzz qqq xxx"))


async def test_without_a_model_a_word_that_two_pages_know_is_asked_about(tmp_path: Path) -> None:
    pages = {
        "a.md": "# Laptops\n\n## Insurance\n\nOur insurance pays for a stolen laptop.\n",
        "b.md": "# Travel\n\n## Insurance\n\nTravel insurance covers doctors abroad.\n",
    }
    async with company(tmp_path, pages=pages) as bot:
        asked = await bot.ask("insurance")
        assert "clarify_1" in text_of(asked)
        await bot.slack.click(ADA, GENERAL, asked.ts, "clarify_1")
        reply = await bot.next_reply(1)
        assert "insurance" in text_of(reply).lower()
        assert "clarify_1" not in text_of(reply)
