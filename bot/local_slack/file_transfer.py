"""Uploading and downloading the bytes of files."""

from typing import Final
from urllib.parse import quote

from aiohttp import web

from bot.local_slack.files import Files

_LOGIN: Final = "<!doctype html><title>Sign in to Slack</title><p>Sign in to your workspace."


class FileTransfer:
    """Serves upload URLs and `url_private`, which needs the bot's token."""

    def __init__(self, files: Files, bot_token: str) -> None:
        self._files = files
        self._bearer = f"Bearer {bot_token}"

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/upload/v1/{file_id}", self.upload),
            web.get("/files-pri/{file_id}/{name}", self.download),
        ]

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """Take a file's bytes, as the body or as the field of a form."""
        file = self._files.stored.get(request.match_info["file_id"])
        if file is None or file.content is not None:
            return web.Response(status=404, text="no such upload")
        content = await _bytes(request)
        if len(content) != file.length:
            return web.Response(status=400, text="length differs from what was announced")
        file.content = content
        return web.Response(text=f"OK - {len(content)}")

    async def download(self, request: web.Request) -> web.StreamResponse:
        """Give a file's bytes; without the token Slack answers 200 with its sign-in page."""
        if request.headers.get("Authorization") != self._bearer:
            return web.Response(text=_LOGIN, content_type="text/html")
        file = self._files.stored.get(request.match_info["file_id"])
        if file is None or file.content is None:
            return web.Response(status=404)
        disposition = f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
        headers = {"Content-Disposition": disposition}
        return web.Response(body=file.content, content_type=file.mimetype, headers=headers)


async def _bytes(request: web.Request) -> bytes:
    if not request.content_type.startswith("multipart/"):
        return await request.read()
    form = await request.post()
    field = next(iter(form.values()), "")
    if isinstance(field, web.FileField):
        return field.file.read()
    return field.encode() if isinstance(field, str) else bytes(field)
