"""chat.*: posting, changing and deleting the app's own messages."""

from typing import Any, Final

from bot.local_slack.arguments import ARRAY, BOOLEAN, OBJECT, REQUIRED, REQUIRED_TS, STRING, TS, Arg
from bot.local_slack.errors import ApiRefusal
from bot.local_slack.limits import UPDATE_TEXT
from bot.local_slack.payloads import message_json
from bot.local_slack.posting import (
    Content,
    may_unfurl,
    own_message,
    publish,
    read_content,
    replace,
    withdraw,
)
from bot.local_slack.records import Edited, Json, Message
from bot.local_slack.workspace import Channel
from bot.local_slack.world import Call, Method

_CONTENT: Final[dict[str, Arg]] = {
    "text": STRING,
    "blocks": ARRAY,
    "attachments": ARRAY,
    "markdown_text": STRING,
    "link_names": BOOLEAN,
    "parse": Arg(choices=("none", "full", "client", "mrkdwn")),
    "as_user": BOOLEAN,
}
_CUSTOM: Final[dict[str, Arg]] = {"username": STRING, "icon_emoji": STRING, "icon_url": STRING}
_SECONDS_A_POST: Final = 1.0


def post_message(call: Call) -> Json:
    """Post a message, in a thread if one is named."""
    channel = call.channel()
    _hold_rate(call, channel)
    thread_ts, content = call.thread(channel), read_content(call)
    if content.empty:
        raise ApiRefusal("no_text")
    message = own_message(call.world, channel.id, content, thread_ts=thread_ts)
    unfurls = may_unfurl(call.args.get("unfurl_links"), call.args.get("unfurl_media"))
    publish(call.world, call.method, message, unfurls=unfurls)
    return _shown(call, message)


def _hold_rate(call: Call, channel: Channel) -> None:
    if not call.world.rate_limit:
        return
    now = call.world.clock()
    if now - call.world.last_post.get(channel.id, float("-inf")) < _SECONDS_A_POST:
        raise ApiRefusal("ratelimited", status=429, retry_after=1)
    call.world.last_post[channel.id] = now


def update(call: Call) -> Json:
    """Change one of the app's own messages; it may be fetched for links again."""
    channel = call.channel()
    before = call.message(channel)
    _own(call, before, "cant_update_message")
    if call.world.streams.is_open(channel.id, before.ts):
        raise ApiRefusal("streaming_state_conflict")
    content = read_content(call)
    if content.text is None and content.blocks is None and content.metadata is None:
        raise ApiRefusal("no_text")
    if content.text and call.maybe("markdown_text") is None and len(content.text) > UPDATE_TEXT:
        raise ApiRefusal("msg_too_long")
    after = before.model_copy(update=_changes(call, content))
    if not after.text and not after.blocks:
        raise ApiRefusal("no_text")
    replace(call.world, call.method, before, after, unfurls=True)
    return _shown(call, after) | {"text": after.text}


def _changes(call: Call, content: Content) -> dict[str, Any]:
    # Text alone takes the old blocks away; blocks alone keep the text and show no "edited".
    changes: dict[str, Any] = {"streaming": False}
    if content.text is not None:
        changes["text"] = content.text
    if content.text is not None or content.blocks is not None:
        changes["blocks"] = content.blocks or ()
    if content.text is not None and content.blocks is None:
        bot = call.world.workspace.bot_user_id
        changes["edited"] = Edited(user=bot, ts=call.world.rooms.new_ts())
    if content.metadata is not None:
        changes["metadata"] = content.metadata or None
    return changes


def post_ephemeral(call: Call) -> Json:
    """Show a message to one member of a channel."""
    channel = call.channel()
    user = call.world.rooms.people.get(call.string("user"))
    if user is None or not call.world.rooms.is_member(channel.id, user.id):
        raise ApiRefusal("user_not_in_channel")
    thread_ts, content = call.thread(channel), read_content(call)
    if content.empty:
        raise ApiRefusal("no_text")
    trigger_id = call.world.triggers.last_command(channel.id, user.id)
    fields = {"thread_ts": thread_ts, "visible_to": user.id, "trigger_id": trigger_id}
    message = own_message(call.world, channel.id, content, **fields)
    publish(call.world, call.method, message, unfurls=True)
    return {"message_ts": message.ts}


def delete(call: Call) -> Json:
    """Delete one of the app's own messages."""
    channel = call.channel()
    message = call.message(channel)
    _own(call, message, "cant_delete_message")
    if call.world.streams.is_open(channel.id, message.ts):
        raise ApiRefusal("cant_delete_message")
    withdraw(call.world, message)
    return {"channel": channel.id, "ts": message.ts}


def get_permalink(call: Call) -> Json:
    """The link under which people find a message."""
    channel = call.channel()
    message = call.message(channel, "message_ts")
    domain = call.world.workspace.team_domain
    link = f"https://{domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def _own(call: Call, message: Message, error: str) -> None:
    if message.bot_id != call.world.workspace.bot_id:
        raise ApiRefusal(error)


def _shown(call: Call, message: Message) -> Json:
    shown = message_json(message, call.world.rooms, metadata=True)
    return {"channel": message.channel, "ts": message.ts, "message": shown}


METHODS: Final = (
    Method(
        "chat.postMessage",
        post_message,
        {
            "channel": REQUIRED,
            **_CONTENT,
            **_CUSTOM,
            "thread_ts": TS,
            "reply_broadcast": BOOLEAN,
            "unfurl_links": BOOLEAN,
            "unfurl_media": BOOLEAN,
            "mrkdwn": BOOLEAN,
            "metadata": OBJECT,
            "client_msg_id": STRING,
        },
        ("chat:write",),
    ),
    Method(
        "chat.update",
        update,
        {
            "channel": REQUIRED,
            "ts": REQUIRED_TS,
            **_CONTENT,
            "metadata": OBJECT,
            "reply_broadcast": BOOLEAN,
            "file_ids": STRING,
        },
        ("chat:write",),
    ),
    Method(
        "chat.postEphemeral",
        post_ephemeral,
        {"channel": REQUIRED, "user": REQUIRED, **_CONTENT, **_CUSTOM, "thread_ts": TS},
        ("chat:write",),
    ),
    Method(
        "chat.delete",
        delete,
        {"channel": REQUIRED, "ts": REQUIRED_TS, "as_user": BOOLEAN},
        ("chat:write",),
    ),
    Method(
        "chat.getPermalink",
        get_permalink,
        {"channel": REQUIRED, "message_ts": REQUIRED_TS},
    ),
)
