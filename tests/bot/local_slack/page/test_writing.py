"""Writing on the page: messages, replies, commands, edits."""

import pytest

from bot.local_slack import LocalSlack
from tests.bot.local_slack.conftest import ADA, BEN, DM_ADA, GENERAL
from tests.bot.local_slack.page.hands import become, go_to, say
from tests.browser import Page

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_message_in_the_dm_is_answered_below_it(page: Page, slack: LocalSlack) -> None:
    await say(page, "How much leave?")
    await page.wait_for_text("Heard: How much leave?", within=".replies .message")
    question, answer = slack.messages(DM_ADA)
    assert question.user == ADA
    assert answer.thread_ts == question.ts
    assert await page.text("#composer textarea") == ""


async def test_shift_and_enter_break_the_line(page: Page, slack: LocalSlack) -> None:
    await page.click("#composer textarea")
    await page.type("one")
    await page.press("Enter", shift=True)
    await page.type("two")
    await page.press("Enter")
    await page.wait_for_text("one\ntwo", within=".root-place .message-content")
    assert slack.messages(DM_ADA)[0].text == "one\ntwo"


async def test_a_reply_goes_into_the_thread(page: Page, slack: LocalSlack) -> None:
    await say(page, "first")
    await page.click(".reply-open")
    await page.type("second")
    await page.press("Enter")
    await page.wait_for_text("Heard: second", within=".replies .message")
    first, *others = slack.messages(DM_ADA)
    assert [m.thread_ts for m in others] == [first.ts] * 3
    assert await page.count(".thread") == 1


async def test_a_slash_command_is_completed_and_answered_to_its_asker_alone(
    page: Page, slack: LocalSlack
) -> None:
    await go_to(page, "general")
    await page.click("#composer textarea")
    await page.type("/a")
    await page.wait_for_text("Ask in private", within="#composer .completion")
    await page.press("Tab")
    await page.type("how much leave?")
    await page.press("Enter")
    await page.wait_for_text("Between us: how much leave?", within=".message.ephemeral")
    assert "Only visible to you" in await page.text(".message.ephemeral")
    await become(page, BEN)
    await slack.post(BEN, GENERAL, "Anybody here?")
    await page.wait_for_text("Anybody here?", within=".message")
    assert "Between us" not in await page.text("#main")


async def test_suggestions_are_gone_when_the_command_is_sent(page: Page) -> None:
    await go_to(page, "general")
    await page.click("#composer textarea")
    await page.type("/ask")
    await page.wait_for_text("Ask in private", within="#composer .completion")
    await page.press("Enter")
    await page.wait_for("document.querySelector('#composer .completion').hidden")


async def test_an_unknown_command_is_refused_and_the_text_stays(
    page: Page, slack: LocalSlack
) -> None:
    await say(page, "/frobnicate now")
    await page.wait_for_text("/frobnicate is not a command", within=".composer-error")
    kept = await page.evaluate("document.querySelector('#composer textarea').value")
    assert kept == "/frobnicate now"
    assert slack.deliveries[-1].kind != "slash_commands"


async def test_a_name_is_completed_to_a_mention(page: Page, slack: LocalSlack) -> None:
    await go_to(page, "general")
    await page.click("#composer textarea")
    await page.type("Thanks @be")
    await page.wait_for_text("Ben Castillo", within="#composer .completion")
    await page.press("Enter")
    await page.press("Enter")
    await page.wait_for_text("@Ben Castillo", within=".message .mention")
    assert slack.messages(GENERAL)[0].text.strip() == f"Thanks <@{BEN}>"


async def test_ones_own_message_can_be_edited_and_deleted(page: Page, slack: LocalSlack) -> None:
    await go_to(page, "general")
    await say(page, "teh printer & co")
    await page.hover(".message", "teh printer")
    await page.click(".message-tools .tool[aria-label='Edit message']")
    await page.wait_for("document.activeElement.value === 'teh printer & co'")
    await page.evaluate("document.activeElement.select()")
    await page.type("the printer")
    await page.press("Enter")
    await page.wait_for_text("the printer (edited)", within=".message")
    assert slack.messages(GENERAL)[0].text == "the printer"
    await page.hover(".message", "the printer")
    await page.click(".message-tools .tool[aria-label='Delete message']")
    await page.click("dialog button", "Delete")
    await page.wait_for("document.querySelectorAll('.message').length === 0")
    assert [m for m in slack.messages(GENERAL) if not m.deleted] == []


async def test_nobody_can_edit_what_another_wrote(page: Page, slack: LocalSlack) -> None:
    await slack.post(BEN, GENERAL, "mine")
    await go_to(page, "general")
    await page.hover(".message", "mine")
    assert await page.count("[aria-label='Edit message'], [aria-label='Delete message']") == 0
