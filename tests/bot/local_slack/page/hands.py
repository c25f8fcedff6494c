"""What a person does on the page, and small Block Kit."""

from typing import Any

from tests.browser import Page

Json = dict[str, Any]


async def say(page: Page, text: str) -> None:
    await page.click("#composer textarea")
    await page.type(text)
    await page.press("Enter")


async def go_to(page: Page, room: str) -> None:
    await page.click(".room-link", room)
    await page.wait_for(
        f"document.querySelector('.room-link[aria-current]').innerText.includes('{room}')"
    )


async def become(page: Page, user: str) -> None:
    await page.click(f".you-option:has([value={user}])")
    await page.wait_for(f"document.querySelector('.you').dataset.user === '{user}'")


def a_section(text: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def a_button(action_id: str, text: str, **more: Any) -> Json:
    label = {"type": "plain_text", "text": text}
    return {"type": "button", "action_id": action_id, "value": "v1", "text": label, **more}
