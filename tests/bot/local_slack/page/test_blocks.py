"""Block Kit on the page, friendly and hostile."""

import json
import re
from pathlib import Path

import pytest

from bot.local_slack import LocalSlack
from tests.bot.local_slack.conftest import BEN, DM_ADA, client_of
from tests.bot.local_slack.page.hands import Json, a_button, a_section, become, go_to, say
from tests.browser import Page

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_button_asks_first_and_then_does_it(page: Page, slack: LocalSlack) -> None:
    sure = {
        "title": {"type": "plain_text", "text": "Sure?"},
        "text": {"type": "plain_text", "text": "This opens a ticket."},
        "confirm": {"type": "plain_text", "text": "Go on"},
        "deny": {"type": "plain_text", "text": "Stop"},
    }
    button = a_button("approve", "Approve", style="primary", confirm=sure)
    blocks = [a_section("May I?"), {"type": "actions", "block_id": "b", "elements": [button]}]
    await client_of(slack).chat_postMessage(channel=DM_ADA, text="May I?", blocks=blocks)
    await page.click(".button.primary", "Approve")
    await page.click("dialog button", "Stop")
    await page.wait_for("!document.querySelector('dialog')")
    assert not [d for d in slack.deliveries if d.kind == "interactive"]
    await page.click(".button.primary", "Approve")
    await page.click("dialog button", "Go on")
    await page.wait_for_text("Approved by @Ada Okafor with v1", within=".message")
    assert await page.count(".message .button") == 0


async def test_markdown_looks_as_it_reads(page: Page, slack: LocalSlack) -> None:
    text = (
        "# Leave\n\n**27** days, *really*.\n\n- one\n  - deeper\n- two\n\n1. first\n2. second\n\n"
        "| Office | Days |\n|---|--:|\n| Porto | 27 |\n\n```\nx < y\n```\n\n"
        "> quoted\n\n[handbook](https://handbook.example/leave)"
    )
    await client_of(slack).chat_postMessage(
        channel=DM_ADA, text="x", blocks=[{"type": "markdown", "text": text}]
    )
    shown = ".block-markdown"
    await page.wait_for_text("Leave", within=f"{shown} h3")
    assert await page.text(f"{shown} strong") == "27"
    assert await page.text(f"{shown} em") == "really"
    assert await page.text(f"{shown} li li") == "deeper"
    assert await page.text(f"{shown} ol") == "first\nsecond"
    assert await page.text(f"{shown} td.align-end") == "27"
    assert await page.text(f"{shown} pre") == "x < y"
    assert await page.text(f"{shown} blockquote") == "quoted"
    link = "document.querySelector('.block-markdown a')"
    assert await page.evaluate(f"[{link}.href, {link}.rel, {link}.target]") == [
        "https://handbook.example/leave",
        "noopener noreferrer",
        "_blank",
    ]


async def test_slack_markup_looks_as_it_reads(page: Page, slack: LocalSlack) -> None:
    text = (
        "*bold* _it has_ ~gone~ `a_b` snake_case_name 2*3*4 &lt;b&gt; &amp;amp;\n&gt; quoted\n"
        '_“{"ticket_id":"T_1","url":"https://t.example/T_1"}”_ <https://x.example/a?b=1&amp;c=2|x>'
    )
    await client_of(slack).chat_postMessage(channel=DM_ADA, text="x", blocks=[a_section(text)])
    await page.wait_for_text("bold", within=".block-section strong")
    shown = await page.evaluate(
        """[...document.querySelectorAll(".block-section :is(em, s, code, blockquote, a)")]
             .map((e) => `${e.localName} ${e.href ?? e.textContent}`)"""
    )
    assert shown == [
        "em it has",
        "s gone",
        "code a_b",
        "blockquote quoted",
        'em “{"ticket_id":"T_1","url":"https://t.example/T_1"}”',
        "a https://t.example/T_1",
        "a https://x.example/a?b=1&c=2",
    ]
    assert "snake_case_name 2*3*4 <b> &amp;" in await page.text(".block-section")


