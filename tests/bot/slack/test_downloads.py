"""Where the bot's token goes when it gets a file, and where it does not."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from bot.errors import SurfaceError
from bot.serving import stop_serving
from bot.slack.client import make_client
from bot.slack.downloads import Downloads

TOKEN = "xoxb-secret"


class FileHost:
    """Slack's API and file host in one, or a host of somebody else."""

    def __init__(self) -> None:
        self.file: dict[str, Any] = {"size": 5, "name": "../../x.md", "mimetype": "text/plain"}
        self.tokens: list[str | None] = []
        self.answer: Mapping[str, Any] = {"body": b"hello", "content_type": "text/plain"}
        self.url = ""

    async def info(self, _: web.Request) -> web.Response:
        return web.json_response({"ok": True, "file": self.file})

    async def give(self, request: web.Request) -> web.Response:
        self.tokens.append(request.headers.get("Authorization"))
        return web.Response(**self.answer)


@asynccontextmanager
async def host() -> AsyncGenerator[FileHost]:
    server = FileHost()
    app = web.Application()
    app.add_routes([web.route("*", "/api/files.info", server.info), web.get("/f", server.give)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await stop_serving(runner)


def downloads(slack: FileHost, largest: int = 100) -> Downloads:
    return Downloads(make_client(TOKEN, f"{slack.url}/api/"), largest=largest)


async def test_a_file_comes_with_the_token_from_the_api_s_own_host() -> None:
    async with host() as slack:
        slack.file["url_private"] = f"{slack.url}/f"
        got = await downloads(slack).get("F1")
        assert (got.data, got.name) == (b"hello", "../../x.md")
        assert slack.tokens == [f"Bearer {TOKEN}"]


@pytest.mark.parametrize(
    "url",
    [
        "{other}/f",
        "https://files.slack.com.evil.example/f",
        "http://files.slack.com/f",
        "https://files.slack.com@evil.example/f",
        "https://evil.example\\@files.slack.com/f",
        "https://files.slack.com:8443/f",
        "file:///etc/passwd",
        "",
    ],
)
async def test_the_token_goes_to_no_other_host(url: str) -> None:
    async with host() as slack, host() as other:
        slack.file["url_private"] = url.format(other=other.url)
        with pytest.raises(SurfaceError, match="not kept by Slack"):
            await downloads(slack).get("F1")
        assert slack.tokens == other.tokens == []


async def test_the_token_follows_no_redirect() -> None:
    async with host() as slack, host() as other:
        slack.file["url_private"] = f"{slack.url}/f"
        slack.answer = {"status": 302, "headers": {"Location": f"{other.url}/f"}}
        with pytest.raises(SurfaceError, match="302"):
            await downloads(slack).get("F1")
        assert other.tokens == []


@pytest.mark.parametrize(("said", "body"), [(101, b"x"), (5, b"x" * 101)])
async def test_a_file_that_is_too_large_is_refused(said: int, body: bytes) -> None:
    async with host() as slack:
        slack.file |= {"url_private": f"{slack.url}/f", "size": said}
        slack.answer = {"body": body, "content_type": "text/plain"}
        with pytest.raises(SurfaceError, match="larger than"):
            await downloads(slack).get("F1")


async def test_slack_s_sign_in_page_is_not_taken_for_the_file() -> None:
    async with host() as slack:
        slack.file["url_private"] = f"{slack.url}/f"
        slack.answer = {"body": b"<title>Sign in</title>", "content_type": "text/html"}
        with pytest.raises(SurfaceError, match="sign in"):
            await downloads(slack).get("F1")
