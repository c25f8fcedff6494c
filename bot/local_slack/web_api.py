"""The Web API over HTTP: tokens, scopes, arguments, and the table of methods."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from aiohttp import web

from bot.local_slack.arguments import STRING, read_arguments
from bot.local_slack.errors import ApiRefusal
from bot.local_slack.faults import Fault, Faults
from bot.local_slack.methods import (
    agent,
    chat,
    conversations,
    files,
    people,
    streams,
    usergroups,
    views,
)
from bot.local_slack.records import ApiCall, Json
from bot.local_slack.world import Call, Method, World

METHODS: Final[Mapping[str, Method]] = {
    method.name: method
    for method in (
        *agent.METHODS,
        *chat.METHODS,
        *conversations.METHODS,
        *files.METHODS,
        *people.METHODS,
        *streams.METHODS,
        *usergroups.METHODS,
        *views.METHODS,
    )
}


@dataclass(frozen=True)
class Tokens:
    """The app's two tokens."""

    bot: str
    app: str

    def kind(self, token: str | None) -> Literal["bot", "app", "unknown", "none"]:
        if not token:
            return "none"
        if token == self.bot:
            return "bot"
        return "app" if token == self.app else "unknown"


@dataclass
class _Request:
    """A call as it arrived."""

    method: str
    args: Json
    token: str | None


@dataclass
class WebApi:
    """Serves `/api/<method>`."""

    world: World
    tokens: Tokens
    faults: Faults
    revoked: bool = False

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one call; faults that were ordered for it come first."""
        name = request.match_info["method"]
        fault = self.faults.take(name)
        if fault.hang_s and not fault.after:
            await self.faults.hang(fault.hang_s)
        response = await self._answer(name, request, fault)
        if fault.hang_s and fault.after:
            await self.faults.hang(fault.hang_s)
        if fault.drop and request.transport is not None:
            request.transport.abort()
        return response

    async def _answer(self, name: str, request: web.Request, fault: Fault) -> web.StreamResponse:
        arrived = _Request(name, {}, None)
        warnings: list[str] = []
        try:
            arrived = await _read(name, request)
            if fault.error:
                raise fault.error
            body = {"ok": True, **self._run(arrived, warnings)}
            status, headers = 200, dict[str, str]()
        except ApiRefusal as refusal:
            body, status = refusal.body(), refusal.status
            wait = refusal.retry_after
            headers = {} if wait is None else {"Retry-After": str(wait)}
        self._record(arrived, status, body, warnings)
        return web.json_response(body, status=status, headers=headers | self._scopes(name))

    def _run(self, arrived: _Request, warnings: list[str]) -> Json:
        method = METHODS.get(arrived.method)
        if method is None:
            raise ApiRefusal("unknown_method", extra={"req_method": arrived.method})
        self._authenticate(method, arrived.token)
        call = Call(self.world, arrived.method, {}, warnings)
        call.need(*method.scopes)
        # slack_bolt adds team_id to every call; Slack reads it where a token serves many teams.
        call.args = read_arguments({"team_id": STRING, **method.args}, arrived.args)
        if call.args.get("team_id", self.world.workspace.team_id) != self.world.workspace.team_id:
            raise ApiRefusal("team_access_not_granted")
        return method.run(call)

    def _authenticate(self, method: Method, token: str | None) -> None:
        kind = self.tokens.kind(token)
        if kind == "none":
            raise ApiRefusal("not_authed")
        if kind == "unknown":
            raise ApiRefusal("invalid_auth")
        if self.revoked:
            raise ApiRefusal("token_revoked")
        if kind != method.token and method.name != "auth.test":
            raise ApiRefusal("not_allowed_token_type")

    def _record(self, arrived: _Request, status: int, body: Json, warnings: list[str]) -> None:
        call = ApiCall(
            method=arrived.method,
            args=arrived.args,
            token=self.tokens.kind(arrived.token),
            status=status,
            error=None if body["ok"] else body["error"],
            warnings=tuple(warnings),
            response=body,
            at=self.world.clock(),
        )
        self.world.journal.calls.append(call)
        self.world.notices.changed()

    def _scopes(self, name: str) -> dict[str, str]:
        method = METHODS.get(name)
        granted = ",".join(self.world.manifest.scopes)
        accepted = ",".join(method.scopes) if method else ""
        return {"X-OAuth-Scopes": granted, "X-Accepted-OAuth-Scopes": accepted}


async def _read(name: str, request: web.Request) -> _Request:
    args: Json = dict(request.query)
    if request.content_type == "application/json":
        args |= await _json_body(request)
        token = None
    else:
        args |= dict(await request.post())
        # Slack takes the token from a form as well, but never from JSON.
        token = args.pop("token", None)
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    return _Request(name, args, bearer.strip() if scheme == "Bearer" else token)


async def _json_body(request: web.Request) -> Json:
    try:
        body: Any = json.loads(await request.text() or "{}")
    except ValueError:
        raise ApiRefusal("invalid_json") from None
    if not isinstance(body, dict):
        raise ApiRefusal("json_not_object")
    return body