async def test_in_verbatim_text_a_bare_address_is_no_link(page: Page, slack: LocalSlack) -> None:
    block = a_section("*Plan* https://t.example/1 <https://x.example/2|x>")
    block["text"]["verbatim"] = True
    await client_of(slack).chat_postMessage(channel=DM_ADA, text="x", blocks=[block])
    await page.wait_for_text("Plan", within=".block-section strong")
    assert await page.count(".block-section a") == 1
    assert "https://t.example/1" in await page.text(".block-section")


HOSTILE = '<img src=x onerror="window.hacked=1"> <script>window.hacked=1</script>'
LINKS = "[a](javascript:window.hacked=1) [b](data:text/html,x) [c](vbscript:x) [d](//evil.example)"


@pytest.mark.parametrize(
    "blocks",
    [
        [{"type": "markdown", "text": f"{HOSTILE}\n\n| {HOSTILE} |\n|---|\n| x |\n\n{LINKS}"}],
        [a_section(HOSTILE.replace("<", "&lt;").replace(">", "&gt;")), a_section(LINKS)],
        [{"type": "context", "elements": [{"type": "plain_text", "text": HOSTILE}]}],
        [{"type": "image", "image_url": "https://evil.example/pixel.png", "alt_text": HOSTILE}],
    ],
)
async def test_hostile_text_of_the_bot_stays_text(
    page: Page, slack: LocalSlack, blocks: list[Json]
) -> None:
    await client_of(slack).chat_postMessage(channel=DM_ADA, text="x", blocks=blocks)
    await page.wait_for_text("onerror=", within=".message")
    await assert_harmless(page)


async def test_hostile_text_of_a_person_stays_text(page: Page, slack: LocalSlack) -> None:
    await go_to(page, "general")
    await say(page, f"{HOSTILE} {LINKS}")
    await page.wait_for_text("onerror=", within=".message")
    await assert_harmless(page)
    await become(page, BEN)
    await page.wait_for_text("onerror=", within=".message")
    await assert_harmless(page)
    assert await page.count(".toast") == 0


async def assert_harmless(page: Page) -> None:
    assert await page.evaluate("window.hacked === undefined")
    assert await page.count(".message img, .message script, .message iframe") == 0
    targets = await page.evaluate("[...document.querySelectorAll('.message a')].map((a) => a.href)")
    assert targets == []


async def test_deep_nesting_and_long_runs_do_not_stop_the_page(
    page: Page, slack: LocalSlack
) -> None:
    for text in (">" * 11_000, "*_" * 5_500, "- " * 5_500, "`" * 11_000, "[" * 11_000):
        await client_of(slack).chat_postMessage(
            channel=DM_ADA, text="x", blocks=[{"type": "markdown", "text": text}]
        )
    await say(page, "Still there?")
    await page.wait_for_text("Heard: Still there?", within=".message")


async def test_an_unknown_emoji_stays_its_name(page: Page, slack: LocalSlack) -> None:
    text = ":tada: :constructor: :nonesuch:"
    await client_of(slack).chat_postMessage(channel=DM_ADA, text=text)
    await page.wait_for_text("🎉 :constructor: :nonesuch:", within=".message-content")


def emoji_of_the_bot() -> set[str]:
    texts = [path.read_text("utf-8") for path in Path("bot").rglob("*.py")]
    return {name for text in texts for name in re.findall(r'["` ]:([a-z_]{3,}):["` ]', text)}


async def test_every_emoji_that_the_bot_names_is_drawn(page: Page) -> None:
    named = emoji_of_the_bot()
    drawn = """import("/page/mrkdwn.js").then(({ emoji }) =>
                 %s.filter((name) => typeof emoji(name) === "string"))"""
    assert "warning" in named
    assert await page.evaluate(drawn % json.dumps(sorted(named))) == []


async def test_an_unknown_block_is_a_placeholder(page: Page, slack: LocalSlack) -> None:
    await client_of(slack).chat_postMessage(channel=DM_ADA, text="x", blocks=[a_section("known")])
    await page.wait_for_text("known", within=".message")
    drawn = await page.evaluate(
        """import("/page/blocks.js").then(({ blocks }) =>
             blocks([{ type: "hologram" }, { type: "__proto__" }, { type: "constructor" }])
               .map((node) => node.textContent))"""
    )
    assert [text.split('"')[1] for text in drawn] == ["hologram", "__proto__", "constructor"]
