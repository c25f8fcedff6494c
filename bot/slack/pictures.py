"""Pictures that blocks show: uploaded once, and shared nowhere."""

import hashlib

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.client import call
from bot.slack.files import upload

MOST = 50
"""How many uploads we remember; who is forgotten is uploaded again."""


class Pictures:
    """Uploads pictures, and knows those that are there already by their bytes."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._known: dict[str, str] = {}

    async def file_of(self, content: bytes, title: str) -> str:
        """The id of a PNG in Slack.

        Raises:
            SurfaceError: It could not be uploaded.
        """
        digest = hashlib.sha256(content).hexdigest()
        if (known := self._known.get(digest)) is not None:
            return known
        name = f"chart-{digest[:12]}.png"
        asked = self._client.files_getUploadURLExternal(filename=name, length=len(content))
        ticket = await call("files.getUploadURLExternal", asked)
        await upload(str(ticket["upload_url"]), content)
        file_id = str(ticket["file_id"])
        done = self._client.files_completeUploadExternal(files=[{"id": file_id, "title": title}])
        await call("files.completeUploadExternal", done)
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[digest] = file_id
        return file_id
