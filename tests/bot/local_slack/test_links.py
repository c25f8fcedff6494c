"""Which URLs Slack would fetch."""

import pytest

from bot.local_slack.links import (
    images_of_blocks,
    links_in,
    links_of_blocks,
    markdown_links_in,
    mentions_of_blocks,
)


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("see https://evil.test/a?b=c.", ["https://evil.test/a?b=c"]),
        ("<https://evil.test|click>", ["https://evil.test"]),
        ("(https://en.example/wiki/A_(b))", ["https://en.example/wiki/A_(b)"]),
        ("www.evil.test/x, and evil.com/?q=1", ["www.evil.test/x", "evil.com/?q=1"]),
        ("HTTPS://EVIL.TEST", ["HTTPS://EVIL.TEST"]),
        ("`https://evil.test`", []),
        ("```\nhttps://evil.test\n```", []),
        ("`<https://evil.test>`", ["https://evil.test"]),
        ("```never closed https://evil.test", ["https://evil.test"]),
        ("`two\nlines https://evil.test`", ["https://evil.test"]),
        ("read vpn.md and setup.py, v1.2.3, e.g. this", []),
        ("mail ada@larkspur.example", []),
        ("twice https://a.test https://a.test", ["https://a.test"]),
        ("nothing", []),
    ],
)
def test_links_in_mrkdwn(text: str, links: list[str]) -> None:
    assert links_in(text) == links


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("[a](https://evil.test/x)", ["https://evil.test/x"]),
        ("<https://evil.test>", ["https://evil.test"]),
        ("[a]: https://evil.test", ["https://evil.test"]),
        ("![a](https://evil.test/i.png)", ["https://evil.test/i.png"]),
        ("`[a](https://evil.test)`", []),
        ("``[a](https://evil.test) ` still``", []),
        ("```\n[a](https://evil.test)\n```\nhttps://b.test", ["https://b.test"]),
        ("~~~\nhttps://evil.test\n~~~", []),
        ("````\n```\nhttps://evil.test\n````", []),
        ("```\nnever closed https://evil.test", []),
        ("``https://evil.test`", ["https://evil.test"]),
        ("\\`https://evil.test\\`", ["https://evil.test\\"]),
        ("`a\n\nhttps://evil.test`", ["https://evil.test"]),
        ("text ``` https://evil.test", ["https://evil.test"]),
    ],
)
def test_links_in_markdown(text: str, links: list[str]) -> None:
    assert markdown_links_in(text) == links


def test_links_mentions_and_images_in_blocks() -> None:
    rich = {
        "type": "rich_text_section",
        "elements": [
            {"type": "link", "url": "https://c.test"},
            {"type": "user", "user_id": "U1"},
            {"type": "usergroup", "usergroup_id": "S1"},
            {"type": "broadcast", "range": "here"},
        ],
    }
    button = {
        "type": "button",
        "url": "https://not-fetched.test",
        "text": {"type": "plain_text", "text": "https://plain.test"},
    }
    blocks = [
        {"type": "section", "text": {"type": "mrkdwn", "text": "<https://a.test> <@U2>"}},
        {"type": "markdown", "text": "[b](https://b.test)"},
        {"type": "rich_text", "elements": [rich]},
        {"type": "actions", "elements": [button]},
        {"type": "image", "image_url": "https://img.test/a.png", "alt_text": "x"},
    ]
    assert links_of_blocks(blocks) == ["https://a.test", "https://b.test", "https://c.test"]
    assert images_of_blocks(blocks) == ["https://img.test/a.png"]
    assert mentions_of_blocks(blocks) == ["<@U2>", "<@U1>", "<!subteam^S1>", "<!here>"]
