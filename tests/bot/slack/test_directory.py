"""People and channels that nobody can tell about: foreign, if it is Slack that says so."""

import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.test_utils import TestServer
from slack_sdk.web.async_client import AsyncWebClient

from bot.config import Access
from bot.messages.events import Place
from bot.slack.directory import Directory
from tests.harness import ADA, GENERAL


class Here(AbstractResolver):
    """Every host is this machine."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host, host="127.0.0.1", port=port, family=family, proto=0, flags=0
            )
        ]

    async def close(self) -> None:
        pass


KNOWN = {
    "users.info": {"ok": True, "user": {"id": ADA, "name": "ada", "team_id": "T1"}},
    "conversations.info": {"ok": True, "channel": {"id": GENERAL}},
}


@asynccontextmanager
async def asking(host: str, lacks: str) -> AsyncGenerator[Directory]:
    """A directory that speaks to a server of this name, which does not know a method."""

    async def answer(request: web.Request) -> web.Response:
        method = request.match_info["method"]
        unknown = {"ok": False, "error": "unknown_method"}
        return web.json_response(unknown if method == lacks else KNOWN[method])

    app = web.Application()
    app.router.add_route("*", "/api/{method}", answer)
    async with (
        TestServer(app) as server,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=Here())) as session,
    ):
        url = f"http://{host}:{server.port}/api/"
        client = AsyncWebClient(token="xoxb-1", base_url=url, session=session)
        yield Directory(client, Access())


@pytest.mark.parametrize("method", ["users.info", "conversations.info"])
@pytest.mark.parametrize(
    ("host", "foreign"), [("slack.com", True), ("acme.slack.com", True), ("stand-in.test", False)]
)
async def test_only_a_stand_in_may_lack_a_method(method: str, host: str, foreign: bool) -> None:
    place = Place(team="T1", channel=GENERAL, root="1.2", user=ADA, kind="channel")
    async with asking(host, method) as directory:
        asked = await directory.identify(ADA, place)
    assert (asked.barred is not None) is foreign
    async with asking(host, "nothing") as directory:
        assert (await directory.identify(ADA, place)).barred is None
