"""files.*: uploading in three steps, and looking at what was uploaded."""

from typing import Any, Final

from bot.local_slack.arguments import INTEGER, REQUIRED, STRING, TS, Arg
from bot.local_slack.errors import ApiRefusal
from bot.local_slack.files import StoredFile
from bot.local_slack.posting import Content, own_message, publish
from bot.local_slack.records import Json
from bot.local_slack.workspace import Channel
from bot.local_slack.world import Call, Method

MAX_LENGTH: Final = 1_000_000_000


def get_upload_url(call: Call) -> Json:
    """Announce a file and learn where its bytes go."""
    length = int(call.args["length"])
    if not 0 < length <= MAX_LENGTH:
        raise ApiRefusal("invalid_arguments", messages=["length must be positive"])
    files = call.world.files
    file = files.new(call.string("filename"), length, call.world.workspace.bot_user_id)
    return {"upload_url": files.upload_url(file), "file_id": file.id}


def complete_upload(call: Call) -> Json:
    """Finish uploads, and share them in a channel if one is named."""
    channel = call.channel("channel_id") if "channel_id" in call.args else None
    files = [_finished(call, entry) for entry in call.args["files"]]
    if channel is not None:
        _share(call, channel, files)
    return {"files": [call.world.files.shown(file) for file in files]}


def _finished(call: Call, entry: Any) -> StoredFile:
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
        raise ApiRefusal("invalid_arguments", messages=["needs id [json-pointer:/files]"])
    if set(entry) - {"id", "title", "highlight_type"}:
        raise ApiRefusal("invalid_arguments", messages=["id and title only [json-pointer:/files]"])
    file = call.world.files.get(entry["id"])
    if file.content is None:
        raise ApiRefusal("file_upload_not_found")
    file.title, file.complete = str(entry.get("title") or file.name), True
    return file


def _share(call: Call, channel: Channel, files: list[StoredFile]) -> None:
    for file in files:
        file.channels.append(channel.id)
    message = own_message(
        call.world,
        channel.id,
        Content(call.maybe("initial_comment") or "", None),
        thread_ts=call.thread(channel),
        subtype="file_share",
        files=tuple(call.world.files.shown(file) for file in files),
    )
    publish(call.world, call.method, message, unfurls=True)
    for file in files:
        call.world.events.file_shared(file.id, message.user, channel.id)


def info(call: Call) -> Json:
    """One file, if the app may see it."""
    file, bot = call.world.files.get(call.string("file")), call.world.workspace.bot_user_id
    shared = any(call.world.rooms.is_member(channel, bot) for channel in file.channels)
    if not file.complete or not (shared or file.owner == bot):
        raise ApiRefusal("file_not_found")
    return {"file": call.world.files.shown(file), "comments": []}


METHODS: Final = (
    Method(
        "files.getUploadURLExternal",
        get_upload_url,
        {
            "filename": REQUIRED,
            "length": Arg("integer", required=True),
            "alt_txt": Arg(max_length=1000),
            "snippet_type": STRING,
        },
        ("files:write",),
    ),
    Method(
        "files.completeUploadExternal",
        complete_upload,
        {
            "files": Arg("array", required=True),
            "channel_id": STRING,
            "initial_comment": STRING,
            "thread_ts": TS,
        },
        ("files:write",),
    ),
    Method(
        "files.info",
        info,
        {"file": REQUIRED, "count": INTEGER, "cursor": STRING, "limit": INTEGER, "page": INTEGER},
        ("files:read",),
    ),
)
