"""Forms, the menu of a message, and files on the page."""

import pytest

from bot.local_slack import LocalSlack
from tests.bot.local_slack.conftest import ADA, DM_ADA, GENERAL
from tests.bot.local_slack.page.hands import go_to
from tests.browser import Page

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def open_form(page: Page, slack: LocalSlack) -> None:
    await slack.post(ADA, GENERAL, "The lift code is 4711.")
    await go_to(page, "general")
    await page.wait_for_text("4711")
    await page.hover(".message")
    await page.click(".message-tools [aria-label='Save this']")
    await page.wait_for("document.querySelector('.modal')")


async def test_a_shortcut_opens_a_form_that_is_filled_in_and_sent(
    page: Page, slack: LocalSlack
) -> None:
    await open_form(page, slack)
    assert "Save it" in await page.text(".modal h2")
    focused = "document.activeElement.closest('[data-block]')?.dataset.block"
    assert await page.evaluate(focused) == "title"
    await page.click("[data-block=title] input")
    await page.type("Lift")
    await page.click(".choice", "general")
    await page.click(".modal .primary")
    await page.wait_for("!document.querySelector('.modal')")
    await page.wait_for_text(f"Saved Lift for {GENERAL}")


async def test_what_is_wrong_stands_at_its_field(page: Page, slack: LocalSlack) -> None:
    await open_form(page, slack)
    await page.click("[data-block=title] input")
    await page.type("wrong")
    await page.click(".modal .primary")
    await page.wait_for_text("Not that title", within=".modal-complaint")
    assert (
        await page.evaluate("document.querySelector('[data-block=title] input').value") == "wrong"
    )
    await page.press("Escape")
    await page.wait_for("!document.querySelector('.modal')")
    assert slack.modal(ADA) is None


async def test_a_required_field_is_asked_for(page: Page, slack: LocalSlack) -> None:
    await open_form(page, slack)
    await page.click(".modal .primary")
    assert await page.count(".modal [data-block=title] :invalid") == 1
    assert slack.modal(ADA)


async def test_a_file_is_attached_with_what_was_typed(page: Page, slack: LocalSlack) -> None:
    await page.click("#composer textarea")
    await page.type("Here it is")
    await page.evaluate(
        "(() => { const files = new DataTransfer();"
        "files.items.add(new File(['hello'], '../plan.md', {type: 'text/markdown'}));"
        "const of = {dataTransfer: files, bubbles: true, cancelable: true};"
        "document.getElementById('main').dispatchEvent(new DragEvent('drop', of));"
        "return true; })()"
    )
    await page.wait_for_text("plan.md", within=".file")
    (message,) = [m for m in slack.messages(DM_ADA) if m.files]
    assert (message.text, message.files[0]["size"]) == ("Here it is", 5)
