"""What an admin has agreed to: each MCP tool's description and arguments, by their hash."""

import hashlib
import json
import os
from pathlib import Path

from mcp.types import Tool

from tools.errors import SourceError

CHANGED = (
    "what the server says of it has changed since it was agreed to: look at it with "
    "`sluice tools check`, and if it is right, `sluice tools agree {name}`"
)


def digest_of(tool: Tool) -> str:
    """sha256 over all that the model or a person is told of a tool."""
    told = tool.model_dump(
        mode="json", include={"name", "title", "description", "input_schema", "annotations"}
    )
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


class Pins:
    """The hashes, in a file of the bot's home; read and written whole."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def of(self, name: str) -> str | None:
        """The hash that a tool is held to, None if nobody has seen it yet."""
        return self._all().get(name)

    def set(self, name: str, digest: str) -> None:
        """Hold a tool to a hash from now on."""
        pins = {**self._all(), name: digest}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        part = self._path.with_suffix(".part")
        part.write_text(json.dumps(pins, indent=2, sort_keys=True), encoding="utf-8")
        os.replace(part, self._path)

    def _all(self) -> dict[str, str]:
        """The file's pins. One that cannot be read is an error, or every tool would be new."""
        try:
            pins = json.loads(self._path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            raise SourceError(f"{self._path} cannot be read; restore it or remove it") from None
        if not isinstance(pins, dict):
            raise SourceError(f"{self._path} cannot be read; restore it or remove it")
        return {str(name): str(digest) for name, digest in pins.items()}
