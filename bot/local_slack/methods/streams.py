"""chat.startStream, chat.appendStream and chat.stopStream."""

from typing import Any, Final

from bot.local_slack.arguments import ARRAY, OBJECT, REQUIRED, REQUIRED_TS, STRING, Arg
from bot.local_slack.blocks import checked_blocks
from bot.local_slack.chunks import read_chunks
from bot.local_slack.errors import ApiRefusal
from bot.local_slack.payloads import message_json
from bot.local_slack.posting import Content, own_message, publish, read_metadata
from bot.local_slack.records import Json, Message
from bot.local_slack.streams import MAX_BYTES, Mode, Stream
from bot.local_slack.workspace import Channel
from bot.local_slack.world import Call, Method

_CUSTOM: Final = {"icon_emoji": STRING, "icon_url": STRING, "username": STRING}
_CONTENT: Final = {"markdown_text": STRING, "chunks": ARRAY}


def start(call: Call) -> Json:
    """Start a streamed reply in a thread."""
    if any(name in call.args for name in _CUSTOM):
        call.need("chat:write.customize")
    channel = call.channel()
    thread_ts = call.thread(channel)
    _check_recipient(call, channel)
    stream = Stream(call.world.clock(), call.maybe("task_display_mode") or "timeline")
    _take(call, stream)
    content = Content(stream.text, stream.shown_blocks())
    message = own_message(call.world, channel.id, content, thread_ts=thread_ts, streaming=True)
    call.world.streams.start(channel.id, message.ts, stream)
    publish(call.world, call.method, message, unfurls=True)
    return {"channel": channel.id, "ts": message.ts}


def _check_recipient(call: Call, channel: Channel) -> None:
    if channel.kind == "im":
        return
    for name in ("recipient_user_id", "recipient_team_id"):
        if not call.maybe(name):
            raise ApiRefusal(f"missing_{name}")
    user = call.user("recipient_user_id")
    if not call.world.rooms.is_member(channel.id, user.id):
        raise ApiRefusal("user_not_in_channel")
    if call.string("recipient_team_id") != (user.team_id or call.world.workspace.team_id):
        raise ApiRefusal("team_not_found")


def append(call: Call) -> Json:
    """Add to a stream that is open."""
    message, stream = _open(call)
    if not any(call.args.get(name) for name in _CONTENT):
        raise ApiRefusal("no_text")
    _take(call, stream)
    _show(call, message, stream)
    return {"channel": message.channel, "ts": message.ts}


def stop(call: Call) -> Json:
    """Add the last of a stream, with blocks and metadata, and close it."""
    message, stream = _open(call)
    metadata = read_metadata(call)
    blocks = checked_blocks(call.args.get("blocks", []))
    _take(call, stream)
    stream.blocks += blocks
    after = _show(call, message, stream, streaming=False, metadata=metadata or None)
    call.world.streams.close(message.channel, message.ts)
    call.world.events.changed(message, after)
    if status := call.maybe("session_status"):
        states = call.world.sessions.states
        title = states.get((message.channel, message.root), {}).get("title")
        states[message.channel, message.root] = {"status": status, "title": title}
    shown = message_json(after, call.world.rooms, metadata=True)
    return {"channel": message.channel, "ts": message.ts, "message": shown}


def _open(call: Call) -> tuple[Message, Stream]:
    channel = call.channel()
    message = call.message(channel)
    if message.bot_id != call.world.workspace.bot_id:
        raise ApiRefusal("message_not_owned_by_app")
    return message, call.world.streams.get(channel.id, message.ts)


def _show(call: Call, message: Message, stream: Stream, **changes: Any) -> Message:
    content = {"text": stream.text, "blocks": stream.shown_blocks()}
    after = call.world.rooms.put(message.model_copy(update=content | changes))
    # Nothing can switch unfurling off in a stream.
    call.world.journal.sent(call.method, after, unfurls=True)
    call.world.notices.tell("update", after.channel, after.ts)
    return after


def _take(call: Call, stream: Stream) -> None:
    """Add a call's content to its stream, or refuse all of it."""
    given = [name for name in _CONTENT if name in call.args]
    if len(given) == 2:
        raise ApiRefusal("invalid_arguments", messages=["give either markdown_text or chunks"])
    if not given:
        return
    mode: Mode = "text" if given == ["markdown_text"] else "chunks"
    if stream.mode not in (None, mode):
        raise ApiRefusal("streaming_mode_mismatch")
    if mode == "text":
        chunks: list[Json] = [{"type": "markdown_text", "text": call.string("markdown_text")}]
    else:
        chunks = read_chunks(call.args["chunks"])
    if stream.bytes + sum(_bytes(chunk) for chunk in chunks) > MAX_BYTES:
        raise ApiRefusal("msg_too_long")
    stream.mode = mode
    for chunk in chunks:
        stream.bytes += _bytes(chunk)
        stream.add(chunk)


def _bytes(node: Any) -> int:
    """The UTF-8 bytes of what a chunk shows."""
    if isinstance(node, dict):
        shown = ("text", "title", "details", "output")
        return sum(
            len(value.encode()) if key in shown and isinstance(value, str) else _bytes(value)
            for key, value in node.items()
        )
    return sum(_bytes(item) for item in node) if isinstance(node, list | tuple) else 0


METHODS: Final = (
    Method(
        "chat.startStream",
        start,
        {
            "channel": REQUIRED,
            "thread_ts": REQUIRED_TS,
            "recipient_team_id": STRING,
            "recipient_user_id": STRING,
            "task_display_mode": Arg(choices=("timeline", "plan")),
            **_CONTENT,
            **_CUSTOM,
        },
        ("chat:write",),
    ),
    Method(
        "chat.appendStream",
        append,
        {"channel": REQUIRED, "ts": REQUIRED_TS, **_CONTENT},
        ("chat:write",),
    ),
    Method(
        "chat.stopStream",
        stop,
        {
            "channel": REQUIRED,
            "ts": REQUIRED_TS,
            **_CONTENT,
            "blocks": ARRAY,
            "metadata": OBJECT,
            "session_status": Arg(choices=("active", "processing", "suspended", "closed")),
        },
        ("chat:write",),
    ),
)
