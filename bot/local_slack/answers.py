"""What the app answers to a command or a click: in its acknowledgement or at a response URL."""

import json
from typing import Any, Final

from aiohttp import web

from bot.local_slack.arguments import ARRAY, BOOLEAN, OBJECT, STRING, TS, Arg, read_arguments
from bot.local_slack.errors import ApiRefusal
from bot.local_slack.payloads import SLACKBOT
from bot.local_slack.posting import (
    Content,
    may_unfurl,
    own_message,
    publish,
    read_content,
    replace,
    withdraw,
)
from bot.local_slack.records import ApiCall, Edited, Json, Message
from bot.local_slack.response_urls import ResponseUrl
from bot.local_slack.world import Call, World

_ARGS: Final[dict[str, Arg]] = {
    "text": STRING,
    "blocks": ARRAY,
    "attachments": ARRAY,
    "response_type": Arg(choices=("ephemeral", "in_channel")),
    "replace_original": BOOLEAN,
    "delete_original": BOOLEAN,
    "thread_ts": TS,
    "unfurl_links": BOOLEAN,
    "unfurl_media": BOOLEAN,
    "mrkdwn": BOOLEAN,
    "parse": STRING,
    "link_names": BOOLEAN,
    "metadata": OBJECT,
}


async def handle_response_url(request: web.Request, world: World) -> web.StreamResponse:
    """Serve one POST to a response URL."""
    args: Json = {}
    try:
        place = world.response_urls.use(request.match_info["secret"])
        args = _loaded(await request.text())
        answer(world, "response_url", place, args)
        body, status = {"ok": True}, 200
    except ApiRefusal as refusal:
        body, status = refusal.body(), refusal.status if refusal.status != 200 else 400
    call = ApiCall(
        method="response_url",
        args=args,
        token="none",  # noqa: S106 - a response URL is its own secret
        status=status,
        error=None if body["ok"] else str(body["error"]),
        response=dict(body),
        at=world.clock(),
    )
    world.journal.calls.append(call)
    world.notices.changed()
    return web.json_response(body, status=status)


def answer_in_ack(world: World, place: ResponseUrl, body: str) -> None:
    """Post what an acknowledgement carries; an empty one says nothing.

    Raises:
        ApiRefusal: Slack would have shown the person an error instead.
    """
    if not body.strip():
        return
    args = _loaded(body) if body.lstrip().startswith("{") else {"text": body}
    answer(world, "ack", place, args)


def answer(world: World, method: str, place: ResponseUrl, given: Json) -> None:
    """Post, replace or delete as an answer asks for."""
    call = Call(world, method, read_arguments(_ARGS, given))
    original = world.rooms.find(place.channel, place.source_ts or "")
    if call.flag("delete_original"):
        withdraw(world, _existing(original))
        return
    content = read_content(call)
    if content.empty:
        raise ApiRefusal("no_text")
    if call.flag("replace_original"):
        _replace(call, _existing(original), content)
    else:
        _post(call, place, content)


def _existing(original: Message | None) -> Message:
    if original is None:
        raise ApiRefusal("message_not_found")
    return original


def _replace(call: Call, original: Message, content: Content) -> None:
    bot = call.world.workspace.bot_user_id
    changes: Json = {"text": content.text or "", "blocks": content.blocks or ()}
    if not original.ephemeral:
        changes["edited"] = Edited(user=bot, ts=call.world.rooms.new_ts())
    after = original.model_copy(update=changes)
    replace(call.world, call.method, original, after, unfurls=True)


def _post(call: Call, place: ResponseUrl, content: Content) -> None:
    in_channel = call.maybe("response_type") == "in_channel"
    channel = call.world.rooms.channels[place.channel]
    message = own_message(
        call.world,
        place.channel,
        content,
        thread_ts=call.thread(channel),
        visible_to=None if in_channel else place.user,
        trigger_id=place.trigger_id,
    )
    unfurls = may_unfurl(call.args.get("unfurl_links"), call.args.get("unfurl_media"))
    publish(call.world, call.method, message, unfurls=unfurls)


def _loaded(text: str) -> Json:
    try:
        loaded: Any = json.loads(text)
    except ValueError:
        raise ApiRefusal("invalid_payload") from None
    if not isinstance(loaded, dict):
        raise ApiRefusal("invalid_payload")
    return loaded


def tell_failure(world: World, place: ResponseUrl, what: str, error: str) -> None:
    """Show the person what Slack shows when the app does not answer."""
    message = Message(
        channel=place.channel,
        ts=world.rooms.new_ts(),
        user=SLACKBOT,
        username="Slackbot",
        text=f'{what} failed with the error "{error}"',
        visible_to=place.user,
        trigger_id=place.trigger_id,
    )
    world.rooms.put(message)
    world.notices.tell("ephemeral", message.channel, message.ts, to=place.user)
