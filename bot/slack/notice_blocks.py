"""Notices to admins as Block Kit, within Slack's limits for any text."""

import re
from typing import Any

from bot.office.notices import Button, Notice, Row
from bot.slack.blocks import Block, context, mrkdwn
from bot.slack.markup import escape
from bot.wording import shorten

SECTION = 2_900
ROWS = 10
"""With what stands around them, far below Slack's 50 blocks and 13,000 characters a message."""

LINE = 900
_CHANNEL = re.compile(r"(?<![\w&#`])#(C[A-Z0-9]{2,})\b")


def notice_blocks(notice: Notice) -> list[Block]:
    """A notice: what is said, its rows with their buttons, what can be pressed, a remark."""
    blocks = [_section(_words(notice.text)), *_rows(notice)]
    if notice.buttons:
        blocks.append(_actions(notice.buttons))
    if notice.foot:
        blocks.append(context(_words(notice.foot)[:SECTION]))
    return blocks


def plain_notice(notice: Notice) -> str:
    """The notice for notifications and screen readers."""
    return escape(shorten(notice.text.replace("*", ""), 300))


def _rows(notice: Notice) -> list[Block]:
    blocks: list[Block] = []
    for row in notice.rows[:ROWS]:
        blocks += _row(row)
    return blocks


def _row(row: Row) -> list[Block]:
    lines = "\n".join(_words(line)[:LINE] for line in row.lines)
    title = escape(shorten(row.title, 200))
    section = _section(f"*{title}*\n{lines}")
    if len(row.buttons) == 1:
        return [section | {"accessory": _button(row.buttons[0])}]
    return [section, *([_actions(row.buttons)] if row.buttons else [])]


def _words(text: str) -> str:
    """Dead links and mentions, except that a channel's id is shown as the channel."""
    return _CHANNEL.sub(r"<#\1>", escape(text))


def _section(text: str) -> Block:
    return {"type": "section", "text": mrkdwn(text[:SECTION])}


def _actions(buttons: tuple[Button, ...]) -> Block:
    return {"type": "actions", "elements": [_button(button) for button in buttons]}


def _button(button: Button) -> Block:
    shown: dict[str, Any] = {
        "type": "button",
        "text": _plain(button.label, 75),
        "action_id": button.action,
        "value": button.value,
    }
    if button.style:
        shown["style"] = button.style
    if button.confirm:
        shown["confirm"] = {
            "title": _plain("Are you sure?", 100),
            "text": _plain(button.confirm, 300),
            "confirm": _plain(button.label, 30),
            "deny": _plain("Cancel", 30),
        }
    return shown


def _plain(text: str, limit: int) -> Block:
    return {"type": "plain_text", "text": shorten(text, limit)}
