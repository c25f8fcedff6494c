"""The chunks of a stream, checked."""

from collections.abc import Sequence
from typing import Any, Final

from bot.local_slack.blocks import checked_blocks
from bot.local_slack.element_shapes import SOURCE
from bot.local_slack.errors import ApiRefusal
from bot.local_slack.limits import MARKDOWN, MESSAGE_BLOCKS, TASK_TEXT
from bot.local_slack.records import Json
from bot.local_slack.rules import Inspection, Shape, list_of, one_of, string, typed, written


def _anything(_look: Inspection, _value: Any, _at: str) -> None:
    """Blocks are checked by their own rules, after the chunk's shape."""


_CHUNK: Final = typed(
    {
        "markdown_text": Shape({"text": written(MARKDOWN)}),
        "plan_update": Shape({"title": written(TASK_TEXT)}),
        "task_update": Shape(
            {
                "id": string(255),
                "title": written(TASK_TEXT),
                "status": one_of("pending", "in_progress", "complete", "error"),
            },
            {
                "details": written(TASK_TEXT),
                "output": written(TASK_TEXT),
                "sources": list_of(SOURCE, 50),
            },
        ),
        "blocks": Shape({"blocks": list_of(_anything, MESSAGE_BLOCKS)}),
    }
)


def read_chunks(chunks: Sequence[Any]) -> list[Json]:
    """Check chunks.

    Raises:
        ApiRefusal: `invalid_chunks` with every mistake, or what is wrong with their blocks.
    """
    look = Inspection("message")
    list_of(_CHUNK, 100, 0)(look, list(chunks), "/chunks")
    if look.mistakes:
        raise ApiRefusal("invalid_chunks", messages=[str(mistake) for mistake in look.mistakes])
    return [_with_blocks(chunk) for chunk in chunks]


def _with_blocks(chunk: Json) -> Json:
    if chunk["type"] != "blocks":
        return chunk
    return chunk | {"blocks": list(checked_blocks(chunk["blocks"]))}
