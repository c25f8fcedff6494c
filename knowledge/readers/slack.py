"""One month of a channel of a Slack export, as `knowledge.exports` puts it together."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

from knowledge.errors import UnreadableDocument
from knowledge.readers import Page

_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|([^<>]*))?>")
_CHANNEL = re.compile(r"<#[A-Z0-9]+\|([^<>]*)>")
_LINK = re.compile(r"<((?:https?|mailto):[^<>|]*)(?:\|([^<>]*))?>")
_SPECIAL = re.compile(r"<!(?:subteam\^[A-Z0-9]+\|)?([^<>|]*)(?:\|[^<>]*)?>")
_NOISE = {"channel_join", "channel_leave", "channel_topic", "channel_purpose", "channel_name"}

Text = Annotated[str, BeforeValidator(lambda value: value if isinstance(value, str) else "")]


class _Loose(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _File(_Loose):
    name: Text = ""


class _Message(_Loose):
    """A message as Slack exports it; what we do not know is passed over."""

    ts: str
    user: Text = ""
    username: Text = ""
    text: Text = ""
    subtype: Text = ""
    thread_ts: Text = ""
    files: tuple[_File, ...] = ()

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(float(self.ts), UTC)


class _Export(_Loose):
    channel: str
    month: str
    users: dict[str, str]
    days: tuple[tuple[dict[str, Any], ...], ...]


class _Whole(_Loose):
    slack_export: _Export


def read(name: str, data: bytes) -> Page:  # noqa: ARG001 - all readers are called alike
    """Write each thread as a section: who said what, oldest first, times in UTC."""
    try:
        export = _Whole.model_validate_json(data).slack_export
        return Page(f"#{export.channel}, {export.month}", "\n\n".join(_threads(export)))
    except (ValueError, OverflowError, OSError) as error:  # a time that is none, for one
        raise UnreadableDocument("it is a damaged Slack export: export it anew") from error


def _threads(export: _Export) -> Iterator[str]:
    messages = list(_messages(export))
    by_thread = sorted(messages, key=lambda message: (message.thread_ts or message.ts, message.ts))
    threads = groupby(by_thread, key=lambda message: message.thread_ts or message.ts)
    for _, thread in threads:
        yield _thread(list(thread), export)


def _messages(export: _Export) -> Iterator[_Message]:
    for day in export.days:
        for raw in day:
            if raw.get("type", "message") == "message" and raw.get("subtype") not in _NOISE:
                message = _Message.model_validate(raw)
                if message.text.strip() or message.files:
                    yield message


def _thread(messages: list[_Message], export: _Export) -> str:
    first = messages[0]
    when = f"{first.at:%Y-%m-%d %H:%M}"
    begun = first.thread_ts in {"", first.ts}  # else its beginning stands in an earlier month
    lines = [f"## {'' if begun else 'Continued: '}{_name(first, export)}, {when}"]
    lines += [_line(message, export) for message in messages]
    return "\n\n".join(lines)


def _line(message: _Message, export: _Export) -> str:
    text = _plain(message.text, export)
    names = ", ".join(file.name for file in message.files if file.name)
    attached = f" (attached: {names})" if names else ""
    return f"**{_name(message, export)}** ({message.at:%Y-%m-%d %H:%M}): {text}{attached}"


def _name(message: _Message, export: _Export) -> str:
    return export.users.get(message.user) or message.username or message.user or "unknown"


def _plain(text: str, export: _Export) -> str:
    """Write names in place of ids, and links as a reader sees them."""
    text = _MENTION.sub(lambda m: "@" + (export.users.get(m[1]) or m[2] or m[1]), text)
    text = _CHANNEL.sub(r"#\1", text)
    text = _LINK.sub(lambda m: f"{m[2]} ({m[1]})" if m[2] and m[2] != m[1] else m[1], text)
    text = _SPECIAL.sub(r"@\1", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()
