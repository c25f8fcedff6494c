"""Uploaded files, held in memory; a file's name never touches the file system."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from bot.local_slack.errors import ApiRefusal
from bot.local_slack.records import Json

_PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
"""How the bytes begin of the pictures that an image block may show."""


@dataclass
class StoredFile:
    """A file; `content` is None until its upload has arrived."""

    id: str
    name: str
    length: int
    owner: str
    mimetype: str = "application/octet-stream"
    title: str = ""
    content: bytes | None = None
    complete: bool = False
    created: int = 0
    channels: list[str] = field(default_factory=list[str])

    @property
    def picture(self) -> str:
        """The type of a picture, by its bytes; empty for what is none."""
        begins = (self.content or b"")[:8]
        return next((kind for magic, kind in _PICTURES.items() if begins.startswith(magic)), "")


@dataclass
class Files:
    """Files by id."""

    base_url: Callable[[], str]
    clock: Callable[[], float]
    domain: str
    stored: dict[str, StoredFile] = field(default_factory=dict[str, StoredFile])

    def new(self, name: str, length: int, owner: str) -> StoredFile:
        file_id = f"F{secrets.token_hex(5).upper()}"
        created = int(self.clock())
        self.stored[file_id] = StoredFile(file_id, name, length, owner, title=name, created=created)
        return self.stored[file_id]

    def get(self, file_id: str) -> StoredFile:
        """A file by id; raises `file_not_found`."""
        if file_id not in self.stored:
            raise ApiRefusal("file_not_found")
        return self.stored[file_id]

    def problem_with(self, blocks: Sequence[Json]) -> str:
        """What is wrong with the files that image blocks show; empty where nothing is."""
        for n, block in enumerate(blocks):
            shown = block.get("slack_file") if block.get("type") == "image" else None
            if not isinstance(shown, dict) or "id" not in shown:
                continue
            file = self.stored.get(str(shown["id"]))
            if file is None or not file.complete or not file.picture:
                return f"invalid slack_file [json-pointer:/blocks/{n}/slack_file]"
        return ""

    def upload_url(self, file: StoredFile) -> str:
        return f"{self.base_url()}/upload/v1/{file.id}"

    def shown(self, file: StoredFile) -> Json:
        """A file as messages and files.info show it."""
        url = f"{self.base_url()}/files-pri/{file.id}/{quote(file.name, safe='')}"
        return {
            "id": file.id,
            "created": file.created,
            "timestamp": file.created,
            "name": file.name,
            "title": file.title,
            "mimetype": file.mimetype,
            "filetype": file.name.rpartition(".")[2].lower() if "." in file.name else "",
            "user": file.owner,
            "size": file.length,
            "mode": "hosted",
            "is_external": False,
            "permalink": f"https://{self.domain}.slack.com/files/{file.owner}/{file.id}",
            "url_private": url,
            "url_private_download": f"{url}?download=1",
            "channels": list(file.channels),
        }
