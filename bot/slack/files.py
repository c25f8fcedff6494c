"""Files that we add to a thread, once each."""

import hashlib

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SurfaceError
from bot.messages.events import Place, Posted
from bot.slack.client import TIMEOUT_S, call
from bot.slack.sent import Sent

TITLE = "The whole answer"


class Files:
    """Uploads by Slack's three steps. A file's name is made of its key, so that it can be found."""

    def __init__(self, client: AsyncWebClient, sent: Sent) -> None:
        self._client, self._sent = client, sent

    async def attach(self, place: Place, key: str, text: str) -> Posted:
        """Upload a Markdown text and share it in a thread.

        Until the last step nobody sees it: one that is interrupted before is begun again.

        Raises:
            SurfaceError: It is not shared.
        """
        content = text.encode()
        asked = self._client.files_getUploadURLExternal(filename=name_of(key), length=len(content))
        ticket = await call("files.getUploadURLExternal", asked)
        await upload(str(ticket["upload_url"]), content)
        shared = self._client.files_completeUploadExternal(
            files=[{"id": str(ticket["file_id"]), "title": TITLE}],
            channel_id=place.channel,
            thread_ts=place.root,
        )
        await call("files.completeUploadExternal", shared)
        return Posted(channel=place.channel)

    async def find(self, place: Place, key: str) -> Posted | None:
        """The message of ours in a thread that has the file of a key."""
        name = name_of(key)
        async for message in self._sent.messages(place):
            if any(file.get("name") == name for file in message.get("files") or ()):
                return Posted(channel=place.channel, ts=str(message["ts"]))
        return None


def name_of(key: str) -> str:
    """The name of the file of a key."""
    return f"answer-{hashlib.sha256(key.encode()).hexdigest()[:12]}.md"


async def upload(url: str, content: bytes) -> None:
    """Send the bytes where Slack has said. The address is a capability; our token stays here.

    Raises:
        SurfaceError: They did not arrive.
    """
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(url, data=content, allow_redirects=False) as response,
        ):
            if response.status != 200:
                raise SurfaceError(f"upload: {response.status}")
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise SurfaceError(f"upload: {type(error).__name__}") from error
