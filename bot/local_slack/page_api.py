"""The JSON that the web page reads and writes, under /_local/."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, ValidationError

from bot.local_slack.errors import PersonRefusal
from bot.local_slack.parts import Parts
from bot.local_slack.payloads import SLACKBOT
from bot.local_slack.records import CommandOutcome, Json, Message
from bot.local_slack.workspace import Channel, TourStep, User

Trace = Callable[[Mapping[str, Any]], Awaitable[Json | None]]

PAGE: Final = Path(__file__).parent / "page"
HOME: Final = "home"
"""Stands in for a channel where a click was made in the App Home."""


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    user: str


class _Post(_Body):
    channel: str
    text: str
    thread_ts: str | None = None


class _Edit(_Body):
    channel: str
    ts: str
    text: str


class _Delete(_Body):
    channel: str
    ts: str


class _Command(_Body):
    channel: str
    command: str
    text: str = ""


class _Click(_Body):
    channel: str
    ts: str | None = None
    block_id: str | None = None
    action_id: str
    value: str | None = None


class _Shortcut(_Body):
    channel: str
    ts: str
    callback_id: str


class _Stop(_Body):
    channel: str
    thread_ts: str


class _Submit(_Body):
    view_id: str
    values: dict[str, dict[str, str | list[str] | None]] = {}


class _CloseView(_Body):
    view_id: str


class _Upload(_Body):
    channel: str
    name: str = Field(min_length=1, max_length=255)
    mimetype: str = "application/octet-stream"
    text: str = ""
    content: Base64Bytes


class PageApi:
    """Serves the page and what it asks for."""

    def __init__(
        self,
        parts: Parts,
        *,
        tour: Sequence[TourStep],
        trace: Trace | None,
        page: Path,
    ) -> None:
        self._parts = parts
        self._world = parts.world
        self._persons = parts.persons
        self._interactions = parts.interactions
        self._tour = tour
        self._trace = trace
        self._page = page

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/_local/workspace", self._answered(self._workspace)),
            web.get("/_local/messages", self._answered(self._messages)),
            web.get("/_local/home", self._answered(self._home)),
            web.get("/_local/trace", self._answered(self._traced)),
            web.get("/_local/picture/{file_id}", self._picture),
            web.get("/_local/unfurled", self._answered(self._unfurled)),
            web.get("/_local/stream", self._answered(self._stream)),
            web.post("/_local/post", self._answered(self._post)),
            web.post("/_local/edit", self._answered(self._edit)),
            web.post("/_local/delete", self._answered(self._delete)),
            web.post("/_local/command", self._answered(self._command)),
            web.post("/_local/click", self._answered(self._click)),
            web.get("/_local/modal", self._answered(self._modal)),
            web.post("/_local/shortcut", self._answered(self._shortcut)),
            web.post("/_local/stop", self._answered(self._stop)),
            web.post("/_local/submit", self._answered(self._submit)),
            web.post("/_local/close_view", self._answered(self._close_view)),
            web.post("/_local/upload", self._answered(self._upload)),
            web.post("/_local/open_home", self._answered(self._open_home)),
            web.post("/_local/open_dm", self._answered(self._open_dm)),
            web.get("/", self._index),
            *([web.static("/page", self._page)] if self._page.is_dir() else []),
        ]

    def _answered(
        self, work: Callable[[web.Request], Awaitable[Any]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handler(request: web.Request) -> web.StreamResponse:
            try:
                found = await work(request)
                return found if isinstance(found, web.StreamResponse) else web.json_response(found)
            except PersonRefusal as refusal:
                body = {"error": refusal.code, "detail": refusal.detail}
                return web.json_response(body, status=404 if "not_found" in refusal.code else 400)
            except ValidationError as mistakes:
                named = "; ".join(
                    f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in mistakes.errors()
                )
                return web.json_response({"error": "invalid_request", "detail": named}, status=400)

        return handler

    async def _index(self, _request: web.Request) -> web.StreamResponse:
        index = self._page / "index.html"
        if not index.is_file():
            return web.json_response({"error": "page_not_found"}, status=404)
        return web.FileResponse(index)

    async def _picture(self, request: web.Request) -> web.StreamResponse:
        """A picture of an image block, as Slack's client shows it to who sees the block."""
        file = self._world.files.stored.get(request.match_info["file_id"])
        if file is None or not file.complete or not file.picture:
            return web.Response(status=404)
        return web.Response(body=file.content, content_type=file.picture)

    async def _workspace(self, _request: web.Request) -> Json:
        workspace, manifest = self._world.workspace, self._world.manifest
        agent = manifest.features.agent_view
        description = manifest.display_information.description
        return {
            "team": {"id": workspace.team_id, "name": workspace.team_name},
            "bot": {
                "user_id": workspace.bot_user_id,
                "name": workspace.bot_name,
                "description": agent.agent_description if agent else description,
            },
            "users": [_user(user) for user in self._world.rooms.people.values()],
            "channels": [_channel(channel) for channel in self._world.rooms.channels.values()],
            "commands": [
                {"command": c.command, "description": c.description, "usage_hint": c.usage_hint}
                for c in manifest.commands
            ],
            "shortcuts": [
                {"name": s.name, "callback_id": s.callback_id, "description": s.description}
                for s in manifest.features.shortcuts
                if s.type == "message"
            ],
            "suggested_prompts": [p.model_dump() for p in agent.suggested_prompts] if agent else [],
            "tour": [step.model_dump() for step in self._tour],
            "connected": self._parts.connected,
        }

    async def _messages(self, request: web.Request) -> Json:
        channel, user = _query(request, "channel"), _query(request, "user")
        rooms, sessions = self._world.rooms, self._world.sessions
        if channel not in rooms.channels or not rooms.may_see(channel, user):
            raise PersonRefusal("channel_not_found", channel)
        statuses = [
            {"thread_ts": s.thread_ts, "status": s.text} for s in sessions.statuses(channel)
        ]
        return {
            "messages": [self._shown(m) for m in rooms.seen_by(channel, user)],
            "statuses": statuses,
            "prompts": sessions.prompts.get(channel, []),
        }

    def _shown(self, message: Message) -> Json:
        message = self._world.settled(message)
        shown = message.model_dump(exclude={"client_msg_id", "subtype", "visible_to", "reactions"})
        reactions = [
            {"name": r.name, "users": list(r.users), "count": len(r.users)}
            for r in message.reactions
        ]
        return shown | {
            "username": message.username or self._name_of(message),
            "ephemeral": message.ephemeral,
            "reactions": reactions,
        }

    def _name_of(self, message: Message) -> str:
        if message.user == self._world.workspace.bot_user_id:
            return self._world.workspace.bot_name
        person = self._world.rooms.people.get(message.user)
        return person.real_name if person else ("Slackbot" if message.user == SLACKBOT else "")

    async def _home(self, request: web.Request) -> Json:
        return {"view": self._world.views.homes.get(_query(request, "user"))}

    async def _traced(self, request: web.Request) -> Json:
        user, channel, ts = (_query(request, name) for name in ("user", "channel", "ts"))
        message = self._persons.visible(user, channel, ts)
        found = await self._trace(self._shown(message)) if self._trace else None
        if found is None:
            raise PersonRefusal("trace_not_found")
        return found

    async def _unfurled(self, _request: web.Request) -> list[str]:
        return [unfurl.url for unfurl in self._world.journal.unfurls]

    async def _post(self, request: web.Request) -> Json:
        body = _Post.model_validate_json(await request.read())
        return {"ts": self._persons.post(body.user, body.channel, body.text, body.thread_ts)}

    async def _edit(self, request: web.Request) -> Json:
        body = _Edit.model_validate_json(await request.read())
        self._persons.edit(body.user, body.channel, body.ts, body.text)
        return {}

    async def _delete(self, request: web.Request) -> Json:
        body = _Delete.model_validate_json(await request.read())
        self._persons.delete(body.user, body.channel, body.ts)
        return {}

    async def _command(self, request: web.Request) -> Json:
        body = _Command.model_validate_json(await request.read())
        self._persons.room(body.user, body.channel)
        return _outcome(
            await self._interactions.command(body.user, body.channel, body.command, body.text)
        )

    async def _click(self, request: web.Request) -> Json:
        body = _Click.model_validate_json(await request.read())
        where = (body.action_id, body.block_id, body.value)
        if body.channel == HOME:
            view = self._world.views.homes.get(body.user)
            if view is None:
                raise PersonRefusal("view_not_found")
            return _outcome(await self._interactions.click_home(body.user, view, *where))
        message = self._persons.visible(body.user, body.channel, body.ts or "")
        return _outcome(await self._interactions.click(body.user, message, *where))

    async def _modal(self, request: web.Request) -> Json:
        return {"view": self._world.views.open_for(_query(request, "user"))}

    async def _shortcut(self, request: web.Request) -> Json:
        body = _Shortcut.model_validate_json(await request.read())
        message = self._persons.visible(body.user, body.channel, body.ts)
        return _outcome(await self._interactions.shortcut(body.user, message, body.callback_id))

    async def _stop(self, request: web.Request) -> Json:
        body = _Stop.model_validate_json(await request.read())
        self._persons.stop(body.user, body.channel, body.thread_ts)
        return {}

    async def _submit(self, request: web.Request) -> Json:
        body = _Submit.model_validate_json(await request.read())
        outcome = await self._interactions.submit(body.user, body.view_id, body.values)
        return outcome.model_dump()

    async def _close_view(self, request: web.Request) -> Json:
        body = _CloseView.model_validate_json(await request.read())
        await self._interactions.close(body.user, body.view_id)
        return {}

    async def _upload(self, request: web.Request) -> Json:
        body = _Upload.model_validate_json(await request.read())
        ts = self._persons.share_file(
            body.user, body.channel, body.name, body.content, body.mimetype, body.text
        )
        return {"ts": ts}

    async def _open_home(self, request: web.Request) -> Json:
        body = _Body.model_validate_json(await request.read())
        return {"view": self._persons.open_app(body.user, "home")}

    async def _open_dm(self, request: web.Request) -> Json:
        body = _Body.model_validate_json(await request.read())
        self._persons.open_app(body.user, "messages")
        return {}

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        with self._world.notices.page_of(_query(request, "user")) as notices:
            await response.prepare(request)
            # A page that was closed shows only when something is written to it.
            with suppress(ConnectionResetError):
                await response.write(b": open\n\n")
                while notice := await notices.get():
                    await response.write(f"data: {notice.model_dump_json()}\n\n".encode())
        return response


def _query(request: web.Request, name: str) -> str:
    if name not in request.query:
        raise PersonRefusal("missing_parameter", name)
    return request.query[name]


def _outcome(outcome: CommandOutcome) -> Json:
    return outcome.model_dump()


def _user(user: User) -> Json:
    shown = user.model_dump(include={"id", "name", "real_name", "title", "is_admin", "color"})
    return shown | {"is_guest": user.is_guest}


def _channel(channel: Channel) -> Json:
    shown = channel.model_dump(include={"id", "name", "kind", "members", "topic"})
    return shown | ({"user": channel.user} if channel.user else {})
