"""What can be read of a draft before the model has finished writing it."""

from typing import Any

from pydantic_core import from_json

from bot.messages.decisions import Partial
from bot.model.render import whole_characters


def read_partial(content: str) -> Partial | None:
    """The text of a reply of which `content` is the beginning; None as long as there is none.

    Only characters that will stay come back: not half of an escape, nor half of a surrogate pair.
    """
    start = content.find("{")
    if start < 0:
        return None
    so_far, ended = _read(content[start:], "trailing-strings"), _read(content[start:], True)
    text = so_far.get("text")
    if not isinstance(text, str) or not text:
        return None
    status = ended.get("status")
    return Partial(
        text=whole_characters(text),
        whole="text" in ended,
        status=status if isinstance(status, str) else "",
    )


def _read(content: str, partly: Any) -> dict[str, Any]:
    try:
        value = from_json(content, allow_partial=partly)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
