"""Slack's two ways to write text: mrkdwn, and Markdown in markdown blocks."""

import html
import re

_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]+`", re.DOTALL)
_USER = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
_CHANNEL = re.compile(r"<#[A-Z0-9]+\|([^>]*)>")
_BROADCAST = re.compile(r"<![^>]*>")
_LABELLED = re.compile(r"<([a-z][a-z0-9+.-]*:[^>|]+)\|([^>]*)>", re.IGNORECASE)
_LINK = re.compile(r"<([a-z][a-z0-9+.-]*:[^>|]+)>", re.IGNORECASE)


def escape(text: str) -> str:
    """Make text literal in mrkdwn: no link, no mention."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def literal(text: str) -> str:
    """Show text in mrkdwn exactly as it is, links and mentions dead, in a code span or block."""
    plain = escape(text.replace("`", "'"))
    if not plain.strip():
        return "_nothing_"
    # A span of code is none to Slack if a space follows its first mark.
    return f"```{plain}```" if "\n" in plain or plain != plain.strip() else f"`{plain}`"


def inert_markdown(text: str) -> str:
    """Markdown in which no mention works: every `<` outside code is written as an entity."""
    pieces: list[str] = []
    end = 0
    for code in _CODE.finditer(text):
        pieces += [text[end : code.start()].replace("<", "&lt;"), code.group()]
        end = code.end()
    return "".join([*pieces, text[end:].replace("<", "&lt;")])


def unmarked(text: str, bot_user: str) -> str:
    """What a person wrote, as they read it: without Slack's markup, and without our mention."""
    text = re.sub(rf"<@{re.escape(bot_user)}(?:\|[^>]*)?>", " ", text) if bot_user else text
    text = _LABELLED.sub(lambda m: m[1] if m[2] in m[1] else f"{m[2]} ({m[1]})", text)
    text = _LINK.sub(r"\1", text)
    text = _USER.sub(r"@\1", _CHANNEL.sub(r"#\1", text))
    text = html.unescape(_BROADCAST.sub("", text))  # whoever else was called, it is no question
    clean = text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")
    return clean.strip()


def mentions(text: str) -> list[str]:
    """The ids of the people a message mentions, in order."""
    return [user for user in _USER.findall(text)]
