"""Looking around: rooms, people, the tour, small screens, the keyboard, a server that is gone."""

import pytest

from bot.local_slack import LocalSlack
from tests.bot.local_slack.conftest import BEN, BOT, DM_ADA, GENERAL, client_of, running
from tests.bot.local_slack.page.app import connected
from tests.bot.local_slack.page.hands import become, go_to, say
from tests.browser import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_person_sees_only_their_own_rooms(page: Page) -> None:
    assert "secret" in await page.text(".rooms")
    await become(page, BEN)
    rooms = await page.text(".rooms")
    assert "general" in rooms
    assert "secret" not in rooms


async def test_a_message_elsewhere_marks_its_channel_unread(page: Page, slack: LocalSlack) -> None:
    await slack.post(BEN, GENERAL, "Cake!")
    await page.wait_for_text("general", within=".room-link.unread")
    await go_to(page, "general")
    await page.wait_for("!document.querySelector('.room-link.unread')")


async def test_a_new_message_is_announced(page: Page, slack: LocalSlack) -> None:
    await go_to(page, "general")
    await page.wait_for_text("Nothing here yet", within=".empty")
    await slack.post(BEN, GENERAL, "Cake in the kitchen")
    announced = "document.getElementById('announcer').textContent"
    assert await page.wait_for(announced) == "Ben Castillo: Cake in the kitchen"


async def test_the_status_line_shows_what_the_bot_does(page: Page, slack: LocalSlack) -> None:
    await go_to(page, "general")
    root = await slack.post(BEN, GENERAL, "Somebody wrote this")
    client = client_of(slack)

    async def status(text: str) -> None:
        await client.assistant_threads_setStatus(channel_id=GENERAL, thread_ts=root, status=text)

    await status("is searching...")
    await page.wait_for_text("Tester is searching...", within=".thread .status")
    await status("")
    await page.wait_for("document.querySelector('.thread .status').hidden")


async def test_an_empty_dm_suggests_what_the_bot_proposes(page: Page, slack: LocalSlack) -> None:
    prompts = [{"title": f"Title {n}", "message": f"Question {n}?"} for n in range(4)]
    await client_of(slack).assistant_threads_setSuggestedPrompts(channel_id=DM_ADA, prompts=prompts)
    await page.wait_for("document.querySelectorAll('.prompt').length === 4")
    await page.click(".prompt", "Title 2")
    await page.wait_for_text("Heard: Question 2?", within=".message")


async def test_the_app_home_is_shown_and_its_buttons_work(page: Page) -> None:
    await page.click(".room-link", "App Home")
    await page.wait_for_text("31 pages loaded", within=".home")
    await page.click(".home button", "Count again")
    await page.wait_for_text("32 pages loaded", within=".home")


async def test_the_tour_is_taken_by_clicking(page: Page, slack: LocalSlack) -> None:
    assert await page.evaluate("document.querySelectorAll('.tour-card')[1].disabled")
    await page.click(".tour-card", "An answer")
    await page.wait_for_text("Heard: How much leave do I get?", within=".message")
    await page.wait_for_text("1 of 3", within=".tour-count")
    await page.click(".tour-card:enabled", "A follow-up")
    await page.wait_for_text("Heard: And for contractors?", within=".message")
    first, *others = slack.messages(DM_ADA)
    assert {m.thread_ts for m in others} == {first.ts}
    await page.click(".tour-card", "In a channel")
    await page.wait_for_text("Who is on call?", within=".replies .message")
    assert slack.messages(GENERAL)[0].text == f"<@{BOT}> Who is on call?"
    await page.wait_for_text("3 of 3", within=".tour-count")
    assert await page.count(".tour-cards .ticked") == 3


async def test_the_page_says_when_the_server_is_gone_and_comes_back(browser: Browser) -> None:
    async with running() as slack:
        page = await browser.new_page()
        await page.open(f"{slack.url}/")
        await page.wait_for_text("is starting", within="#banner")
        port = int(slack.url.rpartition(":")[2])
    await page.wait_for_text("Sluice has stopped", within="#banner")
    await say(page, "Anybody?")
    await page.wait_for_text("cannot be reached", within=".composer-error")
    async with running(port=port) as slack, connected(slack):
        await page.wait_for("document.getElementById('banner').hidden")
        await page.press("Enter")
        await page.wait_for_text("Heard: Anybody?", within=".message")


async def test_a_small_screen_shows_one_thing_at_a_time(page: Page) -> None:
    await page.look(width=390, height=780)
    await say(page, "How much leave?")
    await page.click(".flow-link", "Flow shown")
    await page.wait_for_text("Answered from sources", within=".flow-summary")
    assert await page.evaluate("document.documentElement.scrollWidth") == 390
    await page.click(".flow-close")
    await page.click(".open-sidebar")
    await page.click(".room-link", "general")
    await page.wait_for("!document.body.classList.contains('sidebar-open')")
    assert await page.text(".room h1") == "general"


async def test_everything_that_can_be_pressed_has_a_name(page: Page) -> None:
    await say(page, "How much leave?")
    await page.wait_for_text("Answered from sources", within=".flow-summary")
    nameless = await page.evaluate(
        """[...document.querySelectorAll("button, textarea, input, a, select")].filter((e) =>
             !(e.ariaLabel || e.innerText?.trim() || e.labels?.[0]?.textContent.trim()))
           .map((e) => e.outerHTML.slice(0, 120))"""
    )
    assert nameless == []


async def test_the_keyboard_reaches_the_message_box_first(page: Page) -> None:
    await page.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "skip"
    await page.press("Enter")
    await page.press("Tab")
    assert await page.evaluate("document.activeElement.tagName") == "TEXTAREA"
