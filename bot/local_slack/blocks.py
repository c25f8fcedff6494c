"""Blocks and views as the app sends them, given the ids that Slack would give them."""

import secrets
from typing import Any, Literal

from bot.local_slack.errors import ApiRefusal
from bot.local_slack.records import Json

Surface = Literal["message", "modal", "home"]


def checked_blocks(blocks: list[Any], surface: Surface) -> tuple[Json, ...]:
    """Blocks, checked."""
    for block in blocks:
        if not isinstance(block, dict) or "type" not in block:
            raise ApiRefusal("invalid_blocks")
    return tuple({"block_id": secrets.token_urlsafe(4), **b} for b in blocks)


def check_view(view: Json, types: tuple[str, ...]) -> Json:
    """A view, checked."""
    if view.get("type") not in types:
        raise ApiRefusal("invalid_arguments")
    return view | {"blocks": list(checked_blocks(view["blocks"], view["type"]))}
