"""The content of what the app sends, and putting it in its place."""

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from bot.local_slack.blocks import checked_blocks
from bot.local_slack.errors import ApiRefusal
from bot.local_slack.limits import MARKDOWN, METADATA_BYTES, TEXT
from bot.local_slack.records import Json, Message
from bot.local_slack.world import Call, World

_EVENT_TYPE = re.compile(r"[A-Za-z0-9_.:-]{1,255}")
_RISKY: Final = "it lets a text mention people, so it is refused here"


@dataclass(frozen=True)
class Content:
    """What a message says. None stands for what the call did not give."""

    text: str | None
    blocks: tuple[Json, ...] | None
    metadata: Json | None = None

    @property
    def empty(self) -> bool:
        return not self.text and not self.blocks


def read_content(call: Call) -> Content:
    """Read text, blocks, markdown_text and metadata of a call.

    Raises:
        ApiRefusal: They contradict each other, are too long or of the wrong shape.
    """
    _refuse_risky(call)
    markdown = call.maybe("markdown_text")
    text, blocks = call.maybe("text"), call.args.get("blocks")
    if markdown is not None:
        if text is not None or blocks is not None:
            raise ApiRefusal("markdown_text_conflict")
        return Content(*_from_markdown(markdown), read_metadata(call))
    checked = None if blocks is None else checked_blocks(blocks, "message")
    if problem := call.world.files.problem_with(checked or ()):
        raise ApiRefusal("invalid_blocks", messages=[problem])
    return Content(_cut(call, text), checked, read_metadata(call))


def _from_markdown(markdown: str) -> tuple[str, tuple[Json, ...]]:
    if not markdown:
        raise ApiRefusal("no_text")
    if len(markdown) > MARKDOWN:
        raise ApiRefusal("msg_too_long")
    return markdown, checked_blocks([{"type": "markdown", "text": markdown}], "message")


def _cut(call: Call, text: str | None) -> str | None:
    if text is None or len(text) <= TEXT:
        return text
    call.warn(f"text cut to {TEXT} characters")
    return text[:TEXT]


def _refuse_risky(call: Call) -> None:
    mistakes: list[str] = []
    if call.args.get("attachments"):
        mistakes.append("legacy attachments are not served here [json-pointer:/attachments]")
    if call.flag("link_names"):
        mistakes.append(f"{_RISKY} [json-pointer:/link_names]")
    if call.args.get("parse") == "full":
        mistakes.append(f"{_RISKY} [json-pointer:/parse]")
    if mistakes:
        raise ApiRefusal("invalid_arguments", messages=mistakes)
    if any(call.args.get(name) for name in ("username", "icon_emoji", "icon_url")):
        call.need("chat:write.customize")


def read_metadata(call: Call) -> Json | None:
    """Read `metadata`; {} asks for what is there to be removed."""
    metadata: Any = call.args.get("metadata")
    if not metadata:
        return metadata
    if set(metadata) != {"event_type", "event_payload"}:
        raise ApiRefusal("invalid_metadata_format")
    name, payload = metadata["event_type"], metadata["event_payload"]
    if not isinstance(name, str) or not _EVENT_TYPE.fullmatch(name):
        raise ApiRefusal("invalid_metadata_format")
    if not isinstance(payload, dict):
        raise ApiRefusal("invalid_metadata_format")
    if len(json.dumps(payload).encode()) > METADATA_BYTES:
        raise ApiRefusal("metadata_too_large")
    return dict(metadata)


def own_message(world: World, channel: str, content: Content, **fields: Any) -> Message:
    """A new message of the bot, not yet anywhere."""
    return Message(
        channel=channel,
        ts=world.rooms.new_ts(),
        user=world.workspace.bot_user_id,
        bot_id=world.workspace.bot_id,
        text=content.text or "",
        blocks=content.blocks or (),
        metadata=content.metadata or None,
        **fields,
    )


def publish(world: World, method: str, message: Message, *, unfurls: bool) -> Message:
    """Put a message of the bot in its channel and tell everyone; its thread's status clears."""
    world.rooms.put(message)
    world.journal.sent(method, message, unfurls=unfurls)
    if message.ephemeral:
        world.notices.tell("ephemeral", message.channel, message.ts, to=message.visible_to)
        return message
    world.events.posted(message)
    world.notices.tell("message", message.channel, message.ts)
    if world.sessions.clear(message.channel, message.root):
        world.notices.tell("status", message.channel, message.root)
    return message


def replace(
    world: World, method: str, before: Message, after: Message, *, unfurls: bool
) -> Message:
    """Change a message in place and tell everyone."""
    world.rooms.put(after)
    world.journal.sent(method, after, unfurls=unfurls)
    if not after.ephemeral:
        world.events.changed(before, after)
    world.notices.tell("update", after.channel, after.ts, to=after.visible_to)
    return after


def withdraw(world: World, message: Message) -> None:
    """Delete a message; one with replies leaves a tombstone, as in Slack."""
    if not message.ephemeral and world.rooms.replies(message.channel, message.ts):
        tombstone = {"deleted": True, "subtype": "tombstone", "text": "This message was deleted."}
        empty: dict[str, Any] = {"blocks": (), "metadata": None, "files": ()}
        world.rooms.put(message.model_copy(update=tombstone | empty))
    else:
        world.rooms.remove(message)
    if not message.ephemeral:
        world.events.deleted(message)
    world.notices.tell("delete", message.channel, message.ts, to=message.visible_to)


def may_unfurl(unfurl_links: bool | None, unfurl_media: bool | None) -> bool:
    """Whether Slack may fetch links: only both switches, explicitly off, rule it out."""
    return not (unfurl_links is False and unfurl_media is False)
