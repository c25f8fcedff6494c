"""Getting the bytes of a file that somebody shared in Slack."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SurfaceError
from bot.office.office import Download
from bot.slack.client import TIMEOUT_S, call

LARGEST = 50 * 1024 * 1024
"""Bytes; larger files are for the terminal."""

FILE_HOST = "files.slack.com"


class Downloads:
    """Downloads files. The token goes to Slack's file host or to the API's own, nowhere else."""

    def __init__(self, client: AsyncWebClient, *, largest: int = LARGEST) -> None:
        self._client, self._largest = client, largest

    async def get(self, file_id: str) -> Download:
        """Get a file by its id.

        Raises:
            SurfaceError: Slack does not give it, or it is too large; the text says which.
        """
        info = await call("files.info", self._client.files_info(file=file_id))
        file = info.get("file") or {}
        if int(file.get("size") or 0) > self._largest:
            raise self._too_large()
        url = str(file.get("url_private_download") or file.get("url_private") or "")
        if not self._is_slacks(url):
            raise SurfaceError("the file is not kept by Slack itself")
        name = str(file.get("name") or "file")
        link = str(file.get("permalink") or f"slack:{file_id}")
        return Download(name=name, data=await self._bytes(url, file), link=link)

    async def _bytes(self, url: str, file: Mapping[str, Any]) -> bytes:
        headers = {"Authorization": f"Bearer {self._client.token}"}
        timeout = aiohttp.ClientTimeout(total=4 * TIMEOUT_S)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, trust_env=False) as session,
                # A redirect would take the token to wherever it leads.
                session.get(url, headers=headers, allow_redirects=False) as response,
            ):
                if response.status != 200:
                    raise SurfaceError(f"its file host answered {response.status}")
                if response.content_type == "text/html" and file.get("mimetype") != "text/html":
                    raise SurfaceError("its file host asks to sign in: is `files:read` granted?")
                return await self._read(response)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise SurfaceError(f"its file host: {type(error).__name__}") from error

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        data = bytearray()
        async for piece in response.content.iter_chunked(64 * 1024):
            data += piece
            if len(data) > self._largest:
                raise self._too_large()
        return bytes(data)

    def _too_large(self) -> SurfaceError:
        most = f"{self._largest // (1024 * 1024)} MB"
        return SurfaceError(f"it is larger than {most}: load it with `sluice kb add` instead")

    def _is_slacks(self, url: str) -> bool:
        """Whether a URL leads to Slack's file host, or to the host that we were told is Slack."""
        try:
            there, api = urlsplit(url), urlsplit(self._client.base_url)
            if "@" in there.netloc or "\\" in url:
                return False
            own = (there.scheme, there.netloc) == (api.scheme, api.netloc)
            return own or (there.scheme == "https" and there.netloc == FILE_HOST)
        except ValueError:
            return False
